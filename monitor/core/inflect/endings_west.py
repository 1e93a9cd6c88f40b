"""How names and nouns are declined in Polish, Czech and Slovene; `endings` tells how lines are read."""

from __future__ import annotations

from typing import Final

POLISH: Final = """
ski: skiego skiemu skim
cki: ckiego ckiemu ckim
dzki: dzkiego dzkiemu dzkim
ni: nych nym nymi niego niemu nim nów nom nami nach
zi: zów zom zami zach ziego ziemu zim
dzi: dów dom dami dach dziego dziemu dzim
si: sów som sami sach chów chom chami chach siego siemu sim
owie: ów om ami ach
ki: kiego kiemu kim kich kimi ek kom kami kach
gi: giego giemu gim
ny: nego nemu nym n nów nom nami nach nych nymi
wy: wego wemu wym w wów wom wami wach wych wymi
ły: łego łemu łym ł łów łom łami łach łych łymi
czycy: czyków czykom czykami czykach
rzy: rów rom rami rach rzego rzemu rzym rzów rzom rzami rzach
dzy: gów gom gami gach dzego dzemu dzym dzów dzom dzami dzach
my: mego memu mym mów mom mami mach mych mymi
umy: um umom umami umach umów umego umemu umym
acy: aków akom akami akach
cy: ców com cami cach czech iec ków kom kami kach cego cemu cym
czy: czego czemu czym czów czom czami czach
ży: żego żemu żym ż żów żom żami żach żych żymi
zy: zego zemu zym z zów zom zami zach zych zymi
ty: tego temu tym t tów tom tami tach tych tymi
ry: rego remu rym r rów rom rami rach rych rymi
dy: dego demu dym d dów dom dami dach dych dymi
by: bego bemu bym b bów bom bami bach bych bymi
anie: an anów anom anami anach ania aniu aniem
chy: ch chów chom chami chach szech
hy: hego hemu hym hów hom hami hach
gry: gier grom grami grzech grów grach grego gremu grym
ci: tów tom tami tach ciów ciom ciami ciach ciego ciemu cim
psy: ps psów psom psami psach
spy: sp spów spom spami spach
[bcdfghjklłmnprstwz]y: ów om ami ach ech +'ego +'emu +'m +ego +emu +m +mi +ch
[aeiou]y: +'a +'owi +'em +a +owi +em
ska: skiej ską
cka: ckiej cką
dzka: dzkiej dzką
owa: owej ową owie owy owę
na: nej ną nie ny nę no
cja: cji cję cją
ja: ji i ję ją jo
ia: ii i ię ią io iej
la: li lę lą lo
ka: ki ce kę ką ko kiej
ga: gi dze gę gą go giej
cha: chy sze chę chą cho
ha: hy że hę hą ho ze
ra: ry rze rę rą ro rej
ła: ły le łę łą ło łej
sta: sty ście stę stą sto
ta: ty cie tę tą to tej
zda: zdy ździe zdę zdą
da: dy dzie dę dą do
sza: szy szę szą szo szej
cza: czy czę czą czo czej
rza: rzy rzę rzą rzo
ża: ży żę żą żo żej
ca: cy cę cą co
sa: sy sie sę są so
za: zy zie zę zą zo
ma: my mie mę mą mo
ba: by bie bę bą bo
pa: py pie pę pą po
wa: wy wie wę wą wo wej
fa: fy fie fę fą
va: vy vie vę vą
a: y i ie ę ą o
stwo: stwa stwu stwem stwie
sko: ska sku skiem
nko: nki nce nkę nką nka nku nkiem nkowi
ko: ka ku kiem kowi
go: ga gu giem gowi
ło: ła łu łem le łowi
no: na nu nem nie nowi
to: ta tu tem cie towi
ro: ra ru rem rze rowi
so: sa su sem sie sowi
do: da du dem dzie dowi
wo: wa wu wem wie wowi
io: ia iowi iem iu
o: a u em owi ie
ość: ości ością
ść: ści ścią
ć: cia ciowi ciem ciu ci cią
ń: nia niowi niem niu ni nią
eń: nia niowi niem niu enia eniowi eniem eniu
dzień: dnia dniowi dniem dniu dni dniom dniach
ś: sia siowi siem siu si
ź: zia ziowi ziem ziu zi
ódź: odzi odzią
iec: ca cowi cem cu
niec: ńca ńcowi ńcem ńcu
jciec: jca jcu jcem jcowi jców jcom
ec: ca cowi cem cu eca ecowi ecem ecu
iek: ka kowi kiem ku
niek: ńka ńkowi ńkiem ńku
ek: ka kowi kiem ku eka ekowi ekiem eku
eł: ła łowi łem le ełu
el: la lowi lem lu ela elowi elem elu
er: ra rowi rem rze era erowi erem erze
ew: wa wowi wem wie ewa ewowi ewem ewie ewu
k: ka kowi kiem ku
g: ga gowi giem gu
[chjl]: +a +owi +em +u +a
sz: sza szowi szem szu
cz: cza czowi czem czu czy czą
rz: rza rzowi rzem rzu
dz: dza dzowi dzem dzu
st: sta stowi stem ście stu
ł: ła łowi łem le łu
r: ra rowi rem rze ru
t: ta towi tem cie tu
d: da dowi dem dzie du
n: na nowi nem nie nu
s: sa sowi sem sie su
z: za zowi zem zie zu
ów: owa owowi owem owie owu
ód: odu odowi odem odzie ody odów odom oda
óg: ogu ogowi ogiem oga
ór: oru orowi orem orze ora
ół: ołu ołowi ołem ole oła
ój: oju ojowi ojem oja
ąd: ądu ądowi ądem ądzie ądy ądów ądom ędu ędowi ędem ędzie ędy ędów ędom
ąg: ęgu ęgowi ęgiem ęgi ęgów ągu ągowi ągiem
sep: spu spowi spem spie
aw: awa awia awiu awiem awowi awem awie awu
[bpmwf]: +a +owi +em +ie +u
[vx]: +a +owi +em +ie +u +'a +'em
c: ca cowi cem cu
oc: ocy ocą oca ocowi ocem ocu
[bdfghjklłmnprstwzż]e: ych ym ymi ów om ami ach +'a +'owi +'em +'u +'ego +'emu +'m ego emu m em a u owi +go +m
ce: c com cami cach cego cemu cym ców +'a +'owi +'em +'u cem ca cu cowi
kie: kich kim kimi kiego kiemu ką +'a +'em
gie: gich gim gimi giego giemu gą +'a +'em
ie: ii iom iach iami ich im imi ia iu iem iego iemu +'a +'owi +'em +'go +'mu +go +mu +m
e: +'a +'owi +'em +'u +'ego +'emu +'m +'go +'mu ego emu m em a owi +go +mu +m
i: +ego +emu +m iego iemu im +'ego
[uó]: +'a +'owi +'em
ż: ża żowi żem żu
"""

