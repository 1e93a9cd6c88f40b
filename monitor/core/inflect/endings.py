"""How names and nouns are declined, language by language, for words that no dictionary has.

A line reads `ending: replacements`. The line with the longest ending that a word bears applies, and only that
one: each replacement takes the place of the ending (`-` is nothing), or with `+` is added to the whole word.
`[...]` is any one of the letters, which an ending with letters in brackets keeps (`+` alone makes sense
there). The word itself always counts. Sources: the declension tables of the usual school grammars; forms that
differ from the rest only by accents are left out where folding makes them equal.
"""

from __future__ import annotations

from typing import Final

ENGLISH: Final = """
[sxz]: +' +'s +es
ch: +'s +es
sh: +'s +es
[bcdfghjklmnpqrtvw]y: y's ies
: +'s +s +s'
"""

RUSSIAN: Final = """
ский: ского скому ским ском
цкий: цкого цкому цким цком
ий: ого его ому ему им ом ем ия ию ии ием
ый: ого ому ым ом
ой: ого ому ым ом оя ою оем ое
ская: ской скую скою
цкая: цкой цкую цкою
ая: ой ую ою аи аю аей ае
яя: ей юю ею
ское: ского скому ским ском
ое: ого ому ым ом
ее: его ему им ем
ово: ова ову овом ове
ево: ева еву евом еве
ино: ина ину ином ине
ия: ии ию ией иею
ь: я ю ем ём е и ью
ей: ея ею еем ее
ай: ая аю аем ае
уй: уя ую уем уе
эй: эя эю эем эе
ец: ца цу цом цем це еца ецу ецом еце ецем
ёк: ька ьку ьком ьке
[жшчщ]а: и е у ей ою
[гкх]а: и е у ой ою
ца: цы це цу цей цою
а: ы и е у ой ою
я: и е ю ей ёй ею
[жшчщц]: +а +у +ем +ом +е
ов: ова ову овым ове овом
ев: ева еву евым еве евом
ёв: ёва ёву ёвым ёве
ин: ина ину иным ином ине
ын: ына ыну ыным ыне
ок: ка ку ком ке ока оку оком оке
ек: ка ку ком ке ека еку еком еке
ел: ла лу лом ле ела елу елом еле
ы: ов ам ами ах
[бвгджзклмнпрстфх]: +а +у +ом +е +ым
"""

UKRAINIAN: Final = """
ський: ського ському ським ськім
цький: цького цькому цьким цькім
ий: ого ому им ім
ій: ього ьому ім ого ому ія ію ієм ії ієві
ська: ської ській ську ською
цька: цької цькій цьку цькою
зька: зької зькій зьку зькою
ське: ського ському ським ськім
ці: ців цям цями цях
цьке: цького цькому цьким цькім
не: ного ному ним нім
на: ни ні ну ною ної ній
ова: ови ові ову овою ової овій
ева: еви еві еву евою евої евій
ія: ії ію ією
ея: еї ею еєю
ая: аї аю аєю
оя: ої ою оєю
уя: уї ую уєю
я: і ї ю ею єю
ка: ки ці ку кою кої кій
га: ги зі гу гою гої гій
ха: хи сі ху хою хої хій
[жчшщ]а: и і у ею ою
[бвдзлмнпрстфцґ]а: и і у ою ею ої ій
а: и і у ою
ов: ова ову овим ові овом овим
ев: ева еву евим еві евом
єв: єва єву євим єві євом
їв: єва єву єві євом їва їву ївом їві ївим
ів: ова ову овом ові іва іву івом іві івим ева еву евом еві
ін: іна іну іним іні іном ену ена еном ені
їн: їна їну їним їні їном
ин: ина ину ином ині иним ином
ець: ця цю цем цеві ці еця ецю ецем
єць: йця йцю йцем йцеві
нь: ня ню нем неві ні нню
ль: ля лю лем леві лі ллю
сь: ся сю сем севі сі ссю
ть: тя тю тем теві ті ттю ті
ь: я ю ем еві і ю
ість: ості істю
ей: ея ею еєм еєві еї
ай: ая аю аєм аєві аї
ой: оя ою оєм оєві ої
й: я ю єм єві ї
ік: ока оку оком окові оці іка іку іком ікові іці
ід: ода оду одом оді іда іду ідом іді
іг: ога огу огом озі іга ігу ігом
ок: ка ку ком кові ці оку ока оком окові
ек: ека еку еком екові ці ка ку ком
ко: ка ку ком кові
о: а у ом ові і
[жчшщц]: +а +у +ем +еві +і +ом +ові
[кгх]: +а +у +ом +ові +ові
и: ів ам ами ах
і: ів ам ами ах их им ими їв ям ями ях
ї: їв ям ями ях
[бвґдзлмнпрстф]: +а +у +ом +ові +і +ем
"""

