"""A household's life told in sentences, in Danish and English; and the command that tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beboersim.experiments.life import Diary, Happening, Home, Life, Member, busiest, life_of, month_day
from beboersim.experiments.replay import spec_of
from beboersim.experiments.runs import RunSpec, run_id
from beboersim.kernel import is_compiled
from beboersim.law.dated import rule_on
from beboersim.law.letting.case import rule_of_refusal
from beboersim.month.reasons import Odds, Reason, about_home, places_in_queue
from beboersim.show.law import value_words
from beboersim.show.numbers import MISSING, day_words, written
from beboersim.show.tables import print_json, print_table
from beboersim.show.words import LANGS, catalogue_of_words, word

if TYPE_CHECKING:
    from beboersim.month.context import Context

ADULT = 18
LISTED = 20  # households shown by --list
SHARES_OF_MOVERS = ("away", "stays_near")  # reasons that are shares, and not times as high
AGES = ("age",)  # reasons that are told without a number of times


def tell_command(
    household: int, folder: Path, run: str | None, areas: Path | None, lang: str, as_json: bool, quiet: bool
) -> None:
    """Repeat a run and print the life of one household."""
    spec = spec_of(folder, run, areas)
    with _progress(spec, lang, quiet) as tick:
        life = life_of(spec, household, tick)
    if as_json:
        print_json(life_as_json(life, spec))
        return
    click.echo(
        word("life.heading", lang).format(
            household=household, run=run_id(spec), scenario=spec.scenario.id, places=", ".join(spec.places),
            seed=spec.seed, start=day_words(spec.start, lang), until=day_words(spec.until, lang),
        )
    )  # fmt: skip
    click.echo()
    for one in life.happenings:
        click.echo(f"{_capital(when(one, lang))}: {sentences(one, lang)}")
    click.echo()
    click.echo(word("life.reading", lang))


def list_command(folder: Path, run: str | None, areas: Path | None, lang: str, as_json: bool, quiet: bool) -> None:
    """Repeat a run and print the households to which most happens."""
    spec = spec_of(folder, run, areas)
    with _progress(spec, lang, quiet) as tick:
        found = busiest(spec, LISTED, tick)
    if as_json:
        told = [{"household": household, "events": events} for household, events in found]
        print_json({"run_id": run_id(spec), "households": told})
        return
    click.echo(word("life.list_heading", lang).format(run=run_id(spec)))
    headers = [word("life.list_household", lang), word("life.list_events", lang)]
    print_table(headers, [[str(household), str(events)] for household, events in found])


@contextmanager
def _progress(spec: RunSpec, lang: str, quiet: bool) -> Iterator[Callable[[date], None]]:
    """Show a bar on standard error, a step a simulated year."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    if not (quiet or is_compiled()):
        click.echo(word("text.compiling", lang), err=True)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task(word("compare.progress", lang), total=spec.until.year - spec.start.year)
        yield lambda _: bar.advance(task)


def life_as_json(life: Life, spec: RunSpec) -> dict[str, Any]:
    """Return a life for programs, every happening with its sentences in both languages."""
    return {
        "household": life.household,
        "run_id": run_id(spec),
        "scenario": spec.scenario.id,
        "places": list(spec.places),
        "seed": spec.seed,
        "start": life.start.isoformat(),
        "until": life.until.isoformat(),
        "life": [
            {
                "date": one.day.isoformat(),
                "kind": one.kind,
                "member": plain_value(one.member),
                "facts": plain_value(one.facts),
                "odds": plain_value(one.odds),
                **{lang: sentences(one, lang) for lang in LANGS},
            }
            for one in life.happenings
        ],
    }


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it: named tuples as objects, dates as text."""
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "_asdict"):
        return {name: plain_value(one) for name, one in value._asdict().items()}
    if isinstance(value, dict):
        return {str(name): plain_value(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(one) for one in value]
    return value


def present_words(c: Context, household: int, lang: str) -> str:
    """Return how a household lives now, its places in queues, and this month's chances of moving with their reasons."""
    diary = Diary(c, household)
    now, row = diary.present(), diary.row()
    if now is None:
        return word("life.now_gone", lang).format(household=household)
    parts = [word("life.now_heading", lang).format(household=household, day=day_words(c.day, lang))]
    parts.append(" ".join(told_standing(now, lang)))
    for place in places_in_queue(c, row):
        since = month_words(month_day(place.since), lang)
        parts.append(
            word("life.now_queue", lang).format(
                organisation=place.organisation + 1, since=since, queue=place.searching, before=place.before
            )
        )
    chances = about_home(c, row)
    if now.facts["searching"]:  # it looks already
        chances.pop("looks", None)
    parts += [odds_words(f"life.now_{name}", odds, lang) for name, odds in chances.items()]
    return "\n".join(parts)