CZECH: Final = """
ský: ského skému ským ském
cký: ckého ckému ckým ckém
yj: ého ému ým ém
skij: ského skému ským ském
ckij: ckého ckému ckým ckém
ski: ského skému ským ském +ho +mu +m
cki: ckého ckému ckým ckém +ho +mu +m
ý: ého ému ým ém
ová: ové ovou
ská: ské skou
cká: cké ckou
ná: né nou
á: é ou
ové: y ů ům ech i
ané: any anů anům anech
ské: ského skému ským ském ských skými
té: tů ty tům tech tého tému tém tým tých tými
é: ého ému ém ým ých ými
ní: ního nímu ním
í: ího ímu ím
ství: stvím
ka: ky ce ku kou ko kovi kové
ga: gy ze gu gou go govi
ha: hy ze hu hou ho hovi
cha: chy še chu chou cho chovi
ra: ry ře ru rou ro rovi
[žščřcj]a: e i u ou o ovi
ďa: di ďu ďou
ťa: ti ťu ťou
ňa: ni ňu ňou
[ltsz]a: y e ě u ou o ovi i
ia: ie ii iu ií iou
ea: ey eji eu eou eje
a: y ě e u ou o ovi
ie: ii ií
ice: ici icí ic icích icím icemi
ce: c ci cí cích cím cům cemi cem +ovi +ho +mu +m
[žščřcj]e: i í em
e: i í em a ovi +ho +mu +m +a +em +ovi
ě: i í
isko: iska isku iskem
ko: ka ku kem ce kovi
go: ga gu gem govi
ho: ha hu hem hovi
o: a u em ě e ovi
um: a u em
ius: ia iovi iem iu iuse
us: a u ovi em use usem usovi usu
os: a u ovi em osu osem ose
is: ise isu isem isovi e i í
ek: ka ku kem kovi eka eku ekem ekovi
ec: ce ci cem covi ece eci ecem ecovi
něk: ňka ňku ňkem ňkovi
el: la lu lem lovi le ela elu elem elovi eli ele
er: ra ru rem rovi ru era eru erem erovi eře
en: na nu nem novi ne ena enu enem enovi eně ence
ost: osti ostí
ům: omu omem omě omů omy
ůl: olu olem ole
ůj: oje oji ojem
ň: ně ni ní ňi ňa ňovi něm ňem
ď: di dě dí
ť: ti tě tí
[žščřcj]: +e +i +em +ovi +u +í
x: xe xu xem xovi xi
[gkh]: +a +u +em +ovi +em
ch: chu chem chovi cha
[sz]: +e +i +em +ovi +u +a +ovi
[l]: +e +i +em +ovi +u +a +í
[bdfmnpqrtvw]: +a +u +ovi +em +ě +e +i
ši: chů chy chům ších +ho +mu +m
ci: ců cům ce cích ků ky kům +ho +mu +m
[čdflmnprřsštvz]i: ů ům y ich ích ech +ho +mu +m +ovi +a
i: +ho +mu +m +ovi +a
[bcčdfgjklmprřsštvzž]y: ů um ům ech ách ami +ho +mu +m +ovi +e
[hn]y: - ů um ům ech ách ám ami +ho +mu +m +ovi +e
ky: k ek ků kům kách kám kami +ho +mu +m +ovi +e
y: +ho +mu +m +ovi +e
"""

