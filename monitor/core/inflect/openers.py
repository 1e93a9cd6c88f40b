"""Frequent words that begin sentences: with a capital there, they are hardly ever the name they resemble."""

from __future__ import annotations

from typing import Final

_ENGLISH: Final = """
a about after again all also although an and any are as at be because been before both but by can could did do
does each even every few first for from had has have he her here his how however i if in into is it its just
last less like many may me might more most much must my new next no not now of off on once one only or other
our out over own per said say she should since so some still such than that the their them then there these
they this those though three through to today two under until up us very was we were what when where whether
which while who whom whose why will with would yes yet you your
"""
_RUSSIAN: Final = """
а без более будет бы был была были было быть в вам вас ведь весь вместе во вот все всего всем вчера вы где да
даже два для до его ее если есть еще же за здесь и из или им иначе их к как какая какие какой когда кого
конечно который кто кроме кстати куда летом ли либо лишь между менее меня мне много может можно мой мы на над
надо наконец нам напомним нас не него нет несмотря ни никто но новая новое новые новый ну о об однако одна
один около он она они оно от очень по под пока после потом потому почему почти при про против пусть раз ранее
с сам сегодня сейчас сначала со согласно сразу среди так также такая такие такое такой там те тем тогда того
тоже той только том тот три ты у уже хотя чего чем через что чтобы эта эти это этого этой этом этот эту я
"""
_UKRAINIAN: Final = """
або адже але без більше була були було бути в вам вас вже ви від він вона вони воно все всі втім вчора де для
до його її їх із за завтра зараз зі з і й інша інші коли кожен крім куди лише між мене мені може ми на навіть
над нам нас не немає ні нова нове нові новий ну нагадаємо об одна один однак ось по поки після при про проте
раніше сам саме серед спочатку сьогодні та так такий також там те теж тепер ти тим тільки то тоді тому тут у
усі хоча це цей ці цього цьому ця чи чому що щоб щодо я як яка який якщо які
"""
_BULGARIAN: Final = """
а ако аз без беше би бил в вече ви все всеки всички всичко във вчера го да дали днес до докато днешен един
една едно едни за защо и из или им има и как какво каква кога когато което които който към къде ли между много
може му на над най нас не него нека нещо ни нито ние но нов нова ново нови обаче освен от още по под пред
преди през при само са се след сега според с със също така такива там те тези тези ти това тогава този той тук
тя у утре че ще
"""
_POLISH: Final = """
a aby albo ale ależ ani aż bez będzie bo być był była było były ci co coś czy czyli dla dlaczego do dziś
dzisiaj gdy gdyby gdyż gdzie go i ich im inni inne ja jak jaka jaki jakie jako je jeden jednak jednocześnie
jedna jego jej jest jeszcze jeśli jeżeli już każdy kiedy kto która które który którzy ku lecz ma mam między
mimo może można my na nad nam nas nasz nawet nie niech nim niż no nowa nowe nowy o obecnie od on ona oni ono
oraz pan pani po pod podczas ponad ponieważ poza przed przede przez przy raz sam się skoro są stąd swoją ta
tak taka taki takie także tam te tego tej ten teraz też to tu tutaj tylko tym w we wczoraj według wraz więc
wielu wszystko wszyscy z za zaś ze że żaden
"""
_CZECH: Final = """
a aby ale ani asi až aj během bez bude by byl byla bylo byly být co což do dnes ho i jak jaká jaké jaký jako
je jeden jedna jeho jejich její jen ještě jestli ji jí jiné již jsem jsme jsou k kam každý kde kdo kdy když ke
která které který kteří má mají mezi mi mimo mně může my na nad nám nás naše ne nebo není než nic nová nové
nový ny o od on ona oni po pod podle pokud potom pouze pro proč proto protože před přes při s se si snad sama
ta tak také takže tam tato te tedy ten tento teď to tohle toto tu tuto ty u už v ve včera však všichni vše z
za zase zatím zde ze že
"""
_SLOVENE: Final = """
a ali ampak bi bil bila bilo bo brez bodo če čeprav da danes do drugi eden ena eno ga glede in iz ja jaz je
jih k kaj kako kakšen kar kdaj kdo ker ki kje ko kot koliko le med mi moral mora na nad naj nam nas nato ne ni
nič nihče nov nova novo o ob od on ona oni pa po pod poleg potem pred prav pri prvi s sam samo se si sicer so
sta še šele ta tako takrat tam te ti to toda torej tu tudi v vendar več včeraj vse vsi vsak vsaka z za zakaj
zaradi zato zdaj že
"""
OPENERS: Final = frozenset(
    " ".join((_ENGLISH, _RUSSIAN, _UKRAINIAN, _BULGARIAN, _POLISH, _CZECH, _SLOVENE)).split()
)
