"""Words in names and companies that say nothing of who somebody is or where they work.

Source: general knowledge, checked against the spellings in the tests. The tables are compared in lower-case ASCII:
accents and case do not matter, ä and ae do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from shared.names.folding import in_ascii, to_ascii

# Before a name. Left out: what is a family or given name elsewhere (Sri, Tan, Dean, Lord).
TITLES: Final = """
mr mrs ms mx miss mister dr drs dott dottssa prof professor profa assoc asst sir dame rev reverend herr frau monsieur
madame mme mlle señor señora sr sra dipl ing diplom mag engr capt captain col colonel lt sgt gen hon rabbi sheikh
shaikh pandit shri smt haji hajji hajja dra doktor doctor univ г-н г-жа д-р
"""

# After a name, with or without a comma. Left out: what is a family name too (Ma, Ba, Om).
DEGREES: Final = """
phd dphil drphil edd dsc md mbbs mbchb dds dmd dvm bsn msn pharmd jd llb llm esq esquire mba emba mpa mph bsc msc bba
btech mtech beng meng mfa bfa mphil mca bcom mcom mstat msw lcsw cpa cfa cisa cism cissp ccsp oscp csm cspo pmp itil
togaf sixsigma shrm sphr cfp acca cgma gphr leed ccna ccnp ccie ckad cka mcse mcp mvp facs frcs frcp fieee ieee obe mbe
cbe jr junior sr senior ii iii iv 2nd 3rd phdc habil retd usaf usmc emeritus emerita
"""

# After a name and a comma.
DEGREES_AFTER_COMMA: Final = """
ba bs ms ma be me sm scd rn np rd pt ot mpp mres mit bca aia cma cia ceh safe pmi acp prince2 phr frm caia fca aca ca
acma pe pmc ap aws gde frs fba om qc kc abd cand dr dipl ing ir eng prof msft ret usn cp scp se psm psp cfe cams cqf
honours hons candidate student certified
"""

# Said in brackets or after a stroke.
ASIDES: Final = """
she her hers he him his they them theirs elle lui sie er ella él hun hen ze zij hij any all pronouns née nee geb born
formerly ehemals aka alias hiring open to work opentowork looking for remote official verified real the now only
contract contractor intern part full time hybrid acquired by ex former previously now part of
"""

# In brackets before the family name somebody was born with.
MAIDEN: Final = "née nee geb geboren born maiden dite"

# Between given and family name: kept where names are compared letter by letter, passed over where only their ends are.
PARTICLES: Final = """
van von der den de del della dello dei degli di da das do dos du des d la le les lo las los los zu zum zur ten ter te
af av al el ul bin ibn bint ben ould abu y e i und and vom am im op 't
"""

NOBODY: Final = """
test tester testing unknown na n a none null nil nan undefined anonymous anonym anon guest attendee participant
delegate tbd tba tbc tbh xxx xx x asdf qwerty foo bar baz dummy sample example demo user name first last surname
firstname lastname fullname full vorname nachname nom prenom nombre apellido linkedin facebook member deleted account
mitglied gelöscht plus one ticket placeholder nobody noname no not applicable your my
"""

# Whole names that stand for nobody.
NOBODIES: Final = ("John Doe", "Jane Doe", "Max Mustermann", "Erika Mustermann")

# Where a company begins with one of these, there is none: whoever is free, retired or looking has no employer to share.
NO_COMPANY: Final = """
self selfemployed freelance freelancer freelancing  independent independently unabhängig retired student
students unemployed stealth confidential undisclosed private privat privately none na nil null nan tbd tba test none
nothing nobody unknown various several looking seeking open opentowork between sabbatical homemaker parent jobless
unaffiliated individual personal selbständig selbstständig selbstständige freiberuflich freiberufler freiberuflerin
freischaffend rentner pensioniert studentin schüler arbeitslos independiente autónomo autónoma estudiante jubilado
jubilada desempleado indépendant indépendante étudiant étudiante retraité retraitée autoentrepreneur autônomo autônoma
aposentado studente pensionato zelfstandig zelfstandige zzp zzper gepensioneerd emeritus volunteer hobbyist
自由职业 自由职业者 学生 退休 フリーランス 個人事業主 無職 프리랜서 학생 фрилансер фриланс самозанятый студент пенсионер
"""

# Whole companies that are none.
NO_COMPANIES: Final = """
not applicable|not employed|not working|my own|own business|own company|home|myself|me|n a|no company|the universe|earth
internet|consultant|contractor|entrepreneur|founder|investor|ceo|owner|developer|engineer|writer|author|artist|speaker
libero professionista|por cuenta propia|travailleur indépendant|en recherche|à la retraite|eigen baas|sans emploi
on sabbatical|career break|gap year|startup|business|company|private company|sole trader|sole proprietor|work|job
"""

# Passed over in a company, beside the legal forms that `cleanco` knows.
COMPANY_NOISE: Final = """
the a an of at y e de des der die das du la le les el il lo for für for in im am on
group groupe gruppe grupo gruppo holding holdings international worldwide global company companies co corp corporation
incorporated inc ltd limited llc llp plc gmbh ag kg ohg gbr mbh sa sas sarl spa srl bv nv ab as aps oy kk pty pvt pte
private public official headquarters hq team inhaber ug haftungsbeschränkt ev eg se mbb kgaa ooo oao zao pao ооо оао зао
пао ип ао тоо тов university universität universitaet université universidad universidade universita universiteit univ
universitas università technische technical tu technion hochschule fachhochschule banco banca banque koninklijke
haftungsbeschraenkt
"""

# Two names around one of these are one company.
JOINERS: Final = "and und et"

# Written as part of the name, unspaced.
UNSPACED_LEGAL_FORMS: Final = (
    "株式会社 有限会社 合同会社 一般社団法人 股份有限公司 有限责任公司 有限公司 주식회사 유한회사 (株) (주)".split()
)

# Too common to name a company alone: the next word is taken with it.
COMMON_WORDS: Final = """
national international global first general american america british german deutsche deutscher deutsches united royal
bank air new big red blue green black white open smart digital data cloud tech technology technologies city state saint
san santa los las north south east west northern southern eastern western port mount lake club hotel studio studios
clinic hospital agency max institute institut school college museum ministry department office association foundation
federal swiss french european europe asia pacific world social life health healthcare care capital energy power solar
food home house media design web net micro info business consulting management service services system systems
solution solutions software network networks labs lab research science sciences medical advanced
applied central centre center public people super great little good best one two three next future alpha beta omega
delta silver gold golden star sun moon sky ocean river mountain forest park street bay hill hills upper lower old young
grand point view creek beach island gulf valley école escuela fh
bright clear quick fast deep high low true real pure simple creative innovative modern urban local
"""

PLACES: Final = """
germany deutschland austria österreich switzerland schweiz suisse france italy italia spain españa portugal uk britain
england scotland wales ireland netherlands nederland belgium belgië belgique denmark danmark sweden sverige norway
norge finland suomi poland polska czechia hungary romania bulgaria greece turkey türkiye ukraine russia israel egypt
india china japan korea singapore malaysia indonesia thailand vietnam philippines australia canada usa us mexico méxico
brazil brasil argentina chile colombia peru nigeria kenya dach emea apac latam benelux nordics europe asia africa
america americas london berlin munich münchen hamburg cologne köln frankfurt stuttgart vienna wien zurich zürich geneva
genf paris lyon madrid barcelona lisbon lisboa porto milan milano rome roma amsterdam rotterdam utrecht brussels
copenhagen stockholm oslo helsinki warsaw warszawa krakow prague praha budapest bucharest sofia athens istanbul kyiv
moscow dublin edinburgh manchester cambridge oxford boston chicago seattle austin dallas denver atlanta toronto
vancouver montreal sydney melbourne tokyo osaka seoul beijing shanghai shenzhen bangalore bengaluru mumbai delhi pune
hyderabad chennai dubai doha cairo nairobi lagos remote sf nyc sanfrancisco
"""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tables, in ASCII."""

    titles: frozenset[str]
    degrees: frozenset[str]
    degrees_after_comma: frozenset[str]
    asides: frozenset[str]
    particles: frozenset[str]
    nobody: frozenset[str]
    nobodies: frozenset[tuple[str, ...]]
    no_company: frozenset[str]
    no_companies: frozenset[tuple[str, ...]]
    company_noise: frozenset[str]
    common_words: frozenset[str]
    joiners: frozenset[str]
    places: frozenset[str]
    not_a_company: frozenset[str]
    maiden: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """The tables, put into ASCII when they are first needed."""
    return Vocabulary(
        in_ascii(TITLES),
        in_ascii(DEGREES),
        in_ascii(DEGREES + DEGREES_AFTER_COMMA),
        in_ascii(ASIDES),
        in_ascii(PARTICLES),
        in_ascii(NOBODY),
        frozenset(_phrase(whole) for whole in NOBODIES),
        in_ascii(NO_COMPANY),
        frozenset(_phrase(whole) for whole in NO_COMPANIES.replace("\n", "|").split("|")),
        in_ascii(COMPANY_NOISE),
        in_ascii(COMMON_WORDS),
        in_ascii(JOINERS),
        in_ascii(PLACES),
        in_ascii(PLACES + ASIDES + NO_COMPANY + COMMON_WORDS),
        in_ascii(MAIDEN),
    )


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(map(to_ascii, text.split()))
