"""Concepts: what some two hundred words of the news mean, whichever of three languages says them.

Words do not compare across languages; these do. A line reads `name: English | Russian | Ukrainian`. A word
belongs to the concept of its longest listed beginning; a word after `=` stands for itself alone. Names are
listed where adjectives are made of them, or where their sounds do not meet (China, Китай). Written by hand;
no dictionary was used.
"""

from __future__ import annotations

from functools import lru_cache

_TABLE = """
usa: america =usa =u.s | сша америк штаты штатов штатах | америк штати штатів штатах
britain: brit =uk england english kingdom
  | британ великобритан англи королевств
  | британ великобритан англі королівств
eu: europ =eu =ec | европ евросоюз =ес | європ євросоюз =єс
germany: german | герман немец =фрг | німеч німец
france: france french | франц | франц
spain: spain spanish spaniard | испан | іспан
china: china chinese beijing | китай китая китае китаем пекин | китай китаю китаї пекін
japan: japan | япон | япон
hungary: hungar | венгр венгер | угорщ угорс угорц
greece: greece greek | грец грек грече | грец грек
poland: poland polish =pole =poles warsaw | польш польск поляк варшав | польщ польськ поляк варшав
turkey: turkey turkish turk | турц турец | туреч
georgia: georgia tbilisi | грузи тбилис | грузі тбіліс
lithuania: lithuan | литв литов | литв литов
latvia: latvia | латв латыш | латв латис
czechia: czech | чехи чешск чехо | чехі чеськ
egypt: egypt | египе египт | єгипе єгипт
cyprus: cypr | кипр | кіпр
switzerland: swiss switzer | швейцар | швейцар
sweden: swed | швед швец | швед швец
norway: norw | норвег норвеж | норвег норвез
denmark: denmark danish dane | дани датск датчан | дані данськ данц
netherlands: netherland dutch | нидерланд голланд | нідерланд голланд
belgium: belgi | бельги | бельгі
brussels: brussel | брюссел | брюссел
austria: austria vienna | австри вен | австрі відн
korea: korea pyongyang seoul | коре кндр пхеньян сеул | коре кндр пхеньян сеул
emirates: emirat =uae | эмират =оаэ | емірат =оае
syria: syria damascus | сири дамаск | сирі дамаск
crimea: crimea | крым | крим
belarus: belarus | белорус беларус | білорус
israel: israel | израил | ізраїл
palestine: palestin | палестин | палестин
iran: iran tehran | иран тегеран | іран тегеран
iraq: iraq | =ирак ирака ираке иракск | =ірак іраку іракськ
india: india | инди | інді
pakistan: pakistan | пакистан | пакистан
afghanistan: afghan | афган | афган
thailand: thai | таиланд тайск | таїланд тайськ
cambodia: cambodia | камбодж | камбодж
philippines: philippin filipino | филиппин | філіппін
taiwan: taiwan | тайван | тайван
australia: australia | австрали | австралі
canada: canad | канад | канад
mexico: mexic | мексик | мексик
brazil: brazil | бразил | бразил
venezuela: venezuel | венесуэл | венесуел
cuba: cuba havana | =куба кубе кубы кубу кубин гаван | =куба куби кубі кубин гаван
chile: chile | чили | чилі
italy: ital | итал | італ
portugal: portug | португал | португал
ireland: ireland irish | ирланд | ірланд
finland: finland finnish finn | финлянд финск финн | фінлянд фінськ фінн
estonia: estonia | эстон | естон
slovakia: slovak | словак словац | словач словац
slovenia: sloven | словен | словен
serbia: serb | сербск серби | сербськ сербі
croatia: croat | хорват | хорват
bosnia: bosnia | босни | босні
romania: romania | румын | румун
bulgaria: bulgar | болгар | болгар
moldova: moldov | молдав молдов | молдов
armenia: armenia | армян армени | вірмен
azerbaijan: azerbaijan | азербайдж | азербайдж
kazakhstan: kazakh | казах | казах
nigeria: nigeria | нигери | нігері
sudan: sudan | судан | судан
yemen: yemen houthi | йемен хусит | ємен хусит
lebanon: leban hezbollah | ливан хезболл | ліван хезболл гізбалл
saudi: saudi | саудов | саудів
chechnya: chechen chechnya | чечен чечн | чечен чечн
siberia: siberia | сибир | сибір
africa: africa | африк | африк
russia: russia | росси росс =рф | росі росс =рф
ukraine: ukrain | украин | украї
un: =un | =оон | =оон
imf: =imf | =мвф | =мвф
iaea: =iaea | магатэ | магате
pope: =pope vatican pontiff | ватикан понтифик =папа =папы =папе | ватикан понтифік папа
brexit: brexi | брекси брекзит | брексі брекзіт
north: north nord | север | північ
south: south | юг южн | півд
west: west | запад | захід західн
east: east | восто | схід східн
stream: stream | поток стрим | потік поток стрім
supreme: supreme | верховн высш | верховн вищ
united: united | соединен объединен | сполучен об'єднан
great: great | велик | велик
union: union | союз | союз
court: court judge tribunal | суд судья судьи судей трибунал | суд судд трибунал
sentence: sentenc jailed convict | приговор осужд осуди | вирок засуди засудж
prison: prison jail inmate colony | тюрьм тюрем колони заключен =сизо | в'язн тюрм колоні ув'язн =сізо
arrest: arrest detain custody | арест задерж | арешт затрим
charge: charg indict accus suspect | обвин подозр | обвинувач звинувач підозр
police: police cop officer | полици полицейск | поліці поліцейськ
kill: kill dead death die dies died fatal slain
  | погиб убит убил убий смерт умер жертв скончал
  | загин вбит вбив смерт помер жертв
injure: injur wound hurt | ранен пострада пораж | поранен постражд травм
shoot: shoot shot gunman gunfire shooter | стрел расстрел стрелок | стріл розстріл стрілок
explode: explos explod blast bomb detonat | взрыв подорв бомб | вибух підірв бомб
attack: attack assault strike struck raid | атак удар нападен обстрел налет | атак удар напад обстріл наліт
drone: drone =uav unmanned | дрон беспилотник бпла беспилотн | дрон безпілотник бпла безпілотн
missile: missile rocket ballistic | ракет баллист | ракет баліст
war: =war =wars warfare wartime invasion invad | войн войны вторжен | війн вторгнен
troops: troop soldier army military armed servicem
  | войск солдат арми военн вооруж военнослуж
  | військ солдат армі збройн
fighter: fighter militia militant rebel insurgent
  | боевик боец бойц ополчен повстан
  | бойовик боєць бійц ополчен повстан
village: village settlement hamlet | село села селе деревн поселок населенн | село села селі селищ
city: city cities town | город | місто міста місті міськ
border: border frontier cross-border | границ пограни пригранич | кордон прикордон
region: region oblast province | област регион губерн | област регіон
capture: captur seiz took taken occup | захват захвачен взят занят оккуп | захоп взят зайня окуп
prisoner: captiv pow =pows hostage | пленн плен заложник | полонен полон заручник
exchange: exchang swap | обмен | обмін
ceasefire: ceasefire truce armistice | перемир прекращен | перемир припинен
peace: peace | мирн мира мир | мирн миру мир
talks: talk negotiat meet met summit | переговор встреч саммит | переговор зустріч саміт
agreement: agree deal accord pact treaty | соглашен договор сделк | угод договор домовл
plan: plan proposal propos | план предлож | план пропоз пропон
president: president | президент | президент
minister: minister ministry | министр министер =мид минобор | міністр міністер =мзс міноборон
parliament: parliament lawmaker senat congress deput bundestag
  | парламент депутат сенат конгресс дума госдум
  | парламент депутат сенат конгрес рад
government: government cabinet | правительств кабмин кабинет | уряд кабмін кабінет
commission: commission committee | комисси комитет | комісі комітет
council: council | совет совета советом совете | рада ради раді радою
arbitration: arbitrat | арбитраж | арбітраж
election: elect vot ballot poll | выбор голосо избират избран | вибор голосу виборц обран
democracy: democra | демократ | демократ
opposition: opposition | оппозици | опозиці
party: =party =parties | парти | парті
protest: protest demonstrat rally ralli unrest riot
  | протест митинг демонстрац беспоряд
  | протест мітинг демонстрац заворуш
resign: resign quit quits | отставк | відставк
fire_job: fired sack dismiss oust | уволи увольн отстрани | звільни усуну
appoint: appoint nominat | назнач | признач
law: =law =laws legislat bill | закон законопроект | закон законопроєкт
ban: =ban =bans banned banning prohibit outlaw | запрет запрещ запрети | заборон
sanction: sanction embargo | санкц эмбарго | санкц ембарго
tariff: tariff dut customs | пошлин тариф тамож | мит мито тариф
trade: trade export import | торг экспорт импорт | торг експорт імпорт
oil: =oil crude petroleum refinery tanker | нефт танкер нпз | нафт танкер нпз
naftogaz: naftogaz | нафтогаз | нафтогаз
gas: =gas pipeline lng | газ газопров =спг | газ газопров =спг
power: electric blackout outage energy grid | электр энерг блэкаут | електр енерг блекаут знеструм
nuclear: nuclear atomic reactor uranium | ядер атом аэс уран | ядерн атомн аес уран
euro: =euro =euros eurozone | =евро еврозон | =євро єврозон
bank: bank | банк | банк
money: money million billion trillion fund financ asset loan
  | деньг миллион млн миллиард млрд фонд актив финанс кредит
  | грош мільйон мільярд фонд актив фінанс кредит
price: price inflat cost | цен инфляц | цін інфляц
market: market stock share | рынок рынк бирж акци | ринок ринк бірж акці
company: compan firm corporat | компани корпорац фирм | компані корпорац фірм
airport: airport | аэропорт | аеропорт
plane: plane jet aircraft flight airline airway helicopter crash
  | самолет авиа вертолет рейс
  | літак авіа вертоліт рейс
ship: ship vessel boat navy naval | корабл судн флот | корабл судно флот
train: train railway rail | поезд железнодор | поїзд залізн
car: =car =cars vehicle truck bus | автомоб машин автобус грузовик | автомоб автівк автобус вантажів
fire: fire blaze wildfire burn flame | пожар огон гори сгоре | пожеж вогон горі згорі
flood: flood deluge | наводнен потоп затоп | повін потоп затоп
quake: earthquake quake seismic | землетряс | землетрус
storm: storm hurricane typhoon cyclone tornado | шторм ураган тайфун циклон | шторм ураган тайфун циклон
snow: snow blizzard cold frost | снег мороз метел | сніг мороз хуртов
school: school student pupil teacher | школ ученик студент учител | школ учн студент вчител
university: universit college | университет вуз | університет
hospital: hospital doctor medic clinic patient
  | больниц врач медиц клиник пациент
  | лікарн лікар медиц клінік пацієнт
virus: virus covid pandemic outbreak infect | вирус ковид пандеми эпидем | вірус ковід пандемі епідем
vaccine: vaccin | вакцин прививк | вакцин щеплен
child: child children kid boy girl teen
  | ребен дети детск детей школьник подрост
  | дитин діти діте дитяч підліт
woman: woman women female | женщин | жінк жінок
human_rights: rights | прав правозащит | прав правозах
church: church priest bishop cathedral patriarch
  | церк священ епископ собор патриар
  | церкв священ єпископ собор патріар
mosque: mosque muslim islam | мечет мусульм ислам | мечет мусульм іслам
jew: jew jewish synagogue antisemit hanukkah
  | еврей иуде синагог антисемит ханук
  | єврей іуде синагог антисеміт ханук
terror: terror extremis | террор теракт экстремис | терор теракт екстреміс
spy: =spy =spies espionage intelligence | шпион развед | шпигун розвід
security: =fsb =fbi =cia security | =фсб =фбр =цру безопасн | =фсб =фбр =цру безпек
sabotage: sabot saboteur | диверс | диверс
treason: treason traitor collaborator | измен предател пособник | зрад посібник
deny: deny denie denial refut reject | отриц опроверг отверг | запереч спростув відкин
confirm: confirm | подтверд | підтверд
accident: accident collid collision derail | авари дтп столкнов катастроф | аварі дтп зіткнен катастроф
investigat: investigat probe inquiry | расслед следств следовател | розслід слідств слідч
corruption: corrupt brib fraud embezzl | корруп взятк мошенн растрат | коруп хабар шахрай
hack: hack cyber | хакер кибер взлом | хакер кібер злам
internet: internet online whatsapp telegram
  | интернет онлайн мессенджер телеграм
  | інтернет онлайн месенджер телеграм
media: media journalist reporter newspaper broadcaster news
  | журналист сми газет телеканал издан
  | журналіст змі газет телеканал видан
film: film movie cinema director actor actress
  | фильм кино режиссер актер актрис
  | фільм кіно режисер актор актрис
music: music singer song concert | музык певец певиц песн концерт | музик співак співач пісн концерт
book: book novel writer author | книг роман писател | книг роман письменник
prize: prize award oscar | преми наград оскар | премі нагород оскар
football: football soccer | футбол | футбол
hockey: hockey | хокке | хоке
chess: chess grandmaster | шахмат гроссмейст | шах гросмейст
match: match win beat victor defeat final cup
  | матч побед выигра финал кубок
  | матч перемо виграв фінал кубок
olympic: olymp | олимп | олімп
champion: champion | чемпион | чемпіон
doping: doping | допинг | допінг
space: space orbit astronaut cosmonaut satellite moon
  | космос космич орбит астронавт космонавт спутник лун
  | космос космічн орбіт астронавт космонавт супутник місяц
science: scien research stud | ученые ученых наук исследов | вчен науков досліджен
climate: climate warming emission | климат потеплен выброс | клімат потеплін викид
weather: weather forecast temperature | погод прогноз температур потепл | погод прогноз температур
animal: animal dog cat bear wolf | животн собак медвед волк | тварин собак ведмед вовк
migrant: migrant refugee asylum immigra deport
  | мигрант беженц бежен депорт убежищ
  | мігрант біжен депорт притул
mobilise: mobilis mobiliz conscript draft | мобилиз призыв срочник | мобіліз призов строковик
desert: deserter desertion | дезертир | дезертир
veteran: veteran | ветеран | ветеран
weapon: weapon arms ammunition munition gun tank
  | оружи боеприпас вооружен танк
  | зброя зброї боєприпас озброєн танк
air_defence: patriot interceptor | пво патриот перехват | ппо патріот перехоп
front: front frontline line | фронт | фронт
aid: aid assist help support humanitarian | помощ поддерж гуманитар | допомог підтрим гуманітар
visit: visit arriv trip | визит прибыл поездк | візит прибув поїздк
letter: letter | письм | лист
poison: poison toxic | отрав яд | отру
murder: murder manslaughter stab | убийств убийц нож зареза | вбивств вбивц ніж
rape: rape sexual harass | изнасил сексуал домогат | зґвалт сексуал домаган
drug: drug narcotic cocaine cannabis | наркот кокаин | наркот кокаїн
bridge: bridge | мост | міст мосту
building: build house apartment home tower roof
  | здани дом жил квартир башн крыш
  | будів будин житл квартир веж дах
stadium: stadium | стадион | стадіон
mine: =mine =mines miner coal | шахт угол | шахт вугіл
monument: monument memorial statue museum | памятник мемориал музей | пам'ятник меморіал музей
gold: gold | золот | золот
globe: globe | глобус | глобус
record: record highest | рекорд | рекорд
birth: birth born baby | рожд родил младен | народ немовл
health: health cancer diseas ill | здоров рак болезн забол | здоров рак хвороб
robot: robot artificial | робот искусствен нейросет | робот штучн нейромереж
crypto: crypto bitcoin | крипт биткоин | крипт біткоїн
new_year: christmas | рождеств новогод | різдв новоріч
prime: prime premier | премьер | прем'єр
king: king queen royal prince monarch | король корол королев принц | король корол принц
general: general commander | генерал командующ командир | генерал командувач командир
frozen: frozen freez | заморожен замороз | заморожен замороз
fall: fall drop plunge declin | упал паден рухн снизил | впав падін знизи
rise: rise rose surge soar | вырос рост выше повыс | зрос ріст підвищ
foreign_agent: =agent =agents agent | иноагент агент | іноагент агент
suicide: suicide | суицид самоубий | суїцид самогуб
volunteer: volunteer | доброволь добровол волонт | доброволь волонт
nazi: nazi neo-nazi fascis | наци неонаци фашис | наци неонаци фашис
buffer: buffer zone | буфер зон | буфер зон
pope_death: funeral bury buried mourn | похорон хорон траур прощан | похорон ховал жалоб прощан
"""


