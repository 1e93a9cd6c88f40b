"""The words that decide who speaks: reporting verbs in their finite forms, offices, and what stands between.

Only forms that tell of somebody's word are listed. `reported`, `announced` and their like tell of news, not
of a party to it; infinitives and participles tell of nobody, unless `by` follows.
"""

from __future__ import annotations

from typing import Final

from monitor.core.models import Stance


def _forms(stance: Stance, forms: str) -> dict[str, Stance]:
    return dict.fromkeys(forms.split(), stance)


ENGLISH: Final = (
    _forms(Stance.STATEMENT, "says said say")
    | _forms(Stance.CLAIM, "claims claimed claim")
    | _forms(Stance.DENIAL, "denies denied deny")
    | _forms(Stance.CONFIRMATION, "confirms confirmed confirm")
)
PARTICIPLES: Final = frozenset({"claimed", "denied", "confirmed"})

SLAVIC: Final = (
    _forms(
        Stance.STATEMENT,
        "сообщил сообщила сообщило сообщили повідомив повідомила повідомило повідомили",
    )
    | _forms(
        Stance.CLAIM,
        "заявил заявила заявило заявили утверждает утверждают утверждал утверждала утверждали "
        "заявив стверджує стверджують стверджував стверджувала стверджували",
    )
    | _forms(
        Stance.DENIAL,
        "опроверг опровергла опровергло опровергли опровергает опровергают отрицает отрицают отрицал "
        "отрицала отрицали спростував спростувала спростувало спростували спростовує спростовують заперечив "
        "заперечила заперечило заперечили заперечує заперечують",
    )
    | _forms(
        Stance.CONFIRMATION,
        "подтвердил подтвердила подтвердило подтвердили подтверждает подтверждают "
        "підтвердив підтвердила підтвердило підтвердили підтверджує підтверджують",
    )
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# fmt: off
REFUSING: Final = _set(
    "not never no neither nor without cannot declined refused failed hardly barely unless whether if "
    "couldn't wouldn't didn't doesn't don't hasn't haven't hadn't won't can't"
)
AUXILIARIES: Final = _set(
    "to can could may might must should would will shall did does do 'll is are was were be been being "
    "get got gets having falsely wrongly reportedly allegedly who"
)
BETWEEN: Final = _set(
    "also later earlier again repeatedly now has have had already then still immediately previously "
    "strongly categorically firmly flatly publicly initially subsequently officially today yesterday "
    "formally both meanwhile recently just separately vehemently steadfastly himself herself itself "
    "themselves tonight once"
)
"""What may stand between a subject and its verb."""
DAYS: Final = _set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december mon tue wed thu fri sat sun"
)
OPENERS: Final = _set(
    "that and but while as because when after before although which though since so however where what "
    "than meanwhile yet whom how"
)
"""Words after which a clause begins."""
ROLES: Final = _set(
    "ministry minister ministers officials official spokesman spokeswoman spokesperson spokespeople "
    "governor governors mayor president premier chief head leader leaders commander commanders military "
    "army forces force police intelligence service services agency government authorities administration "
    "office department parliament council committee commission court prosecutors prosecutor embassy "
    "ambassador envoy general secretary staff navy troops fighters militia militias group groups rebels "
    "bank union state foreign defence defense interior prime deputy vice former senior top acting "
    "security emergency emergencies regional local federal national joint border guard air presidential "
    "party opposition company operator officer director adviser advisers aide aides source sources "
    "diplomat diplomats lawmaker lawmakers senator investigators delegation representative "
    "representatives executive press"
)
LINKERS: Final = _set("of for the and an a at de van von der al bin el la le da du di")
"""What may join the words of a name."""
NOBODY: Final = _set(
    "he she they it we i you who some many several others another one this that these those there "
    "everyone someone nobody which what here yes no the report reports study studies poll sources people "
    "critics experts analysts witnesses scientists researchers more most all both each new two three four "
    "five hundreds thousands residents voters parents fans media source locals doctors families police "
    "officials authorities lawyers"
)
"""Words that name no speaker when they stand alone."""
REFUSED_THINGS: Final = _set(
    "bail entry access visa asylum permission parole motion request treatment boarding service justice "
    "entrance opportunity chance lives life gold silver bronze medal medals win victory wicket wickets "
    "place title titles record prize third second first points pole insurance benefits the-right "
    "deportation new his her him them me us rejected dismissed denied were was are is of about over cases "
    "case deaths infections by"
)
"""What makes the verb another one: denied bail, claimed gold, claimed lives, confirmed cases; or a noun."""