# Sentences


def sentences(one: Happening, lang: str) -> str:
    """Return what happened, and with which chance, in a few sentences."""
    parts = TELLS.get(one.kind, told_plainly)(one, lang)
    if one.odds is not None:
        key = "life.chance_to_accept" if one.kind == "refused" else "life.chance"
        parts.insert(1, odds_words(key, one.odds, lang))
    return " ".join(parts)


def told_plainly(one: Happening, lang: str) -> list[str]:
    """Tell what one sentence says: who, and which other household."""
    who = the_member(one.member, lang)
    facts = {"who": who, "Who": _capital(who), **one.facts}
    return [word(f"life.{one.kind}", lang).format(**facts)]


def told_standing(one: Happening, lang: str) -> list[str]:
    """Tell how the household lives: home, members, waiting lists, search."""
    facts = one.facts
    parts = [word(f"life.{one.kind}", lang)] if one.kind in ("came", "end") else []
    if facts["home"] is not None:
        home = home_words(facts["home"], lang)
        parts.append(word("life.there_home", lang).format(home=home, since=month_words(facts["since"], lang)))
    elif facts["area"]:
        parts.append(word("life.there_lodging", lang).format(area=facts["area"]))
    elif one.kind != "came":
        parts.append(word("life.there_gate" if facts["at_the_gate"] else "life.there_elsewhere", lang))
    parts.append(word("life.members", lang).format(members=members_words(facts["members"], lang)))
    if facts["lists"]:
        key = "life.on_list" if len(facts["lists"]) == 1 else "life.on_lists"
        parts.append(word(key, lang).format(n=len(facts["lists"])))
    if facts["searching"] and facts["home"] is not None:
        parts.append(word("life.looks", lang))
    return parts


def told_birth(one: Happening, lang: str) -> list[str]:
    """Tell of a birth."""
    child = "newborn" if one.member is None else "newborn_girl" if one.member.woman else "newborn_boy"
    mother = _capital(the_member(one.facts["mother"], lang))
    return [word("life.birth", lang).format(mother=mother, child=word(f"life.{child}", lang))]


def told_partner(one: Happening, lang: str) -> list[str]:
    """Tell of a partner who moves in, perhaps with children."""
    number = one.facts["number"]
    key = "life.partner_moves_in" if number == 1 else "life.partner_moves_in_many"
    who, partner = _capital(the_member(one.member, lang)), a_member(one.facts["partner"], lang)
    return [word(key, lang).format(Who=who, partner=partner, n=number)]


def told_activity(one: Happening, lang: str) -> list[str]:
    """Tell of school, work and retirement."""
    before, after = one.facts["before"], one.facts["after"]
    key = f"life.{before}_to_{after}"
    if key not in catalogue_of_words():
        key = f"life.to_{after}"
    return [word(key, lang).format(Who=_capital(the_member(one.member, lang)))]


def told_education(one: Happening, lang: str) -> list[str]:
    """Tell of a completed education."""
    level = word(f"life.level_{one.facts['level']}", lang)
    return [word("life.education", lang).format(Who=_capital(the_member(one.member, lang)), level=level)]


