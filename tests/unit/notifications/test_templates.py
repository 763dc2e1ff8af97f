"""An organizer's own templates go first, fall back to ours, and fail with file and line."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.introductions import words_language
from shared.introductions.words_language import LANGUAGES
from shared.notifications import BrokenTemplate, Kind, Letter, Person, compose_email
from shared.notifications.rendering import TEMPLATES, render
from tests.unit.notifications.test_messages import EVENT, MACK

NOW = datetime(2026, 5, 29, tzinfo=UTC)


def letter(locale: str = "en", kind: Kind = Kind.INTRODUCTION) -> Letter:
    return Letter(EVENT, "Ann", (MACK, Person("Zoë", "", "How.")), True, "democon.w.abc", locale, kind)


def write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def test_every_kind_of_message_has_both_forms() -> None:
    for kind in Kind:
        for form in ("txt", "html"):
            for folder in sorted(path.name for path in LANGUAGES.iterdir()):
                assert "Ann" in render(letter(folder, kind), form)


def test_no_template_holds_a_sentence_of_its_own() -> None:
    # Else it would stand there untranslated.
    said = {render(Letter(EVENT, "", (), False, "r", locale), "txt").split("DemoCon")[0] for locale in ("en", "fr")}
    assert len(said) == 2
    for file in TEMPLATES.glob("*.txt"):
        outside = "".join(part.split("}}", 1)[-1].split("%}", 1)[-1] for part in file.read_text().split("{"))
        assert not any(c.isalpha() for c in outside.replace("wrapped", "")), file.name


def test_one_template_of_their_own_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path / "introduction.txt", "{{ say('mail.hello', name=to_name) }} {{ people[0].name }} <&>")
    assert render(letter("de"), "txt", tmp_path) == "Hallo Ann, Mack <&>"
    assert render(letter("de"), "html", tmp_path) == render(letter("de"), "html")
    assert render(letter("de", Kind.RETRACTION), "txt", tmp_path) == render(letter("de", Kind.RETRACTION), "txt")


def test_a_template_for_every_kind_gives_way_to_one_for_a_kind(tmp_path: Path) -> None:
    write(tmp_path / "fr" / "letter.txt", "Coucou")
    write(tmp_path / "retraction.txt", "Dommage")
    assert render(letter("fr"), "txt", tmp_path) == "Coucou"
    assert render(letter("fr", Kind.RETRACTION), "txt", tmp_path) == "Dommage"
    assert render(letter("en"), "txt", tmp_path) == render(letter("en"), "txt")


def test_a_template_in_a_languages_folder_is_for_that_language(tmp_path: Path) -> None:
    write(tmp_path / "fr" / "introduction.txt", "Coucou")
    assert render(letter("fr-CA"), "txt", tmp_path) == "Coucou"
    assert render(letter("de"), "txt", tmp_path) != "Coucou"


def test_the_layout_alone_can_be_theirs_and_still_escapes(tmp_path: Path) -> None:
    write(tmp_path / "layout.html", "<b>{{ organizer }}</b>{% block body %}{% endblock %}")
    evil = Letter(EVENT, "Ann", (Person("<i>Mack</i>", "", "How."),), True, "r")
    html = render(evil, "html", tmp_path)
    assert html.startswith("<b>The Demo Society</b>")
    assert "&lt;i&gt;Mack" in html


def test_a_copied_folder_is_a_language_of_mails(tmp_path: Path) -> None:
    shutil.copytree(LANGUAGES / "es", tmp_path / "tlh")
    mail = compose_email(
        letter("tlh"), to="a@example.org", sender="b@example.org", sender_name="I", now=NOW, templates=tmp_path
    )
    assert mail["Subject"] == "Mack y Zoë también irán a DemoCon"
    assert mail["Content-Language"] == "tlh"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<p>\n{{ say('mail.hello' }}", "introduction.html, line 2: "),
        ("<p>\n\n{{ nobody }}", "introduction.html, line 3: 'nobody' is undefined"),
        ("{{ letter.nothing }}", "introduction.html, line 1: "),
        ("\n{{ say('mail.helo') }}", 'there is no phrase "mail.helo"'),
        ("\n{{ say('mail.hello') }}", "en/mail.toml, line [0-9]+: mail.hello: 'name' is undefined"),
        ("\n\n{{ words.__class__.__init__.__globals__ }}", "introduction.html, line 3: .*unsafe"),
        ("{{ 1 / 0 }}", "introduction.html, line 1: "),
        ('{% extends "gone.html" %}', "introduction.html, line 1: gone.html"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(tmp_path: Path, content: str, message: str) -> None:
    write(tmp_path / "introduction.html", content)
    with pytest.raises(BrokenTemplate, match=message):
        render(letter(), "html", tmp_path)


def test_what_lies_in_the_folder_templates_of_a_deployment_goes_before_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "en" / "mail.toml", 'signoff = "Sail with us,"')
    write(tmp_path / "introduction.txt", "{{ event_name }}: {{ say('mail.signoff') }}")
    monkeypatch.setattr(words_language, "OWN", tmp_path)
    mail = compose_email(letter(), to="ann@example.org", sender="i@icebreaker.example", sender_name="I", now=NOW)
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "DemoCon: Sail with us,"
