"""Which questions ask for what, in the languages organizers write them in."""

import pytest

from shared.registrations import PlatformSettings
from shared.registrations.answers import Answer, understand


def handles(question: str, answer: str) -> list[str]:
    said = understand([Answer((question,), (answer,))], PlatformSettings())
    return [f"{identity.network}:{identity.handle}" for identity in said.identities]


@pytest.mark.parametrize(
    "question",
    [
        "Your LinkedIn profile", "Dein LinkedIn-Profil", "Votre profil LinkedIn", "Tu perfil de LinkedIn",
        "Il tuo profilo LinkedIn", "Seu perfil do LinkedIn", "Je LinkedIn-profiel", "Twój profil LinkedIn",
        "Ваш профиль LinkedIn", "あなたのLinkedInプロフィール", "您的领英资料", "링크드인 프로필", "linkedInUrl",
    ],
)  # fmt: skip
def test_a_title_names_its_network_in_many_languages(question: str) -> None:
    assert handles(question, "ann-oneil") == ["linkedin:ann-oneil"]


@pytest.mark.parametrize(
    "question",
    [
        "Where can people find you online?", "Social media", "Soziale Netzwerke", "Réseaux sociaux", "Redes sociales",
        "Redes sociais", "Profili social", "Sociale media", "Media społecznościowe", "Sosyal medya hesapların",
        "Социальные сети", "你的社交媒体", "SNSアカウント", "소셜 미디어",
    ],
)  # fmt: skip
def test_a_question_for_any_network_takes_all_that_is_named(question: str) -> None:
    assert handles(question, "x.com/ann, github: ann") == ["github:ann", "x:ann"]


def test_a_whole_profile_address_speaks_for_itself_whatever_the_question() -> None:
    assert handles("Anything else?", "see https://github.com/ann") == ["github:ann"]


@pytest.mark.parametrize("answer", ["ann", "vegan", "yes please", "ann@example.org", "https://example.org/about"])
def test_nothing_else_in_passing_is_taken_for_a_handle(answer: str) -> None:
    said = understand([Answer(("Anything else?",), (answer,))], PlatformSettings())
    assert (said.identities, said.notes) == ((), ())


@pytest.mark.parametrize(
    "question",
    ["Who invited you?", "Who told you about us on Twitter?", "Your company's page", "Wer hat dich empfohlen?"],
)
def test_somebody_elses_profile_is_not_the_attendees(question: str) -> None:
    assert handles(question, "https://x.com/bob") == []
