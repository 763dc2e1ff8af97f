"""Two spellings of one person share a key, and two people do not."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.names import MAX_KEYS, KeyKind, name_keys
from shared.names.company import read_companies
from shared.names.folding import MAX_LENGTH, fold, spell
from shared.names.keys import least_rotation
from shared.names.nicknames import NICKNAMES, formal_names
from shared.names.person import read_name


def share(one: str, other: str, company: str = "") -> bool:
    return bool(set(name_keys(one, company)) & set(name_keys(other, company)))


ONE_PERSON = [
    # case, spaces, decoration
    ("Ann O'Neil", "ANN  O’NEIL"),
    ("Ann O'Neil", "ann oneil"),
    ("Ann O'Neil", "Ann 🚀 O'Neil (she/her)"),
    ("Ann O'Neil", "Ann O'Neil | Hiring!"),
    ("Ann O'Neil", "⭐ Ann O'Neil – open to work"),
    ("Ann O'Neil", "𝐀𝐧𝐧 𝐎'𝐍𝐞𝐢𝐥"),
    ("Ann O'Neil", "Ann O'Neil\u200b @ Acme"),
    # titles and degrees
    ("Ann O'Neil", "Dr. Ann O'Neil, PhD, MBA"),
    ("Ann O'Neil", "Prof. Dr.-Ing. Ann O'Neil"),
    ("Ann O'Neil", "Ann O'Neil, M.Sc."),
    ("Ann O'Neil", "Ann O'Neil, PMP®"),
    ("Ann O'Neil", "Ann O'Neil, QXZP"),
    ("Tom Braddock", "Tom Braddock Jr."),
    # order
    ("Ann O'Neil", "O'Neil, Ann"),
    ("Ann O'Neil", "O'Neil Ann"),
    ("Ann Marie O'Neil", "O'Neil Ann Marie"),
    ("María García López", "García López, María"),
    # initials and middle names
    ("Ann O'Neil", "Ann M. O'Neil"),
    ("Ann O'Neil", "Ann Marie O'Neil"),
    ("J.R. Caldbeck", "J R Caldbeck"),
    ("Mary Ann Kilbride", "Maryann Kilbride"),
    ("Hans-Peter Obermoser", "Hans Peter Obermoser"),
    # accents and umlauts
    ("Jörg Müller", "Joerg Mueller"),
    ("Jörg Müller", "Jorg Muller"),
    ("Søren Kjærgård", "Soeren Kjaergaard"),
    ("Łukasz Żółć", "Lukasz Zolc"),
    ("Đức Trần", "Duc Tran"),
    ("İbrahim Çelik", "Ibrahim Celik"),
    ("Zoë Lacombe", "Zoe\u0308 Lacombe"),
    # particles
    ("Ludwig van Beeren", "Ludwig Beeren"),
    ("Ludo van den Eynde", "Ludo Vandeneynde"),
    ("Omar Al-Khatib", "Omar Alkhatib"),
    ("Omar Al Khatib", "Omar Khatib"),
    ("Sinéad O'Rahilly", "Sinead O Rahilly"),
    # nicknames
    ("Bill Thackery", "William Thackery"),
    ("Bill Thackery", "Will Thackery"),
    ("Liz Carmody", "Elizabeth Carmody"),
    ("Alex Pritchett", "Alexandra Pritchett"),
    ("Alex Pritchett", "Alexander Pritchett"),
    ("Dima Zhuravlov", "Dmytro Zhuravlov"),
    ("Kasia Pokrzywa", "Katarzyna Pokrzywa"),
    ("Robert (Bob) Winslade", "Bob Winslade"),
    ('Xu "Cindy" Lan', "Cindy Lan"),
    ("Clara Novotna (née Benes)", "Clara Benes"),
    # scripts
    ("Дмитрий Щербаков", "Dmitry Shcherbakov"),
    ("Юлия Заречная", "Yulia Zarechnaya"),
    ("Đorđe Nikolić", "Djordje Nikolic"),
    ("Сергій Шевченко", "Serhii Shevchenko"),
    ("გიორგი მაისურაძე", "Giorgi Maisuradze"),
    ("Անի Սարգսյան", "Ani Sargsyan"),
    ("Νίκος Παπαδόπουλος", "Nikos Papadopoulos"),
    ("王小明", "Wang Xiaoming"),
    ("王小明", "Xiao-Ming WANG"),
    ("王 小明", "Xiaoming Wang"),
    ("欧阳志远", "Ouyang Zhiyuan"),
    ("Xiaoming Wang 王小明", "王小明"),
    ("박지훈", "Park Ji-hoon"),
    ("이하늘", "Haneul Lee"),
    ("たなべ ゆうこ", "Yuko Tanabe"),
    ("タナベ・ユウコ", "Yūko Tanabe"),
    ("ﾀﾅﾍﾞ ﾕｳｺ", "Tanabe Yuko"),
    ("محمد حسن", "Mohamed Hassan"),
]


@pytest.mark.parametrize(("one", "other"), ONE_PERSON)
def test_two_spellings_of_one_person_share_a_key_with_the_company(one: str, other: str) -> None:
    assert {k.kind for k in set(name_keys(one, "Acme")) & set(name_keys(other, "Acme"))} >= {KeyKind.NAME_AND_COMPANY}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jan Nowotarski", "Jana Nowotarski"),
        ("Christian Hagedorn", "Christina Hagedorn"),
        ("Mario Bonfiglio", "Maria Bonfiglio"),
        ("Carol Mandeville", "Carlo Mandeville"),
        ("Alexander Rochford", "Alexandra Rochford"),
        ("Kwon Minji", "Kwon Jimin"),
        ("Zhang Weimin", "Zhang Minwei"),
        ("Xu Lanqin", "Xue Lanqin"),
        ("Sarah Braun", "Sarah Brown"),
        ("Wei Zhang", "Wei Zheng"),
        ("Joan Prendergast", "John Prendergast"),
        ("Ann O'Neil", "Ann"),
    ],
)
def test_two_people_of_one_company_share_no_key(one: str, other: str) -> None:
    assert not share(one, other, "Acme")


@pytest.mark.parametrize(
    "name",
    ["", " ", "Madonna", "n/a", "N/A", "test", "Test User", "LinkedIn Member", "John Doe", "-", "???", "🚀", "Dr.",
     "A. B.", "F. Wolstenholme", "12345", "ann@example.org", "\ud800", "\x00", "Max Mustermann"],
)  # fmt: skip
def test_whoever_is_not_named_has_no_key(name: str) -> None:
    assert name_keys(name, "Acme") == ()


NO_COMPANY = """|-|n/a|none|Self-employed|self employed|Freelance|Freelance Designer|FREELANCER|Retired|Student|X
Selbständig|Selbstständig|Freiberuflich|Indépendant|Autónomo|Stealth Startup|Founder|フリーランス"""


@pytest.mark.parametrize("company", NO_COMPANY.replace("\n", "|").split("|"))
def test_whoever_has_no_company_to_share_has_keys_of_the_name_alone(company: str) -> None:
    assert {key.kind for key in name_keys("Ann O'Neil", company)} == {KeyKind.NAME}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Google", "Google LLC"),
        ("Google", "@Google"),
        ("Google", "google.com"),
        ("Google", "Google (YouTube)"),
        ("YouTube", "Google (YouTube)"),
        ("AWS", "Amazon Web Services (AWS)"),
        ("Meta", "Meta (formerly Facebook)"),
        ("Acme", "Acme, Inc."),
        ("Acme", "ACME S.A."),
        ("Acme", "The Acme Company"),
        ("Acme", "Software Engineer at Acme"),
        ("Acme", "Acme | ex-Google"),
        ("Acme", "Acme GmbH & Co. KG"),
        ("Sony", "Sony K.K."),
        ("Mercari メルカリ", "Mercari"),
        ("メルカリ", "株式会社メルカリ"),
        ("Yandex", "ООО Яндекс"),
        ("Gojek", "PT Gojek Indonesia"),
        ("JP Morgan", "J.P. Morgan"),
        ("JP Morgan", "JPMorgan Chase & Co."),
        ("AT&T", "AT&T Inc."),
        ("IBM", "IBM Deutschland GmbH"),
        ("EY", "EY Germany"),
        ("Booking", "Booking.com"),
        ("Oxford University", "University of Oxford"),
        ("Böhringer", "Boehringer Ingelheim"),
        ("Red Hat", "RedHat"),
    ],
)
def test_two_spellings_of_one_company_meet(one: str, other: str) -> None:
    assert set(read_companies(one)) & set(read_companies(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Red Hat", "Red Bull"),
        ("Deutsche Bank", "Deutsche Telekom"),
        ("University of Warsaw", "University of Gdansk"),
        ("General Electric", "General Motors"),
        ("Bank of China", "Bank of America"),
        ("Smith & Wesson", "Smith & Nephew"),
        ("Acme (Berlin)", "Widgets (Berlin)"),
        ("Acme GmbH", "Widgets GmbH"),
        ("ООО Ромашка", "ООО Василёк"),
    ],
)
def test_two_companies_do_not_meet(one: str, other: str) -> None:
    assert not set(read_companies(one)) & set(read_companies(other))


def test_another_company_leaves_the_name_alone() -> None:
    common = set(name_keys("Ann O'Neil", "Acme")) & set(name_keys("Ann O'Neil", "Widgets"))
    assert {key.kind for key in common} == {KeyKind.NAME}


def test_mojibake_is_left_as_it_is() -> None:
    assert share("JÃ¶rg MÃ¼ller", "JÃ¶rg MÃ¼ller")
    assert not share("JÃ¶rg MÃ¼ller", "Jörg Müller")


def test_no_formal_name_has_two_lines_or_stands_for_another() -> None:
    formal = [fold(line.split()[0]) for line in NICKNAMES.strip().splitlines()]
    assert len(formal) == len(set(formal))
    assert [name for name in formal if formal_names(name) != (name,)] == []


def test_the_keys_of_a_release_stay_those_of_the_release() -> None:
    # Sets stored earlier would not meet other keys: whoever changes this changes KEYS_VERSION too. A new release of
    # anyascii or cleanco shows here as well.
    names = [name for pair in ONE_PERSON for name in pair]
    texts = sorted(key.text for name in names for key in name_keys(name, "Acme Ltd"))
    assert hashlib.blake2b("\n".join(texts).encode(), digest_size=8).hexdigest() == "bf64adc61422c115"


def test_importing_the_room_imports_no_transliteration() -> None:
    code = "import sys, shared.names; print([m for m in ('anyascii', 'cleanco', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# Laws.

LETTERS = st.characters(min_codepoint=0x41, max_codepoint=0x24F, categories=("Lu", "Ll"))
GIVEN = st.sampled_from("Ann Bill María Jörg Zoë Dmitry Xiaoming Katarzyna Søren Alex Gemma Ludwig Omar".split())
FAMILY = st.sampled_from("O'Neil Thackery García Müller Lacombe Щербаков Wang Pokrzywa Kjærgård Winslade".split())
WORD = st.text(alphabet="abcdefghijklmnoprstuvwyz", min_size=4, max_size=9).map(str.capitalize)
NAME = st.builds("{} {}".format, GIVEN | WORD, FAMILY | WORD)
COMPANY = st.sampled_from(["", "Acme", "Widgets GmbH", "Red Hat", "Freelance", "University of Warsaw", "華為"])
DEGREE = st.sampled_from([", PhD", ", MBA, PMP", " Jr.", ", M.Sc.", ", CISSP®", " Esq."])
TITLE = st.sampled_from(["Dr. ", "Prof. Dr. ", "Mr ", "Frau "])
DECORATION = st.sampled_from([" 🚀", " (she/her)", " | Hiring!", " ⭐⭐", " - open to work", " 🇳🇴", "\u200d", "!"])


@given(st.text(max_size=3 * MAX_LENGTH), st.text(max_size=3 * MAX_LENGTH))
def test_any_text_has_few_keys_and_raises_nothing(name: str, company: str) -> None:
    keys = name_keys(name, company)
    assert len(keys) == len(set(keys)) <= MAX_KEYS
    assert all(key.text.isascii() and key.text == key.text.lower() for key in keys)
    assert keys == name_keys(name, company)


@given(st.text(alphabet="Aaeinoé .,-'\"()|&/@O王김やД🚀", max_size=60), st.text(alphabet="Ace .,-()|&/@株é"))
def test_nor_does_text_of_what_names_are_made_of(name: str, company: str) -> None:
    assert len(name_keys(name, company)) <= MAX_KEYS


@given(NAME, COMPANY)
def test_case_does_not_matter(name: str, company: str) -> None:
    assert name_keys(name.upper(), company.upper()) == name_keys(name.lower(), company.lower())


@given(NAME, COMPANY)
def test_order_does_not_matter(name: str, company: str) -> None:
    given_name, family_name = name.split()
    assert set(name_keys(f"{family_name} {given_name}", company)) == set(name_keys(name, company))
    assert name_keys(f"{family_name}, {given_name}", company) == name_keys(name, company)


@given(NAME, COMPANY, st.integers(1, 5))
def test_spaces_do_not_matter(name: str, company: str, spaces: int) -> None:
    wide = " " * spaces
    assert name_keys(wide + name.replace(" ", wide) + wide, wide + company) == name_keys(name, company)


@given(NAME, COMPANY, TITLE, DEGREE, DECORATION)
def test_titles_degrees_and_decoration_do_not_matter(
    name: str, company: str, title: str, degree: str, decoration: str
) -> None:
    assert name_keys(title + name, company) == name_keys(name, company)
    assert name_keys(name + degree, company) == name_keys(name, company)
    assert name_keys(name + decoration, company) == name_keys(name, company)
    assert name_keys(title + name + degree + decoration, company) == name_keys(name, company)


@given(st.lists(st.sampled_from("éüöäñçłøåšžőăğ"), min_size=2, max_size=6).map("".join))
def test_accents_do_not_matter(accented: str) -> None:
    from anyascii import anyascii

    name, bare = f"Ann{accented} Winslade", f"Ann{anyascii(accented)} Winslade"
    assert name_keys(name) == name_keys(bare)


@given(st.text(alphabet=LETTERS, max_size=30))
def test_folding_again_changes_nothing(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@given(st.text(alphabet="abceghijkoqstuwxy", max_size=30))
def test_nor_does_spelling_again(word: str) -> None:
    assert spell(spell(word)) == spell(word)
    assert len(spell(word)) <= len(word)


@given(st.text(alphabet="abc", max_size=12), st.text(alphabet="abc", max_size=12))
def test_the_least_rotation_is_the_same_from_wherever_one_starts(one: str, other: str) -> None:
    assert least_rotation(one + other) == least_rotation(other + one)


def test_a_very_long_text_takes_no_longer_than_a_long_one() -> None:
    started = time.process_time()
    for unit in ("a.", "'a", "(", "Ann ", "ae", "王", "ß", "ﷺ", "x-"):
        name_keys(unit * 100_000, unit * 100_000)
    assert time.process_time() - started < 2


def test_a_name_written_twice_is_read_twice() -> None:
    assert read_name("Li Na (李娜)") == (("li", "na"),)
    assert len(read_name("Taro Yamada 山田太郎")) == 2