def told_end_of_search(one: Happening, lang: str) -> list[str]:
    """Tell that a search was given up."""
    months = 0 if one.facts["since"] is None else months_between(one.facts["since"], one.day)
    return [word(f"life.{one.kind}", lang).format(wait=time_words(months, lang))]


def told_departure(one: Happening, lang: str) -> list[str]:
    """Tell that the household leaves the town."""
    area = one.facts["area"]
    parts = [word("life.departed_from" if area else "life.departed", lang).format(area=area)]
    if one.facts["followed"]:
        parts.append(word("life.followed", lang))
    return parts


def told_lists(one: Happening, lang: str) -> list[str]:
    """Tell of new places on waiting lists."""
    number = one.facts["number"]
    return [word("life.signed_up_one" if number == 1 else "life.signed_up", lang).format(n=number)]


def told_refusal(one: Happening, lang: str) -> list[str]:
    """Tell of an offer that the household declined."""
    by = word(f"life.by_{one.facts['route']}", lang)
    return [word("life.refused", lang).format(home=home_words(one.facts["home"], lang), by=by)]


def told_move(one: Happening, lang: str) -> list[str]:
    """Tell of a move: the home, the route, where from, the wait and the place in the queue."""
    facts = one.facts
    home = home_words(facts["home"], lang)
    by = word(f"life.by_{facts['route']}", lang) if "route" in facts else ""
    parts = [word(f"life.{one.kind}", lang).format(home=home, by=by)]
    if not facts["from_area"]:
        parts.append(word("life.moved_here", lang))
    elif facts["from_area"] == facts["home"].area:
        parts.append(word("life.moved_within", lang))
    else:
        parts.append(word("life.moved_from", lang).format(area=facts["from_area"]))
    parts.append(word("life.searched", lang).format(wait=time_words(facts["searched"], lang)))
    if "queue" in facts:
        wait = time_words(facts["waited"], lang)
        key = "life.queue" if facts["before"] else "life.queue_first"
        parts.append(word(key, lang).format(wait=wait, queue=facts["queue"], before=facts["before"]))
    return parts


def told_bar(one: Happening, lang: str) -> list[str]:
    """Tell that a rule kept a home from the household: the reason's own sentence, and the paragraph."""
    facts = one.facts
    name = rule_of_refusal(facts["reason"], facts["status"])
    rule = None if name is None else rule_on(name, facts["law"])
    values = {} if rule is None else {key: value_words(*value, lang) for key, value in rule.values.items()}
    why = word(f"law.why_{facts['reason']}", lang).format_map(Blanks(values))
    paragraph = f" ({rule.paragraph})" if rule is not None else ""
    parts = [word("life.barred", lang).format(home=home_words(facts["home"], lang), why=why, paragraph=paragraph)]
    if facts["times"] > 1:
        parts.append(word("life.barred_times", lang).format(n=facts["times"]))
    return parts


def told_notice(one: Happening, lang: str) -> list[str]:
    """Tell that the household must move, and why."""
    return [word(f"life.notice_{one.facts['fate']}", lang)]


class Blanks(dict[str, str]):
    """Values of a sentence; what the rule of the day does not hold is shown as a dash."""

    def __missing__(self, key: str) -> str:
        return MISSING


TELLS: dict[str, Callable[[Happening, str], list[str]]] = {
    "there": told_standing,
    "came": told_standing,
    "end": told_standing,
    "birth": told_birth,
    "partner_moves_in": told_partner,
    "activity": told_activity,
    "education": told_education,
    "gave_up": told_end_of_search,
    "never_settled": told_end_of_search,
    "departed": told_departure,
    "signed_up": told_lists,
    "notice": told_notice,
    "refused": told_refusal,
    "let": told_move,
    "private_move": told_move,
    "barred": told_bar,
}