SLOVENE: Final = """
ski: skega skemu skem skim
ški: škega škemu škem škim
čki: čkega čkemu čkem čkim
ni: nega nemu nem nim nija niju nijem nov nom ne nih nimi
ci: cev cem ce cih cija ciju cijem +ja +ju +jem +jev
ji: jega jemu jem jim
i: ija iju ijem ega emu em im ih imi ov om ih e +ja +ju +jem +jev
ska: ske ski sko skega skemu skem
ška: ške ški ško škega škemu škem
sko: skega skemu skem skim
ško: škega škemu škem škim
no: nega nemu nem nim na nu nom
ija: ije iji ijo
a: e i o in ini
io: ia iu iom
o: a u om ov ovi ova +a +u +om +ja +ju +jem
ec: ca cu cem čev eca ecu ecem
ek: ka ku kom kov eka eku ekom ekov
el: la lu lom lov ela elu elom elov
en: na nu nom nov ena enu enom enov
ev: va vu vom eva evu evom
er: ra ru rom rov erja erju erjem erjev era eru erom erov
ar: arja arju arjem arjev ara aru arom arov ra ru rom
or: orja orju orjem orjev ora oru orom orov
ir: irja irju irjem irjev ira iru irom irov
ur: urja urju urjem urjev ura uru urom urov
[r]: +a +u +om +ov +ja +ju +jem +jev
[cčćđšžj]: +a +u +em +om +ev +eva
ost: osti ostjo
elj: lja lju ljem ljev elja elju eljem
enj: nja nju njem enja enju enjem
[bdfghklmnpstvzwx]: +a +u +om +ov +em +ova +ovi
q: +a +u +om
y: +ja +ju +jem +jev +a +u +om ia iu iem
e: ih im imi am ah ami +ja +ju +jem +jev a u om ov +a +u +om +ov ev ega emu em
u: +ja +ju +jem +jev
é: +ja +ju +jem +jev
"""

