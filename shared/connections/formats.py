"""The table of export formats, and how a file finds its own: by what it holds, not by what it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from shared.connections import (
    bluesky,
    discord,
    facebook,
    github,
    google_contacts,
    handle_list,
    instagram,
    linkedin,
    mastodon,
    outlook_contacts,
    threads,
    tiktok,
    vcard,
    x,
    youtube,
)
from shared.connections.export import Export, ExportFile, Rows, UnknownExport
from shared.identities import Identity
from shared.tables import UnreadableTable

MAX_ENTRIES: Final = 1_000_000  # of one list


@dataclass(frozen=True, slots=True)
class Format:
    """One format of one file."""

    name: str  # as people call it
    how: str  # where in the network's settings one gets it, for whoever is asked to bring it
    members: str  # what the file is called in the network's own archive, a regular expression; "" for nothing
    recognizes: Callable[[ExportFile], bool]
    exports: Callable[[ExportFile], Iterator[Export]]


# The last one is what is tried when nothing else fits; all others exclude each other.
FORMATS: Final = (
    Format(
        "LinkedIn Connections.csv",
        "On linkedin.com: Settings → Data privacy → Get a copy of your data → Connections.\n"
        "LinkedIn mails a link within ten minutes; upload the zip, or the Connections.csv in it.",
        r".*\.csv",
        linkedin.recognizes,
        linkedin.exports,
    ),
    Format(
        "X archive (following.js, follower.js)",
        "On x.com: Settings → Your account → Download an archive of your data.\n"
        "Upload the zip, so that your own account.js comes with it: the lists hold numbers instead of names.",
        r"follow(?:ing|er)s?(?:-part\d+)?\.js",
        x.recognizes,
        x.exports,
    ),
    Format(
        "Mastodon following_accounts.csv or followers.csv",
        "On your server: Preferences → Import and export → Data export → Follows, or Followers.\n"
        "Upload the CSV as it is; other fediverse software has the same under Export.",
        r".*\.csv",
        mastodon.recognizes,
        mastodon.exports,
    ),
    Format(
        "Bluesky follows (JSON)",
        "Open public.api.bsky.app/xrpc/app.bsky.graph.getFollows?actor=ann.example&limit=100 with your own handle.\n"
        "Save each page, the next with &cursor= as the page says; all may go into one file.",
        r"(?:get)?follow.*\.json|list_?records.*\.json",
        bluesky.recognizes,
        bluesky.exports,
    ),
    Format(
        "Bluesky repository (CAR)",
        "In Bluesky: Settings → Account → Export my data → Download CAR file.\nUpload the file repo.car as it is.",
        r".*\.car",
        bluesky.recognizes_repository,
        bluesky.exports_of_repository,
    ),
    Format(
        "GitHub following or followers (JSON)",
        "With your own name in place of ann: gh api --paginate users/ann/following > following.json\n"
        "The same with followers; upload each file as it is.",
        r"follow.*\.json",
        github.recognizes,
        github.exports,
    ),
    Format(
        "Instagram following and followers (JSON)",
        "In Instagram: Accounts Center → Your information and permissions → Download your information.\n"
        "Choose Followers and following, in the format JSON, from all time; upload the zip.",
        r"follow(?:ing|ers?)(?:_\d+)?\.json",
        instagram.recognizes,
        instagram.exports,
    ),
    Format(
        "Instagram following and followers (HTML)",
        "In Instagram: Accounts Center → Your information and permissions → Download your information.\n"
        "JSON is better; upload the zip of HTML if you have it already.",
        r"follow(?:ing|ers?)(?:_\d+)?\.html?",
        instagram.recognizes_page,
        instagram.exports_of_page,
    ),
    Format(
        "Threads following and followers (JSON)",
        "In Instagram: Accounts Center → Your information and permissions → Download your information.\n"
        "Choose Threads, in the format JSON, from all time; upload the zip.",
        r"follow(?:ing|ers?)(?:_\d+)?\.json",
        threads.recognizes,
        threads.exports,
    ),
    Format(
        "Threads following and followers (HTML)",
        "In Instagram: Accounts Center → Your information and permissions → Download your information.\n"
        "JSON is better; upload the zip of HTML if you have it already.",
        r"follow(?:ing|ers?)(?:_\d+)?\.html?",
        threads.recognizes_page,
        threads.exports_of_page,
    ),
    Format(
        "Facebook friends (JSON)",
        "In Facebook: Accounts Center → Your information and permissions → Download your information.\n"
        "Choose Connections, in the format JSON; upload the zip. Facebook gives names only.",
        r"(?:your_)?friends(?:_\d+)?\.json",
        facebook.recognizes,
        facebook.exports,
    ),
    Format(
        "Facebook friends (HTML)",
        "In Facebook: Accounts Center → Your information and permissions → Download your information.\n"
        "JSON is better; upload the zip of HTML if you have it already.",
        r"(?:your_)?friends(?:_\d+)?\.html?",
        facebook.recognizes_page,
        facebook.exports_of_page,
    ),
    Format(
        "TikTok data (JSON)",
        "In TikTok: Settings and privacy → Account → Download your data.\n"
        "Choose the format JSON; upload the zip, or the user_data_tiktok.json in it.",
        r"user_data.*\.json",
        tiktok.recognizes,
        tiktok.exports,
    ),
    Format(
        "TikTok data (TXT)",
        "In TikTok: Settings and privacy → Account → Download your data.\n"
        "JSON is better; of the format TXT upload the zip, or Following.txt and Follower.txt.",
        r"(?:following|followers?|fans|volgend|volgers?)(?: list)?(?:_\d+)?\.txt",
        tiktok.recognizes_text,
        tiktok.exports_of_text,
    ),
    Format(
        "YouTube subscriptions.csv",
        "On takeout.google.com: deselect all, then YouTube → All YouTube data included → subscriptions.\n"
        "Upload the zip, or the subscriptions.csv in it.",
        r".*\.csv",
        youtube.recognizes,
        youtube.exports,
    ),
    Format(
        "Discord data package (user.json)",
        "In Discord: User settings → Data and privacy → Request all of my data → Account.\n"
        "Discord mails a link within a month; upload the zip, or the user.json in it.",
        r"user\.json",
        discord.recognizes,
        discord.exports,
    ),
    Format(
        "vCard address book (.vcf)",
        "iCloud, phones, Nextcloud, most mail programs: mark all contacts → Export vCard or Share.\n"
        "Upload the .vcf as it is.",
        r".*\.(?:vcf|vcard)",
        vcard.recognizes,
        vcard.exports,
    ),
    Format(
        "Google Contacts CSV",
        "On contacts.google.com: Export → Google CSV.\nUpload the contacts.csv as it is.",
        r".*\.csv",
        google_contacts.recognizes,
        google_contacts.exports,
    ),
    Format(
        "Outlook contacts CSV",
        "In Outlook: People → Manage contacts → Export contacts, or File → Open & export → Export to a file.\n"
        "Upload the CSV as it is.",
        r".*\.csv",
        outlook_contacts.recognizes,
        outlook_contacts.exports,
    ),
    Format(
        "a plain list (one person a line)",
        "Write one person a line: an e-mail address, a profile's address, or a handle such as @ann@fosstodon.org.\n"
        "Save it as plain text; a bare name fits too many networks to be read.",
        "",
        handle_list.recognizes,
        handle_list.exports,
    ),
)

# Files of an archive that say whose it is.
OWNERS: Final[dict[str, Callable[[ExportFile], tuple[Identity, ...]]]] = {
    r"account\.js": x.owner,
    r"personal_information\.json": instagram.owner,
    r"profile_information\.json": facebook.owner,
}


def format_of(file: ExportFile, among: Iterable[Format] = FORMATS) -> Format | None:
    """The format that a file is of, or None.

    :raises UnknownExport: where the file was made to harm, or is damaged so that this cannot be told
    """
    _refuse_entities(file)
    return next((known for known in among if known.recognizes(file)), None)


def _refuse_entities(file: ExportFile) -> None:
    # Nothing here expands them; a file that declares some was made to harm whoever does.
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" and b"<!entity" in file.head.lower():
        raise UnknownExport("the file declares XML entities; no network's export does, and it is not read")


def exports_of(file: ExportFile, known: Format) -> Iterator[Export]:
    """Every list in a file of a known format.

    :raises UnknownExport: where it is damaged after all; also while iterating over the rows of a list, which raise
        nothing else
    """
    try:
        for export in known.exports(file):
            yield Export(export.source, _guarded(export, known), export.owner)
    except (UnreadableTable, ValueError, RecursionError) as error:
        raise _unreadable(known, error) from error


def _guarded(export: Export, known: Format) -> Rows:
    try:
        for number, row in enumerate(export.rows):
            if number >= MAX_ENTRIES:
                raise UnknownExport(f"more than {MAX_ENTRIES:,} people in one list; that many nobody knows")
            yield row
    except (UnreadableTable, ValueError, RecursionError) as error:
        raise _unreadable(known, error) from error


def _unreadable(known: Format, error: Exception) -> UnknownExport:
    if isinstance(error, UnknownExport):
        return error
    return UnknownExport(f"the file began as {known.name} but cannot be read: {error}")
