"""Short forms and spellings of given names: which formal names a given name may stand for.

Source: what bearers of these names commonly write, put together by hand from general knowledge of each language; half
of the pairs in Latin letters (368 of 730) stand in the PyPI package `nicknames` 1.0.1 too. That package was weighed:
its rarer entries merge different people (Bill, Robert; Lee, Ashley), it knows English genealogy alone, and with it
107 instead of 126 of the benchmark's pairs by hand were found. Translations (Juan, John) are no short forms and not
listed. Left out on purpose: forms of one or two letters but "Ed", and words of Chinese or Korean names (Kim, Lee).
"""

from __future__ import annotations

from functools import cache
from typing import Final

from shared.names.folding import fold

MAX_FORMAL_NAMES: Final = 3  # that one short form stands for

# One line a formal name: first the name, then what else its bearers are called. A short form may stand in several
# lines, the likeliest first.
NICKNAMES: Final = """
abdullah abdallah abdulla abdoullah عبدالله
abigail abby gail
abraham abe avraham avram avi
adelaide addie
agnieszka aga
ahmed ahmad أحمد احمد
albert bert
alberto beto
alexander alex alec alek xander lex sasha sascha sacha sandy aleksandr aleksander alexandr oleksandr alexandros
alexandra alex alexa lexi sasha sascha sandra ola aleksandra oleksandra
alejandro alex jandro
alejandra alex
alfred fred alf
alfredo fredo
ali aly علي
alison allison
amanda mandy
anastasia anastasiya anastasiia anastasija nastya stacy
anatoly anatoliy anatolii tolya
andreas andi andy
andrei andrey andrej andrii andriy andriej
andrew andy drew
angela angie
angelika angie geli
ann anne annie
anna anya ania anka annie
anthony tony antony
antonio tony toni nino
anton toni
artem artyom artiom
arthur art artie
augustus gus
barbara barb babs basia
bartholomew bart
bartosz bartek
bartłomiej bartek
beatrice bea
beatrix bea trixi
belinda lindy
benjamin ben benny benji benno
bernard bernie
bernhard bernd bernie
bettina tina betti
bradley brad
calvin cal
caroline carrie caro
carsten karsten
catherine katherine kathryn katharine catharine kathy cathy kate katie katy cathie kathie
katharina kathi kathy käthe katrin
katarzyna kasia
ekaterina yekaterina katya katja katia
kateryna katya katia
charles charlie chuck charley chas
charlotte charlie lotte lottie
christian chris
christina tina chris kristina christine kristine
christopher chris topher christof christoph kristopher cristopher
clemens klemens
clifford cliff
clinton clint
constantine konstantin kostya kostas konstantinos costas
cornelia conny connie
curtis curt
cynthia cindy
daniel dan danny
danielle dani
david dave davey davy
deborah debra deb debbie debby
dennis denis denny
dmitry dmitri dmitriy dmitrii dmitrij dmytro dima mitya
dimitrios dimitris dimitri
dominic dominik dom
dominique dom
donald don donnie donny
dorothy dot dottie dolly
dorothea doro thea
douglas doug
eduardo edu lalo
edward ed eddie eddy ted ned teddy
edwin ed eddie
eleanor ellie nora nell
elizabeth liz beth betty eliza lizzie libby betsy lisa liza lizzy
elisabeth liesl lisbeth elli sissi liz
emily em emmy
emmanuel manny manu emanuel
enrique quique kike
eric erik erick
ernest ernie
esther ester hester
eugene gene
evgeny evgeniy evgenii yevgeny yevgeni yevgeniy jewgeni zhenya yevhen yevhenii
evgenia yevgenia evgeniya zhenya
fatima fatma fatimah fatemeh فاطمة
fedor fyodor feodor
felicity fliss
ferdinand ferdi
fernando nando fer
florian flo
frances fran frannie
francesca fran
francis frank frankie
francisco paco pancho kiko fran curro
franziska franzi
frederick fred freddie freddy fredrick rick
friedrich fritz fred
gabriel gabe gabi
gabriela gabi gaby
gabriele gabi gaby
geoffrey geoff jeff jeffrey jeffery
gerald gerry jerry
gerard gerry
gerhard gerd gert
giovanni gianni vanni
giuseppe peppe beppe pino
gregory greg gregg
guadalupe lupe
gustavo gus tavo
harold hal harry
hassan hasan حسن
heinrich heiner heinz
henry hank harry hal
hendrik henk
herbert herb
hubert bert
hugh hughie
hussein hossein husain hussain husayn husein حسين
ibrahim ebrahim brahim إبراهيم ابراهيم
ignacio nacho iggy
igor ihor
isaac ike zak
isabella bella izzy isa
isabel izzy bella isa
ivan vanya vania
jacob jake jakob
jakub kuba
james jim jimmy jamie jem
jan honza
janet jannie
jennifer jen jenny jenni jenna
jeremiah jerry jem
jerome jerry
jessica jess jessie
jiří jirka
joanna asia
joanne joann
jerzy jurek
johannes hannes hans
johann hans
john jack johnny jon
jonathan jon jonathon johnathan jonny jonatan
jose pepe josé
joseph josef joe joey jos sepp pepi
joshua josh
joao joaozinho janjao
juan juanito
judith judy jude judi
julia julie yulia yuliya iuliia yuliia julija
jurgen jörgen juergen
kenneth ken kenny
kevin kev
khalid khaled خالد
kimberly kimberley kimmy
klaus claus
krzysztof krzysiek
laszlo laci
laura laurie lori
lawrence larry laurence lawrie
leonard len lenny leo
leonardo leo
leslie lesley les
lewis lew
louis luis lou louie lucho
louise lou
lucas lukas luke luca
lucia lucy
lyudmila ludmila ludmilla liudmyla lyuda mila
maciej maciek
magdalena magda lena
madeleine maddie madeline madelyn
małgorzata gosia małgosia
manuel manolo manu manny
marcus mark marc markus
margaret maggie meg peggy marge margie madge
margarita rita
maria masha marija mariya mariia
mariam maryam miriam مريم
martin marty
martina tina
mary molly polly mamie
matthew matt matty mathew
matthias mathias matze hias matti
maximilian max maxi
maxim maksim maxime max maksym
maxwell max
melanie mel
melissa mel missy
michael mike mick mickey mikey micha michi mitch
michelle shelly
mikhail misha mikhael mikhailo mykhailo
miguel migue
mitchell mitch
mohammed muhammad mohamed mohammad mohamad muhammed mohamud mohd muhamad محمد
monica monika monique
moses moshe moishe
mustafa mostafa moustafa مصطفى
nancy nan
natalia natasha natalya nataliya nataliia natalja
natalie nat nathalie
nathaniel nate nat
nathan nate
nicholas nick nicky nicolas nikolas nico
nikolai nikolay nikolaj kolya mykola
nikolaos nikos
nicole nikki nicky niki
oleg oleh
olga olya olha
oliver ollie olli
omar umar عمر
oscar oskar
osama usama
pamela pam
patricia pat patty trish tricia patti
patrick pat paddy
pavel pasha pavlo
penelope penny
peter pete
pyotr petr petya petro
philip phil phillip philipp
rachel rach shelly rachael
rafael rafa raphael
raymond ray
rebecca becky becca rebekah
regina gina
reginald reg reggie
reinhard reini
ricardo ricky rico
richard rick rich dick ricky richie
robert bob rob bobby robbie bert
roberto beto tito
roger rodger
ronald ron ronnie ronny
rosemary rosie
rudolf rudi rudy
ruslan rus
salvador chava sal
salvatore sal toto turi
samantha sam sammy
samuel sam sammy
santiago santi
sarah sara sally
sebastian seb basti bastian
sergey sergei sergiy sergii serhii serhiy sergej serge seryozha
solomon sol shlomo
sofia sophia sophie sofie sofya sofiia
stanislav stas stan stanislaw
stanley stan
stephanie steffi steph stefanie
stephen steve steven stefan stephan stevie
susan sue suzie susie suzy
susanne susi suse suzanne susanna
svetlana sveta svitlana
sylvia silvia
tamara toma tammy
tadeusz tadek
tatiana tanya tatyana tania tetiana tetyana
terence terry terrence
theresa teresa terry tess resi
theodore ted teddy theo
theodor theo
thomas tomas tom tommy tomek tomasz
timothy tim timmy
tobias tobi toby
ulrich uli ulli
ulrike uli ulli rike
ursula uschi ulla
valentin valentyn
valentina tina vali
valery valeriy valerii valerij
veronica veronika vroni
victor viktor vic
victoria vicky vicki tori viktoria viktoriya viktoriia vika
vincent vince vinny
virginia ginny ginger
vladimir vova volodya wladimir volodymyr
vyacheslav viacheslav slava
walter walt wally
wilhelm willi willy wim helmi
willem wim
william bill will billy willie willy wm liam
wojciech wojtek
xavier javier xavi javi
yaroslav jaroslav slava jarosław jarek
yosef yossi
youssef yusuf yousef yusef يوسف
yuri yuriy yury yurii iurii jurij juri iurij
zachary zach zack zac
zoltan zoli
"""


@cache
def _formal_names() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    lines = [list(map(fold, line.split())) for line in NICKNAMES.strip().splitlines()]
    formal = {line[0] for line in lines}
    for name, *others in lines:
        for other in others:
            if other not in formal:
                table[other] = tuple(dict.fromkeys((*table.get(other, ()), name)))
    return {other: names[:MAX_FORMAL_NAMES] for other, names in table.items()}


def formal_names(folded_name: str) -> tuple[str, ...]:
    """The formal names that a folded given name may stand for, likeliest first; itself where it stands for none."""
    return _formal_names().get(folded_name, (folded_name,))
