"""The networks of researchers."""

from __future__ import annotations

from typing import Final

from shared.identities.network import Network, words

# Google's search lies under many countries' domains; the profile is the same.
_COUNTRIES: Final = (
    "com de fr es it nl be ch at pl se no dk fi pt gr cz hu ro ru ca cl cn ae eg lu bg hr ie sk si lt lv ee "
    "co.uk co.in co.jp co.kr co.nz co.za co.il co.id co.th com.br com.mx com.ar com.au com.tr com.hk com.sg com.tw "
    "com.ua com.co com.pe com.vn com.pk com.my com.ph com.sa"
)


def _orcid(typed: str) -> str | None:
    # ISO/IEC 7064, MOD 11-2, as ORCID's "Structure of the ORCID Identifier" describes it.
    digits = typed.upper().replace("-", "").replace(" ", "").removeprefix("ORCID:")
    if len(digits) != 16 or not (digits[:15].isascii() and digits[:15].isdecimal()):
        return None
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if digits[15] != ("X" if check == 10 else str(check)):
        return None
    return "-".join(digits[n : n + 4] for n in range(0, 16, 4))


SCIENCE: Final = (
    Network(
        name="orcid",
        title="ORCID",
        pattern=r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]",
        source="support.orcid.org, structure of the identifier",
        hosts=("orcid.org",),
        paths=("{}",),
        odd=_orcid,
        url="https://orcid.org/{}",
        labels=("orcid", "orc id"),
        claims=r"[0-9Xx -]{16,22}",
        unmistakable=r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx]",
        examples={
            "0000-0002-1825-0097": "0000-0002-1825-0097",
            "https://orcid.org/0000-0002-1694-233x": "0000-0002-1694-233X",
            "0000000218250097": "0000-0002-1825-0097",
        },
        nobody=("https://orcid.org/0000-0002-1825-0098", "https://orcid.org/signin"),
    ),
    Network(
        name="googlescholar",
        title="Google Scholar",
        pattern=r"[A-Za-z0-9_-]{12}",
        source="Wikidata P1960",
        hosts=tuple(f"scholar.google.{country}" for country in _COUNTRIES.split()),
        paths=("citations?user={}",),
        case="exact",
        languages=False,
        url="https://scholar.google.com/citations?user={}",
        labels=("google scholar", "scholar"),
        examples={
            "https://scholar.google.com/citations?user=AbCdEfGhIjKl&hl=en": "AbCdEfGhIjKl",
            "scholar.google.co.uk/citations?hl=en&user=AbC_EfGhIj-l": "AbC_EfGhIj-l",
            "AbCdEfGhIjKl": "AbCdEfGhIjKl",
        },
        nobody=("https://scholar.google.com/scholar?q=ann",),
    ),
    Network(
        name="researchgate",
        title="ResearchGate",
        pattern=r"[^\W_](?:[\w-]{0,98}\w)?",
        source="Wikidata P2038",
        hosts=("researchgate.net",),
        paths=("profile/{}",),
        case="fold",
        ascii=False,
        url="https://www.researchgate.net/profile/{}",
        labels=("researchgate", "research gate"),
        examples={"https://www.researchgate.net/profile/Ann-Oneil-2": "ann-oneil-2", "Ann_Oneil": "ann_oneil"},
        nobody=("https://www.researchgate.net/publication/123_x", "https://www.researchgate.net/institution/acme"),
    ),
    Network(
        name="kaggle",
        title="Kaggle",
        pattern=r"[a-z0-9](?:[a-z0-9_-]{0,48}[a-z0-9])?",
        source="kaggle.com profile addresses",
        hosts=("kaggle.com",),
        paths=("{}",),
        url="https://www.kaggle.com/{}",
        reserved=words(
            "competitions datasets code discussions discussion learn models c docs rankings account work kernels "
            "notebooks "
            "benchmarks settings search host contact terms privacy jobs progression organizations"
        ),
        labels=("kaggle",),
        examples={"https://www.kaggle.com/AnnExample/datasets": "annexample", "ann-e": "ann-e"},
        nobody=("https://www.kaggle.com/competitions/titanic", "https://www.kaggle.com/c/titanic"),
    ),
    Network(
        name="huggingface",
        title="Hugging Face",
        pattern=r"[a-z0-9](?:[a-z0-9._-]{0,94}[a-z0-9])?",
        source="huggingface.co profile addresses",
        hosts=("huggingface.co", "hf.co"),
        paths=("{}",),
        url="https://huggingface.co/{}",
        reserved=words(
            "models datasets spaces docs pricing blog tasks organizations join login settings papers chat collections "
            "learn "
            "posts enterprise welcome new notifications terms-of-service privacy search tags inference-endpoints"
        ),
        labels=("huggingface", "hugging face"),
        alone=("hf",),
        examples={"https://huggingface.co/Ann-E": "ann-e", "hf.co/ann/model": "ann", "ann": "ann"},
        nobody=("https://huggingface.co/datasets/ann/x", "https://huggingface.co/models"),
    ),
)
