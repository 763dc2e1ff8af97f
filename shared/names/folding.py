"""A word in any script → the few Latin letters that stay the same however a person's name gets typed.

Two steps. Transliteration to ASCII is anyascii's (ISC licence; one table a block of Unicode, read when first met),
helped where its letter-by-letter reading is not what people write: Greek digraphs, long kana vowels, Korean family
names. Then `SPELLINGS` levels out what differs between transliterations of one name, and between a keyboard with
diacritics and one without. The rules are ours, after ISO 9, ISO 843, BGN/PCGN, the Revised Romanization of Korean,
Hepburn and DIN 5007-2; chosen and measured as docs/matching-measured.md says.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_LENGTH: Final = 200  # characters of a name or company that are looked at; what is longer is no name

_INVISIBLE: Final = re.compile("[\u00ad\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_MARKS_OF_TRADE: Final = re.compile("[\u00a9\u00ae\u2117\u2120\u2122]")
_APOSTROPHES: Final = re.compile("['`´\u2018\u2019\u201b\u02b9-\u02bf\u02c8\u02ca\u02cb\u2032\ua78b\ua78c\uff07]")
_NOT_PLAIN: Final = re.compile("[^a-z0-9]+")

_GREEK: Final = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_KANA: Final = re.compile("[\u3041-\u30ff]")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
HAN: Final = re.compile("[\u3005\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")

# What is written for the sound, where the letters one by one would say something else (ISO 843 and passports).
_GREEK_DIGRAPHS: Final = (
    ("ου", "ou"),
    ("μπ", "b"),
    ("ντ", "nt"),
    ("γγ", "ng"),
    ("γκ", "gk"),
    ("ευ", "ef"),
    ("αυ", "av"),
)
_LONG_KANA: Final = (("ou", "o"), ("oo", "o"), ("uu", "u"))

# How bearers write the most frequent Korean family names in Latin letters (not always the Revised Romanization).
_KOREAN_FAMILY_NAMES: Final = dict(
    pair.split("=")
    for pair in """
    김=kim 이=lee 박=park 최=choi 정=jung 강=kang 조=cho 윤=yoon 장=jang 임=lim 한=han 오=oh 서=seo 신=shin 권=kwon
    황=hwang 안=ahn 송=song 전=jeon 홍=hong 유=yoo 고=ko 문=moon 양=yang 손=son 배=bae 백=baek 허=heo 남=nam 심=shim
    노=noh 하=ha 곽=kwak 성=sung 차=cha 주=joo 우=woo 구=koo 민=min 류=ryu 나=na 진=jin 지=ji 엄=um 채=chae 원=won
    천=chun 방=bang 공=kong 현=hyun 함=ham 변=byun 여=yeo 추=choo
    """.split()
)
# Chinese family names of two characters, in both writings.
_LONG_HAN_FAMILY_NAMES: Final = frozenset(
    "欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 司徒 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 宇文 长孙 長孫 东方 東方".split()
)

# Applied in this order, again and again until nothing changes; no rule makes a word longer.
SPELLINGS: Final[tuple[tuple[str, str], ...]] = (
    (r"(?<![qxy])ae", "a"),  # Jäger, Jaeger, Jager
    (r"(?<![qxy])oe", "o"),  # Schröder, Schroeder; Sørensen, Soerensen
    (r"(?<![qxy])ue", "u"),  # Müller, Mueller; not Xue and Xu, who are two families
    (r"aa", "a"),  # Ågård, Aagaard
    (r"ou", "u"),  # Youssef, Yusuf
    (r"oo", "u"),  # Noor, Nur
    (r"eo(?=ng|[klmp])", "u"),  # Jeong, Jung; Cheol, Chul
    (r"ee", "i"),  # Rajeev, Rajiv
    (r"y", "i"),  # Dmitry, Dmitri; Yulia, Iulia
    (r"ie\b", "i"),  # Sophie, Sofi
    (r"\bju", "iu"),  # Julia, Yulia
    (r"\bie(?=[gkv])", "e"),  # Yevgeny, Evgeny; Yegor, Egor; Yekaterina, Ekaterina
    (r"(?<=[aeiou])j\b", "i"),  # Andrej, Andrey
    (r"ij", "i"),  # Dmitrij; Dijkstra, Dykstra
    (r"dj", "d"),  # Đorđe, Djordje
    (r"kh", "h"),  # Mikhail, Mihail
    (r"ph", "f"),  # Stephan, Stefan
    (r"th", "t"),  # Mathias, Matias
    (r"ck", "k"),  # Erick, Erik
    (r"c(?=[aoulrkt]|\b)", "k"),  # Carl, Karl; Marc, Mark
    (r"ks", "x"),  # Aleksandr, Alexandr
    (r"w", "v"),  # Wladimir, Vladimir
    (r"([a-z])\1", r"\1"),  # Mohammed, Mohamed
)
_SPELLINGS: Final = tuple((re.compile(pattern), to) for pattern, to in SPELLINGS)


def prepare(text: str) -> str:
    """The text in one Unicode form (NFKC), without invisible characters, cut to `MAX_LENGTH` characters."""
    text = _MARKS_OF_TRADE.sub(" ", _INVISIBLE.sub("", text[:MAX_LENGTH]))
    return unicodedata.normalize("NFKC", text)[:MAX_LENGTH]


def words(text: str) -> list[str]:
    """Runs of letters, marks and digits; apostrophes belong to the word and vanish."""
    kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in _APOSTROPHES.sub("", text))
    return "".join(kept).split()


def to_ascii(word: str) -> str:
    """The word in lower-case ASCII letters and digits; "" where nothing can be transliterated."""
    if word.isascii():
        return _NOT_PLAIN.sub("", word.lower())
    from anyascii import anyascii

    word = unicodedata.normalize("NFC", word)
    if _GREEK.search(word):
        # Accents go first, or they would keep the digraphs apart.
        bare = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if unicodedata.category(c) != "Mn")
        word = _replace(bare, _GREEK_DIGRAPHS)
    plain = _NOT_PLAIN.sub("", anyascii(word).lower())
    return _replace(plain, _LONG_KANA) if _KANA.search(word) else plain


@lru_cache(maxsize=8192)
def spell(plain: str) -> str:
    """The spelling that stands for all spellings of an ASCII word; the same again for its own result."""
    while True:
        changed = plain
        for pattern, to in _SPELLINGS:
            changed = pattern.sub(to, changed)
        if changed == plain:
            return plain
        plain = changed


def fold(word: str) -> str:
    """:func:`to_ascii`, then :func:`spell`."""
    return spell(to_ascii(word))


def split_unspaced(word: str) -> list[str]:
    """A Chinese, Japanese or Korean name written in one piece as [family name, given name]; any other word alone.

    Where the cut falls in a Japanese name is a guess, which does no harm: both sides guess alike.
    """
    if 2 <= len(word) <= 4 and all(_HANGUL.match(c) for c in word):
        return [korean_family_name(word[0]), word[1:]]
    if 2 <= len(word) <= 6 and all(HAN.match(c) for c in word):
        cut = 2 if word[:2] in _LONG_HAN_FAMILY_NAMES and len(word) > 2 else 1
        return [word[:cut], word[cut:]]
    return [word]


def korean_family_name(word: str) -> str:
    """A Korean family name as its bearers write it in Latin letters; any other word as it is."""
    return _KOREAN_FAMILY_NAMES.get(word, word)


def is_latin(word: str) -> bool:
    """Whether the word is written in Latin letters, judged by its first."""
    return word[:1] < "\u0250" or "\u1e00" <= word[:1] <= "\u1eff"


def in_ascii(table: str) -> frozenset[str]:
    """The words of a table, as :func:`to_ascii` makes them of the words they are compared with."""
    return frozenset(filter(None, map(to_ascii, table.split())))


def _replace(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for old, new in table:
        text = text.replace(old, new)
    return text
