"""Which network a column header or a question speaks of."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from shared.identities.table import NETWORKS

_LONGEST: Final = 200
_MOST_WORDS: Final = 4  # of which one label consists
_NOT_A_WORD: Final = r"[\W_]+"
_CAMEL: Final = r"(?<=[a-z])(?=[A-Z])"
# Chinese, Japanese and Korean put no spaces around a name in Latin letters.
_BETWEEN_SCRIPTS: Final = r"(?<=[A-Za-z])(?=[\u1100-\uffff])|(?<=[\u1100-\uffff])(?=[A-Za-z])"
# What may stand beside a name without changing what is asked for.
_NOISE: Final = frozenset(
    "a an the your my you is what s of for on at or and if any link links url uri handle handles profile profiles "
    "account accounts name username user usernames userid id nick nickname screen screenname page address optional "
    "required public social media network please enter provide attendee ticket participant guest speaker "
    "dein deine deinen ihr ihre ihren mein meine profil profils konto benutzername nutzername benutzer adresse seite "
    "votre ton ta mon ma compte nom utilisateur identifiant pseudo lien optionnel "
    "tu su mi perfil cuenta usuario nombre de del enlace il tuo tuoi profilo utente conto nome "
    "seu sua meu conta jouw je uw profiel gebruikersnaam din ditt profilen konto anvandarnamn brukernavn "
    "twoj twoja profilu nazwa uzytkownika kullanici adi hesap hesabi vash профиль аккаунт ваш имя "
    "アカウント ユーザー名 账号 帳號 用户名 계정 value".split()
)
# With one of these it is somebody else's, or no handle is asked for.
_OF_AN_EMPLOYER: Final = frozenset(
    "company companys organization organizations organisation organisations employer firma unternehmen arbeitgeber "
    "entreprise societe empresa azienda bedrijf foretag firmy startup sponsor".split()
)
_OF_SOMEBODY_ELSE: Final = frozenset(
    "emergency notfall urgence emergencia billing invoice rechnung facture factura purchaser buyer referrer referred "
    "manager assistant guardian parent who whom told hear heard recommend recommended wer wem "
    "empfohlen qui quien chi quem kto".split()
)
_NO_HANDLE: Final = frozenset(
    "verified confirmed consent agree newsletter password followers follower following opt subscribe subscribed "
    "bounced label type count".split()
)


@lru_cache(maxsize=4096)
def network_of_label(label: str) -> str | None:
    """The network that a header, question title or key names; None where it names none or more than one.

    "Twitter handle", "Dein LinkedIn-Profil", "githubUsername" and "X (Twitter)" all say what they mean. Where a word
    means other things too ("X", "Medium", "Signal"), nothing but "your", "handle" and the like may stand beside it.
    """
    words = _words(label[:_LONGEST])
    if not words or _NO_HANDLE.intersection(words) or _OF_SOMEBODY_ELSE.intersection(words):
        return None
    found, rest = _named(words, _anywhere())
    if not found:
        found, rest = _named([word for word in words if word not in _NOISE and not word.isdecimal()], _alone())
        if rest:
            return None
    if len(found) != 1:
        return None
    name = found.pop()
    if name not in ("email", "phone") and _OF_AN_EMPLOYER.intersection(words):
        return None
    return name


def is_about_somebody_else(label: str) -> bool:
    """Whether a question asks for somebody else's profile (an employer's, a referrer's), or for none at all."""
    words = set(_words(label[:_LONGEST]))
    return bool(words & (_OF_SOMEBODY_ELSE | _OF_AN_EMPLOYER | _NO_HANDLE))


def spoken(word: str, *, before_colon: bool) -> str | None:
    """The network that a word within a text names: "tw:", "github". Short forms count only before a colon."""
    key = "".join(_words(word[:40]))
    name = _anywhere().get(key)
    if name is None and (before_colon or key in NETWORKS):
        name = _alone().get(key) if before_colon or len(key) > 4 else None
    return name


def _named(words: list[str], phrases: dict[str, str]) -> tuple[set[str], list[str]]:
    """The networks named, the longest phrase first, and the words that are left."""
    found: set[str] = set()
    rest: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(_MOST_WORDS, len(words) - at), 0, -1):
            name = phrases.get("".join(words[at : at + length])) or (_compound(words[at]) if length == 1 else None)
            if name is not None:
                found.add(name)
                at += length
                break
        else:
            rest.append(words[at])
            at += 1
    return found, rest


def _compound(word: str) -> str | None:
    """ "githubname", "linkedinprofil", "twitterhandle"; and in scripts without spaces, a label within the text."""
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word)
        return next((name for phrase, name in _unspaced() if phrase in word), None)
    for length in range(len(word) - 2, 5, -1):
        name = _anywhere().get(word[:length])
        if name is not None:
            return name if word[length:] in _NOISE else None
    return None


def _words(text: str) -> list[str]:
    apart = re.sub(_BETWEEN_SCRIPTS, " ", re.sub(_CAMEL, " ", text))
    decomposed = unicodedata.normalize("NFKD", apart.replace("ß", "ss")).casefold()
    without_marks = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(_NOT_A_WORD, " ", without_marks).split()


@lru_cache(maxsize=1)
def _anywhere() -> dict[str, str]:
    return {"".join(_words(phrase)): network.name for network in NETWORKS.values() for phrase in network.labels}


@lru_cache(maxsize=1)
def _alone() -> dict[str, str]:
    return {
        "".join(_words(phrase)): network.name
        for network in NETWORKS.values()
        for phrase in (*network.labels, *network.alone, network.name)
    }


@lru_cache(maxsize=1)
def _unspaced() -> tuple[tuple[str, str], ...]:
    # Letters from U+2E80 on: Chinese, Japanese, Korean.
    return tuple(
        (unicodedata.normalize("NFKC", phrase), name)
        for phrase, name in _anywhere().items()
        if all(ord(c) >= 0x1100 for c in phrase)
    )