POLISH: Final = """
ski: skiego skiemu skim
cki: ckiego ckiemu ckim
dzki: dzkiego dzkiemu dzkim
ni: nych nym nymi niego niemu nim
owie: ów om ami ach
ki: kiego kiemu kim kich kimi
gi: giego giemu gim
ny: nego nemu nym n nów nom nami nach nych nymi
wy: wego wemu wym w wów wom wami wach wych wymi
ły: łego łemu łym ł łów łom łami łach łych łymi
czycy: czyków czykom czykami czykach
acy: aków akom akami akach
cy: ców com cami cach czech iec ków kom kami kach cego cemu cym
czy: czego czemu czym czów czom czami czach
ży: żego żemu żym ż żów żom żami żach żych żymi
zy: zego zemu zym z zów zom zami zach zych zymi
ty: tego temu tym t tów tom tami tach tych tymi
ry: rego remu rym r rów rom rami rach rych rymi
dy: dego demu dym d dów dom dami dach dych dymi
by: bego bemu bym b bów bom bami bach bych bymi
anie: an anów anom anami anach
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
ś: sia siowi siem siu si
ź: zia ziowi ziem ziu zi
iec: ca cowi cem cu
niec: ńca ńcowi ńcem ńcu
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
cz: cza czowi czem czu
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
aw: awa awia awiu awiem awowi awem awie awu
[bpmwf]: +a +owi +em +ie +u
[vx]: +a +owi +em +ie +u +'a +'em
c: ca cowi cem cu
[bcdfghjklłmnprstwz]e: ych ym ymi ów om ami ach +'a +'owi +'em +'u +'ego +'emu +'m ego emu m em a owi +go +m
e: +'a +'owi +'em +'u +'ego +'emu +'m ego emu m em a owi +go +mu +m
i: +ego +emu +m iego iemu im +'ego
[uó]: +'a +'owi +'em
ż: ża żowi żem żu
"""

CZECH: Final = """
ský: ského skému ským ském
cký: ckého ckému ckým ckém
ý: ého ému ým ém
ová: ové ovou
ská: ské skou
cká: cké ckou
ná: né nou
á: é ou
ové: y ů ům ech i
ané: any anů anům anech
ské: ského skému ským ském ských skými
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
ice: ici icí
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
[cčdflmnprřsštvz]i: ů ům y ich ích ech +ho +mu +m +ovi +a
i: +ho +mu +m +ovi +a
[bcčdfghjklmnprřsštvzž]y: ů um ům ech ách ami +ho +mu +m +ovi +e
y: +ho +mu +m +ovi +e
"""

SLOVENE: Final = """
ski: skega skemu skem skim
ški: škega škemu škem škim
čki: čkega čkemu čkem čkim
ni: nega nemu nem nim nija niju nijem
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
ar: arja arju arjem arjev ara aru arom arov
or: orja orju orjem orjev ora oru orom orov
ir: irja irju irjem irjev ira iru irom irov
ur: urja urju urjem urjev ura uru urom urov
[r]: +a +u +om +ov +ja +ju +jem +jev
[cčšžj]: +a +u +em +om +ev +eva
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

BULGARIAN: Final = """
ски: ския ският
шки: шкия шкият
чки: чкия чкият
ен: ния ният ена ени ена
ри: рия рият рите
[внр]и: +я +ят +те
ия: ията
а: ата
я: ята
о: ото
е: ето
и: ите
ост: остта
щ: щта
т: та ът а тта
й: я ят
ец: еца ецът
[бвгджзклмнпрсфхцчш]: +ът +а
ол: ола олът
ь: ят
"""

POSSESSIVES: Final = {
    "sl": """
a: in ina ino ine inega inemu inem inim ini
[cčšžj]: +ev +eva +evo +eve +evega +evemu +evem +evim +evi
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
"""Adjectives that name the owner."""

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

TABLES: Final = {
    "en": ENGLISH,
    "ru": RUSSIAN,
    "uk": UKRAINIAN,
    "pl": POLISH,
    "cs": CZECH,
    "sl": SLOVENE,
    "bg": BULGARIAN,
}