NAMES: Final = {
    "pl": """
[bcdfghjklmnprstvwxz]y: +'ego +'emu +'m +ego +emu +m
""",
    "sl": """
a: in ina ino ine inega inemu inem inim ini
[cčšž]a: ev eva evo eve evega evemu evem evim evi in ina ino ine inega inemu inem inim ini
[cčćđšžj]: +ev +eva +evo +eve +evega +evemu +evem +evim +evi
o: ov ova ovo ove ovega ovemu ovem ovim ovi
ec: čev čeva čevo čeve čevega čevemu čevem čevim čevi
ek: kov kova kovo kove kovega kovemu kovem kovim kovi
r: +jev +jeva +jevo +jeve +jevega +jevem +jevim +jevi +ov +ova +ovo +ove +ovega +ovem +ovim +ovi
[bdfghklmnpstvzwx]: +ov +ova +ovo +ove +ovega +ovemu +ovem +ovim +ovi
el: lov lova lovo love lovega lovemu lovem lovim lovi +ov +ova +ovo +ove +ovega +ovem +ovim +ovi
en: nov nova novo nove novega novem novim novi +ov +ova +ovo +ove +ovega +ovem +ovim +ovi
[iyeu]: +ev +eva +evo +eve +evega +evem +evim +evi +jev +jeva +jevo +jeve +jevega +jevem +jevim +jevi
""",
    "cs": """
ka: čin čina čino čini činy činu čině činou činých činým činými
a: in ina ino iny inu ině inou iných iným inými ini ův ova ovo ovy ovu ově ovou ových ovým ovi
ek: kův kova kovo kovy kovu kově kovou kových kovým kovými kovi
ec: cův cova covo covy covu cově covou cových covým covi
[bcčdďfghjklmnňpqrřsštťvwxzž]: +ův +ova +ovo +ovy +ovu +ově +ovou +ových +ovým +ovými +ovi
o: ův ova ovo ovy ovu ově ovou ových ovým ovými ovi
""",
}
"""What names have beside the forms of their ending: in Slovene and Czech adjectives that name the owner, in
Polish the apostrophe of foreign names (Kennedy'ego)."""

POLISH_ORDINARY: Final = """
[bcdfgjlmnprstwzżźśćń]y: +m +ch +mi a ą ej ego emu e i
[kg]i: +ego +emu +m +ch +mi a ą +ej +e
ni: niego niemu nim nich nimi nia nią niej nie
k: ki ków kom kami kach
g: gi gów gom gami gach
st: sty stów stom stami stach ści
[bdfmnprstwzł]: +y +i +ów +om +ami +ach +owie
[cż]: +e +y +ów +om +ami +ach
cz: +e +y +ów +om +ami +ach
sz: +e +y +ów +om +ami +ach
rz: +e +y +ów +om +ami +ach
[lj]: +e +i +ów +om +ami +ach
ch: +y +ów +om +ami +ach
ość: ości ościom ościami ościach
ń: nie ni niom niami niach
ć: cie ci ciom ciami ciach
ka: ki ek kom kami kach
ga: gi g gom gami gach
ja: je ji jom jami jach
ia: ie ii iom iami iach
[bdfłmnprstwzc]a: y e - om ami ach
[lż]a: e - om ami ach
[łnrstdwbkgcz]o: a - om ami ach
nie: nia ń niom niami niach niu niem
[cż]e: a y om ami ach u em
"""
"""Plurals and genders that an ordinary word takes and a name does not: Polish ordinary words have no
dictionary here, since reading it takes seconds and a gigabyte."""