def _read(table: str) -> tuple[tuple[str, ...], dict[str, int], dict[str, int]]:
    names: list[str] = []
    beginnings: dict[str, int] = {}
    whole: dict[str, int] = {}
    for row in table.strip().replace("\n ", "").splitlines():
        name, _, spelt = row.partition(":")
        for word in spelt.replace("|", " ").split():
            (whole if word[0] == "=" else beginnings)[word.removeprefix("=").replace("'", "")] = len(names)
        names.append(name)
    return tuple(names), beginnings, whole


NAMES, _BEGINNINGS, _WHOLE = _read(_TABLE)
COUNT = len(NAMES)
PLACES = NAMES.index("un")
"""So many of the first concepts are countries and the like."""
_LONGEST = max(map(len, _BEGINNINGS))
_SHORTEST = min(map(len, _BEGINNINGS))
_SHORT = 3
"""A beginning of so few letters is a whole word, but for its ending: `суд`, `суда`, not `судьба`."""
_ENDING = 2


@lru_cache(maxsize=1 << 15)
def concept(word: str) -> int | None:
    """The number of the concept that a folded word stands for, None if it is none of them."""
    word = word.replace("'", "")
    if (found := _WHOLE.get(word)) is not None:
        return found
    for size in range(min(_LONGEST, len(word)), _SHORTEST - 1, -1):
        found = _BEGINNINGS.get(word[:size])
        if found is not None and (size > _SHORT or len(word) - size <= _ENDING):
            return found
    return None
