"""Names that are nothing but names: what they are in lower case is no other word.

Made of the words that simplemma's English table writes with a capital alone, from four letters on. Left out
is every name that shares a form with a word which a dictionary of any of nineteen European languages has in
lower case and which people use (three times in a million words, by wordfreq's counts).
"""

from __future__ import annotations

from typing import Final

_NAMES: Final = """
aachen aaland aalenian aalst aarhus aaron aaronic aaronical abaddon abakan abbotsford abderite abdul abelson
aberdeen aberdonian aberystwyth abidjan abinomn abuja abyssinia adams adamstown adderall adelaide adexia adolf
adrian afaz afghanistan afrobeat agana ahmad ahmedabad ahuachapán aisha akita alabama alajuela albacete
albania albany alberta albion albuquerque albuquerquean alcibiades alec aleppan aleppian aleppine aleppo
aleppoan alex alexandria algeria algiers almaty almería alofi alpena alsatian ambon americanism americanly
amman ammonoidea anand anchises anchorageite ancona anderlecht andhraite andhrite andorian andria androcles
androclus andré anguilla anju annapolis annapolitan annelida annie antananarivo antarctica antares
anthropocene antilles antilyas antioch antiochian antisthenes antofagasta antwerp aotearoa aquarius arabic
arabism arachnida aramaic arbëresh archaean archibald archie arcturus aries arizonan arkansas arlington
armavir arnold arora artaxerxes artemis aruba arusha ashgabat ashley asmara assad astana aswan athabaskanist
athenean athens atkins atlantan auckland aucklander augsburg aussie auster austin austinite australasia
australia austria avarua azerbaijan azorean azores baalbek baath baathism baathist badajoz badalona baghdad
baghdadi baghdadian bahamas bahia bahrain baidu bajoran baldwin balikpapan baltimorean baltimorian baluchestan
baluchi balzac bamako bangalore bangladesh bangor bangui banjar banjarbaru banjarmasin banjul barasat barbados
barbuda barcelonan barcelonese barinas barnaul barnes barquisimeto barthélemy barysaw basseterre batam
bathurst batu baubau bavaria bazinga beatles bedford beefeater beijing beijinger beirut bekasi belarus belfast
belgium belgorod belgrade belgrader belgradian bellevue bellingham belmopan benedict bengaluru bengkulu benin
bennett berisso berkeley berliner bermuda bernese beroea bertoua berytian berytus betamax betelgeusian
betterton bhopal bhopali bhutan białystok bielefeld bilateria bima binjai biratnagar birgunj birjand
birmingham bishkek bissauan bitung blackburn blantyre blitar bochum bogor bogotá boisean bokmål bolivia
bolshevik bolton bolzano bombay bonaire bonnie bontang borneo bostonian botswana botswanian bottrop bouvet
boyd brades bradford bradley bragg brasília bratislava brazil brazzaville breen bremerhaven brennan brescia
brest brexit bridgetown brighton brisbane bristol britain britisher briton britpick brittany broca bronxer
bronxite brooke brooklyn brooklynite bruges brunaldi brunei brunswick brusseler brussels bryan bryansk brăila
bucharest bucharester bucharestian budapest budapester budapestian buddha buddhism buddhist buffett bujumbura
bukhara bukittinggi bulawayo burbank burgas burkinabè burma burqueño burton burundi butwal byblian byblos
byelorussian caicos cain calcutta caledonia calgary californian cambodia cambridge camelot cameron cameroon
campbell canberra cancun canterbury cantonese capetonian capetownian capricorn caracalla caracas cardiff carey
carinthia carnegie carolingian carolinian carroll carson cartagena casey castries catania catherine cecil
cenozoic cephas cerynea ceylon chagossian chak charlieplex charlottesville chatham chattanooga cheboksary
chemnitz chen chennai cherkessk cherokee chester chicagoan chickasaw chikusei chillán chiroptera chişinău
chongqing christianity christie christmas christmasly christmassy christmastime christmasy christocentric
christological cienfuegos cilegon cimahi cimmerian cincinnati cincinnatian cincinnatus cinderella cindy
cirebon citian clarke cleisthenes cleopatra clisthenes clyde coleman coleoptera collins colombia columbia
columbus comoros conakry confucianism confucius connecticut conrad constantine constantinople copenhagen
copenhagener copiapó copmanthorpe coquimbo corey cornell cornwall cotia cotonou cottbus coventry cracovian
craig crawford croatia cromer crustacea ctesiphon cucurbitaceae cumberbatch cumberland curaçao curitiba
cuyahoga czechoslovakia cádiz dacron dagbani dahmer dahomey dakar dakota dallasite damascus damietta damocles
dantism darmstadt darwinite davies debaltseve delaware delhi demosthenes denali denel denmark denmarkization
denpasar denver denverite depok desai detroiter deuteronomy deuterostomia deutschland devanagari dharan
diadema dijon dingxi diogenes divehi dixon djibouti dodoma dominica donald dorcas dorothy dorsland dortmund
doug dracula draupadi dresden dublin dubliner dudley duisburg dumai dunfermline duralumin durban durgapur
durham dursley dushanbe dutchly dutchman dutchwoman dylan düsseldorf earthscape easter ebola ecclesiastes
ecdysozoa echinodermata edgar ediacara ediacaran edinburgh edmond edmonds edmonton edmontonian edmund edwin
egyptologist eiffel eindhoven einstellung elbasan eleanor elias elista ellice elliott elvis elysium emesa
emesene emily emmy empedocles enderbury england englishman englishwoman ephraim eratosthenes erfurt erie
ernest escanaba esperanto essex essie estonia eswatini ethiopia eucharist eugene eukaryota eumetazoa eurasia
eurocentric euroland europeanly evansville evelyn everest everett exeter fahrenheit falkland fallujah faroe
fatima faverolles fedex felix ferdinand ferengi ferguson fiji fillmore finland florence floridan floridian
forbes fordington forlì formica francesco frankenstein frederick freetown frenchly frenchman frenchwoman freon
friedrich funafuti futuna fürth gabon gaborone galileo gambia gandhi gandhinagar gangtok gardner gath gdynia
gelsenkirchen geneva geodia geoffrey georg georgetown gerald germanly ghan ghana ghanian ghent gibraltarian
gibran gijón giovanni gitega glasgow glenn gloucester gmail goebbels gomel goode goodwyn googler gorgan
gorgonzola gorontalo gosplan gouda govt grammy gravataí greece greekly greene greenland greenlander greenwich
gregg gregory grenoble groningen grozny guadalajara guadalcanal guam guantánamo guarulhos guatemala guernsey
guiana guianan guilin guiyang guizhou gujarati gulfport gunungsitoli gustavia guyana göttingen haarlem
habikino hachinohe hadean hadith hagåtña haifa haikou haiti halifax halloween hamamatsu hamm hampshire hampton
hangzhou hannah hanoi hanover harare hararean harrison hartford hartfordite harvard hastings haumea hayes
hebei hebrides hefei heidelberg heilbronn heilongjiang heinrich helier heliodorus heliogabalus heliopolis
heliopolitan helsinki henderson hermann hermosillo herzegovina higashihiroshima hilbert hildesheim himalayan
himalayas hindko hinduism hindustan hoggar holozoa homs honiara honolulan honolulu hopkins horlicks hotchkiss
houdini houlihan houstonian houstonite hudson huelva hugh hughes hurghada hyde hylian iamblichus ianira
iberian iceland icelander idaho idahoan igbo illinois indianapolis ingolstadt innsbruck instagram inuit
inuktitut iowa iowan iqaluit iquique iquitos irbid ireland irishman irishwoman irkutsk isaac islamabad isuan
itaituba ithaca ithacan itumbiara ivan izhevsk jacareí jackie jacksonville jacob jacobson jakarta jakartan
jamaica jamnagar jaramana jared jaén jefferson jeffrey jenkins jennifer jeremy jerome jerusalem jesse jessica
jesuit jewess jhang jindyworobak joan joburg joburger johann johannes johannesburg johannesburger johnny
johnston jonathan joshua josiah josé joyce juba juche judaism jugoslav juliaca jupiter justin justinian kaaba
kabuli kafkaesquely kagoshima kaliningrad kampala kanazawa karamay karim karlsruhe kashmir kassala kassel
katherine kathmandu katowice katz kauaian kayasth kazakhstan kazon kediri kelly kendari kentuckian kentucky
kerala kerry khabarovsk khartoum kiev kigali kikuyu kilgore kilgoreite kingston kingstown kinshasa kiribati
kirkland kirlian kirov kitakyūshū kitega kitts klebold klingon knoxville koblenz korea kosovan kotamobagu
krasnodar krasnoyarsk krefeld krishna kufa kupang kurgan kuwait kyiv kyoto kyrgyzstan kzin labrador lagosian
lahore lalitpur lancashire lancaster langsa laredo latinly latinx latvia laundromat lausanne lazarus lebanon
leeds leicester leipzig leongatha leonid leslie lesotho leverkusen lewinsky lhasa lhokseumawe libran
libreville lichinga liechtensteiner likasi lilongwe limassol limehouse linux lisbon lithuania livorno
ljubljana lloyd lomé londoner louise louisiana louisville luanda luandan lubuklinggau lubumbashi ludwig
ludwigshafen lufthansa luoyang lusaka lutsk luxembourger luxembourgish luxor lynn léopoldville lübeck
maastricht maastrichtian macdonald machakos madagascar magdeburg magelang maharashtrian maine mainer mainz
majuro makemake makhachkala malabo malacostraca malang malawi malaya malayalam malaysia malcolm maldives malmö
managua manama manchuria mandalay manhattanite manitoba manitoban mannheim maputan maputo maputoan maputoite
maradi margaret maribor marquette marseille marshall martha martinique maryland marylander maseru
massachusetts massachusettsan matthew maud mauian mauritania mauritius mawlamyine maxwell mayen mayotte
mbabane mediterranean meghalaya meghalayan melbourne melolonthinae memphian memphis memphite menzies mesozoic
messina mexico meyer meyers miamian micawber michelle michigander micronesia midas middlesex midwest
milankovitch milton milwaukee minecraft minecrafting minneapolis minneapolitan minnesota minnesotan minskite
mintu minō miquelon mishima misrata mississippi mississippian missouri modena moers mogadishu mohamed mohmand
mojokerto moldova mongolia monocots monroe monrovia montalvo montanan montenegro montevideo montgomery
montgomeryan montpelier montpelierite montpellier montreal montrealer montreuil montréal montserrat monza
mordvin mordvinian moreau moriguchi moroni morrison morton moscow moslem mosotho mossoró mozambique muhammad
muhammadan multan mumbai mumbaikar munich munster murray musharraf myanmar mysore móstoles mönchengladbach
münster nagapattinam nagpur nagssugtoqidian nahuatl nairobi nairobian namibia nanjing nantes naples nash
nashville nassau nathan nauru nausicaa nebraska nebraskan negombo negress neogene nepal nephrozoa neptune
netanya netherlands neuss nevadan newark newberry newcastle newfoundland newman newport newporter ngerulmud
niamey nicaragua nicosia nietzsche nifong niger nigeria nigerois nile niue nixon noah nobeoka norfolk norway
norwich nottingham nouakchott nouméa novara novorossiysk novosibirsk nukuʻalofa nuremberg nuuk nyasaland
oakland obamna oberhausen ocampa october odonata ohioan oklahoma oklahoman okrand oldenburg olivia olympics
omaha oman omsk ontarian ontario opisthokonta oranjestad orbitar oregon oregonian orenburg orion orléans osaka
osasco oslo osloite oslovian osnabrück ostrava ottawa ottawan otto ouagadougou oujda owen oymyakon padalecki
paderborn padua palaeocene palaeogene palangkaraya palau palembang paleozoic palermo palikir palmyra palmyrene
palopo palouse palu pamplona panarthropoda papanicolaou papeete papinian papua paraguay paralympian paralympic
paralympics paramaribo parepare parkinson pashto pashtun passover pasuruan payakumbuh pekalongan pekanbaru
peking pekingologist pematangsiantar pennsylvania pennsylvanian pentecost percy peristeri perpignan perth
perugia pervouralsk petersburg petrozavodsk petrópolis pforzheim phanerozoic philadelphian philipsburg
phoenicia piacenza pilates pitcairn pittsburger pittsburgh pittsburgher plantae pleiades plovdiv plutonian
plymouth podgorica podgorician pokhara poland polaroid poltoratsk polynesia pomona pontianak portland
portlander portsmouth portugal potsdam powell prabumulih prague pretoria prezament princeton prishtina
pristina proalopecopsis probolinggo proterozoic protestantly protostomia prussia pskov pullman punic punjab
punjabi pyongyang qatar qing quaker quebec quebecois queensite queensland quinn quonset quoran rabite radigan
rajkot rajput ramadi ramirez rancagua rangoon rarotonga rarotongan ratigan ratlam ravenna rayshard rebecca
recklinghausen redditor regensburg reid remscheid reportml reutlingen reval revathy reykjavík rhine rhode
rhodesia rhonda richardson richmond riley rimini riyadh robertson roblox rochester romulan rona roneo roseau
roumi rubik rubtsovsk russophilia rwanda ryazan rybinsk ryhall rzeszów saad saanen saarbrücken sabadell
sabbathly sabha sabratha sagittarius sahara saipan sakai saladin salamanca salatiga salavat salem salerno
salisbury salzgitter samara samarinda samaritan samarkand samir samuel sanaa sanskrit santali santander
santarém sarah sarajevan sarajevo saransk saratov sarawakian saskatchewan saskatchewanian sassari satanism
saturn scaramucci schwerin scooby scorpio scotchgard scotia scotland scotsman scotswoman scotticism seattleite
seattler seattlite sebastian seder seljuk seljukid semarang senegal seoul sevastopol seville sextans
seychelles shaitan shakhty shanxi shaoyang shaw sheffield shelley shenyang shenzhen sherman shia shiva shqip
shqipetar shreveport siberia sichuan sicily sidon sidonian silesia siliguri simpson sindhi singapore singh
singkawang siphonaptera skopjan skopje sligonian slovakia slovenia smithsonian smolensk sofia solingen sonboly
sonquist sophie sorocaba southampton spain spaniard spiralia spokane spokanite springfield springfielder
springfieldian stalinabad stanford stavropol stephanie sterlitamak stillman stockholm strasbourg stuart
stuttgart suffolk sufism sukabumi sulaymaniyah sullivan sumeria sumerian sunderland sunnah surabaya surakarta
suriname surinamer svalbard swahili swarthmore sweden switzerland swww syktyvkar syracuse syria tacheng tacoma
tacoman tagore tahiti taipei taiwan tajikistan tallinn tambov tamil tangerang tanjungbalai tanzania tarakan
taranto tarawa tarik tashkent tasikmalaya tasmania taurus taxila taylorism tbilisi teasmaid tegal tegucigalpa
tehran tehrani tellarite telugu teneriffe tennessee tenochtitlan ternate tevatron thailand thames theodore
thessaloniki thimphu thomson thur thurman tianjin tidore tigrinya titograd tlemcen tobago todd tokelau
tokelauan toledo tomsk tonga torah torontonian toulouse townsville tracheophyta trenton trentonian tristan
trojan trotskyist trotskyite trujillo trumpism tsuchiura tulsa tumblr tunisia turin turkmenistan turkologist
tuvalu tver tyler tyrian tyumen tétouan uberlândia uganda ulaanbaatar ulyanovsk unami unicode unikonta urasoe
ursula usumbura utahan utahn uzbekistan vadodara vaduz valletta vancouver vancouverian vancouverite vanuatu
varsovian vauxhall venice venlo vermont vermonter vermontese vernon verona vicenza vientiane villeurbanne
vilnius vishnu vladikavkaz volgograd voronezh vulcanian wagner wallace wallis walsh walt wanderwort warhol
warsavian warsaw warsawian warwick washingtonian waterford watergate watson wayne weasley weimar wellcome
welshman welshwoman westchester westernism westminster whipple whitney whitsun wicca wichita wiesbaden
wikibase wikidata wikilambda wikimania wikimedia wikimedian wikinews wikipedia wikipedian wikisource
wiktionary wilhelm williams wimbledon winchester windhoek windsor winnipeg winterthur wisconsin witten wolfe
wolfsburg wollaston wollongong wolverhampton worcester wuhan wuppertal wyoming würzburg xanadu xbox xhosa xmas
yakutsk yamoussoukro yangon yaoundé yaren yaroslavl yerevan yiddishism yiddishist yinzer yooper yorkie
yorkshire yoruba yoruban yugoslavia yule yunnan zaher zaire zambia zamunda zangi zangid zanthoxylum zanzibar
zawahiri zealand zenobia zenodo zhang zhangjiajie zhangye zhaotong zhongwei zibo zimbabwe zion zionism zotero
zuckerberg zulu zurich áncá ürümqi
"""
KNOWN_NAMES: Final = frozenset(_NAMES.split())
"""In lower case."""