BETWEEN_SLAVIC: Final = _set(
    "также ранее позже уже теперь официально публично снова накануне сегодня вчера затем потом вновь "
    "також раніше пізніше вже згодом сьогодні вчора знову тоді неоднократно категорически полностью прямо "
    "косвенно тоже впоследствии сейчас зараз пока поки неодноразово категорично офіційно публічно"
)
DAYS_SLAVIC: Final = _set(
    "понедельник вторник среду четверг пятницу субботу воскресенье понеділок вівторок середу п'ятницю "
    "суботу неділю"
)
OPENERS_SLAVIC: Final = _set(
    "что как а и но однако где когда поскольку хотя що як але та й і проте однак об этом цьому про это "
    "який які чем ніж"
)
REFUSING_SLAVIC: Final = _set("не ни ні бы б если якщо би чи ли никто ніхто нельзя якобы нібито")
PLACES: Final = _set("в во у")
STOPS_SLAVIC: Final = _set(
    "утром вечером ночью в во у на с со к ко о об про за по из з із від от до для при после після "
    "над под під через из-за что "
    "що как як и і й та а но але или або он она они оно він вона вони воно я мы ми вы ви это це который "
    "которая которые які який его её ее их його її їх свой своих том тому этом того время ходе час сам "
    "сама также журналистам"
)
ROLES_SLAVIC: Final = _set(
    "глава губернатор мэр президент премьер премьер-министр пресс-секретарь министр министерство "
    "минобороны спикер представитель представительница официальный секретарь замминистра зампред постпред "
    "посол командующий командир директор генеральный генерал штаб генштаб ведомство служба комитет совет "
    "правительство власти управление администрация председатель вице-премьер вице-президент канцлер "
    "депутат сенатор советник помощник лидер омбудсмен заммэра полиция прокуратура суд верховный следком "
    "оператор главком врио уполномоченный спецпредставитель секретариат госсекретарь пентагон кремль "
    "посольство мид правозащитник адвокат основатель бывший экс-президент голова очільник мер міністр "
    "міністерство міноборони речник речниця прем'єр прем'єр-міністр представник представниця секретар "
    "заступник посол командувач начальник уряд влада управління адміністрація рада радник помічник лідер "
    "поліція прокуратура омбудсман генерал-майор держсекретар канцлер офіційний партия партія российские "
    "российский украинские украинский американский американские"
)
"""Offices and bodies in the nominative: what follows in lower case belongs to their name."""
LANDS_SLAVIC: Final = _set(
    "россия украина україна росія сша израиль ізраїль иран іран литва польша польща турция туреччина "
    "германия німеччина франция франція китай беларусь білорусь грузия катар кремль киев київ москва "
    "минобороны міноборони генштаб пентагон росавиация росавіація госдеп держдеп байден путин путін "
    "зеленский зеленський трамп лавров песков пєсков лукашенко макрон эрдоган ердоган столтенберг шольц "
    "нетаньяху орбан нато оон єс ес цахал хамас хезболла"
)
"""Names so common that a capital at the start of a sentence is no accident."""
UNDECLINED: Final = _set(
    "минобороны міноборони мид мзс гур сбу фсб всу зсу мвд мвс гсчс дснс оон нато ес єс сша рф "
    "цахал сво мчс снбо рнбо мо овa ова пво ппо гп нбу набу сап црб цик цвк"
)
"""Names that look alike in every case."""
NOBODY_SLAVIC: Final = _set(
    "мужчина женщина гражданин россиянин хозяин хозяйка девушка парень жители очевидцы пассажиры житель "
    "эксперты учёные ученые врачи чиновники чоловік жінка громадянин українець мешканці очевидці науковці "
    "лікарі"
)
"""Words that name no speaker when they stand alone."""
AGENCIES_SLAVIC: Final = _set(
    "тасс риа fox новости интерфакс рбк рен reuters bbc би-би-си медуза meduza коммерсантъ "
    "ведомости известия "
    "rt cnn baza mash shot сми змі блумберг bloomberg axios укрінформ уніан унн суспільне радіо газета "
    "агентство издание видання телеканал телеканалу изданию агентству"
)
"""Who brings the word rather than gives it."""
# fmt: on