# Words


def when(one: Happening, lang: str) -> str:
    """Return the date of a happening: the day for how things stand, the month for what happens in it."""
    return day_words(one.day, lang) if one.kind in ("there", "end") else month_words(one.day, lang)


def month_words(day: date, lang: str) -> str:
    """Return January 2017, januar 2017."""
    return word("life.month_year", lang).format(month=word(f"month.{day.month}", lang), year=day.year)


def months_between(first: date, second: date) -> int:
    """Return the months from one month to another."""
    return 12 * (second.year - first.year) + second.month - first.month


def time_words(months: int, lang: str) -> str:
    """Return a time: 4 years and 2 months."""
    years, rest = divmod(max(int(months), 0), 12)
    parts = []
    if years:
        parts.append(word("life.one_year" if years == 1 else "life.years", lang).format(n=years))
    if rest:
        parts.append(word("life.one_month" if rest == 1 else "life.months", lang).format(n=rest))
    return _and(lang).join(parts) or word("life.less_than_a_month", lang)


def home_words(home: Home, lang: str) -> str:
    """Return a dwelling: a social family dwelling with 3 rooms in some area."""
    key = f"social_{home.kind}" if home.tenure == "social" else home.tenure
    frame = "life.home_one_room" if home.rooms == 1 else "life.home"
    return word(frame, lang).format(kind=word(f"life.{key}", lang), rooms=home.rooms, area=home.area)


def person_key(one: Member) -> str:
    """Return the word by which a person is told of."""
    if one.age >= ADULT:
        return "woman" if one.woman else "man"
    child = "girl" if one.woman else "boy"
    return f"baby_{child}" if one.age < 1 else child


def a_member(one: Member, lang: str) -> str:
    """Return a person as introduced: a woman of 34 (in work)."""
    who = word(f"life.{person_key(one)}", lang).format(age=one.age)
    doing = f"life.doing_{one.activity}"
    return f"{who} ({word(doing, lang)})" if doing in catalogue_of_words() else who


def the_member(one: Member | None, lang: str) -> str:
    """Return a person as known: the woman of 34."""
    if one is None:
        return word("life.somebody", lang)
    return word(f"life.the_{person_key(one)}", lang).format(age=one.age)


def members_words(members: Sequence[Member], lang: str) -> str:
    """Return the members, those who keep the household first, then by age."""
    told = [a_member(one, lang) for one in sorted(members, key=lambda one: (not one.keeps, -one.age, one.id))]
    return _and(lang).join(filter(None, [", ".join(told[:-1]), told[-1]]))


def odds_words(key: str, odds: Odds, lang: str) -> str:
    """Return a sentence with a chance and the reasons behind it."""
    reasons = [told for told in (reason_words(reason, lang) for reason in odds.reasons) if told]
    behind = f" ({'; '.join(reasons)})" if reasons else ""
    return word(key, lang).format(chance=chance_words(odds.chance, lang), reasons=behind)


def chance_words(chance: float, lang: str) -> str:
    """Return a chance in per cent, with more decimals the smaller it is."""
    share = 100.0 * chance
    places = 1 if share >= 1.0 else 2 if share >= 0.1 else 3
    return f"{written(share, places, lang)} %"


def reason_words(reason: Reason, lang: str) -> str:
    """Return one reason; nothing if it changes nothing."""
    value = 0.0 if reason.value is None else reason.value
    named = word(f"life.reason_{reason.name}", lang).format(
        time=time_words(int(value), lang), age=int(value), value=written(value, 2, lang),
        share=chance_words(reason.times, lang),
    )  # fmt: skip
    if reason.name in SHARES_OF_MOVERS or reason.name in AGES:
        return named
    times = written(reason.times, 2, lang)
    return "" if times == written(1.0, 2, lang) else word("life.times", lang).format(reason=named, times=times)


def _and(lang: str) -> str:
    return f" {word('life.and', lang)} "


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
