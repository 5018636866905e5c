"""The life of one household: a run repeated with the event log on, and what was known when each thing happened.

Before a process of the month the household is looked at, and its chances are asked for (month.reasons); after it the
events that name the household or one of its members are taken from the log. Watching changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from beboersim.errors import InputError
from beboersim.law.letting.decisions import REASONS as REFUSALS
from beboersim.month import crime, demography, leaving, letting, reasons, schooling, seekers, work
from beboersim.month.ledger import Event
from beboersim.month.order import MONTH, Process
from beboersim.month.reasons import Odds, Place
from beboersim.town import Town
from beboersim.world.codes import (
    ACTIVITIES,
    DWELLING_KINDS,
    EDUCATIONS,
    KEEPER,
    NOT_SEARCHING,
    ROUTES,
    TENURES,
)
from beboersim.world.codes import LIST as LIST_ROUTE
from beboersim.world.codes import REASONS as WHY_SEARCHING

if TYPE_CHECKING:
    from beboersim.experiments.runs import RunSpec
    from beboersim.month.context import Context

EVENTS_A_PERSON = 1  # room in the log of a month, which is emptied after each; about thirty times what happens
LEAST_ROOM = 100_000


class Member(NamedTuple):
    """A member of the household when it was looked at."""

    id: int
    woman: bool
    age: int  # years
    keeps: bool
    activity: str
    education: str


class Home(NamedTuple):
    """A dwelling."""

    area: str
    tenure: str
    kind: str
    rooms: int


class Sight(NamedTuple):
    """The household as it stands."""

    row: int
    members: dict[int, Member]
    rows: dict[int, int]  # of the members
    area: str
    place: int  # index of the area
    lives_here: bool
    home: Home | None
    since: int  # month of moving in
    searching: str
    search_since: int
    listed: dict[int, int]  # month of signing up, by organisation


@dataclass(frozen=True)
class Happening:
    """One thing that happened to the household or to a member, in the month that begins on `day`."""

    day: date
    kind: str
    member: Member | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    odds: Odds | None = None


@dataclass(frozen=True)
class Life:
    """What happened to a household in a run, in order."""

    household: int
    start: date
    until: date
    happenings: tuple[Happening, ...]


def room_for(spec: RunSpec) -> int:
    """Return how many events of one month there must be room for."""
    from beboersim.evidence.municipalities import municipality

    persons = sum(municipality(name).population(float(spec.start.year)) for name in spec.places)
    return LEAST_ROOM + int(EVENTS_A_PERSON * persons * spec.scale)


def town_again(spec: RunSpec) -> Town:
    """Return the town of a run on its first day, with the log on."""
    return Town(
        places=spec.places, plan=spec.plan(), start=spec.start, until=spec.until, scale=spec.scale, seed=spec.seed,
        areas_file=spec.areas, cohorts=spec.cohorts, events=room_for(spec),
    )  # fmt: skip


def life_of(spec: RunSpec, household: int, progress: Callable[[date], None] | None = None) -> Life:
    """Return the life of a household in a run; `progress` hears of every 1 January.

    Raises InputError if no such household is ever in the run.
    """
    town = town_again(spec)
    diary = Diary(town.context, household)
    diary.first_day()
    while town.date < town.until:
        town.step(diary.order)
        diary.month_is_over()
        if progress is not None and town.date.month == 1:
            progress(town.date)
    diary.last_day()
    if not diary.found:
        raise InputError(
            f"household {household} is never in this run. `beboersim explain household --list --run ...` lists ids."
        )
    return Life(household, spec.start, spec.until, tuple(diary.found))


def busiest(spec: RunSpec, number: int, progress: Callable[[date], None] | None = None) -> list[tuple[int, int]]:
    """Return the ids of the households to which most happens in a run, and how many events that is."""
    town = town_again(spec)
    c, count = town.context, Counter[int]()
    now = households_of(c)
    while town.date < town.until:
        before = now
        town.step()
        now = households_of(c)
        known = {*before.values(), *now.values()}
        for _, _, who, other, _ in town.events.tolist():
            about = {home.get(one, one) for one in (who, other) for home in (before, now)}
            count.update(about & known)
        empty_log(c)
        if progress is not None and town.date.month == 1:
            progress(town.date)
    return sorted(count.items(), key=lambda one: (-one[1], one[0]))[:number]


def households_of(c: Context) -> dict[int, int]:
    """Return the id of everybody's household by the person's own."""
    persons = c.world.persons
    rows = np.flatnonzero(persons.household[: int(c.world.used[0])] >= 0)
    homes = c.world.households.id[persons.household[rows]]
    return dict(zip(persons.id[rows].tolist(), homes.tolist(), strict=True))


def empty_log(c: Context) -> None:
    """Make room for the next month, after seeing that the log held all of this one."""
    if int(c.ledger.noted[0]) >= len(c.ledger.events):
        raise RuntimeError("a month had more events than there was room for")
    c.ledger.noted[0] = 0


class Diary:
    """Watches one household process by process, and keeps what happens to it."""

    def __init__(self, c: Context, household: int) -> None:
        self.c = c
        self.household = household
        self.found: list[Happening] = []
        self.order: tuple[Process, ...] = tuple(self._watched(process) for process in MONTH)

    def present(self) -> Happening | None:
        """Return how the household lives now, or None if it is not in the tables."""
        now = self.sight()
        return None if now is None else Happening(self.c.day, "there", facts=self.standing(now))

    def first_day(self) -> None:
        """Note how the household lives on the first day, if it is there already."""
        now = self.present()
        if now is not None:
            self.found.append(now)

    def last_day(self) -> None:
        """Note how it lives when the run ends, if it still does."""
        now = self.sight()
        if now is not None:
            self.note("end", facts=self.standing(now))

    def month_is_over(self) -> None:
        """Empty the log."""
        empty_log(self.c)

    def note(self, kind: str, member: Member | None = None, odds: Odds | None = None, **facts: Any) -> None:
        """Keep one happening of the present month."""
        self.found.append(Happening(self.c.day, kind, member, facts.pop("facts", facts), odds))

    # Looking

    def row(self) -> int:
        """Return where the household stands in the tables, or -1."""
        n = int(self.c.world.used[1])
        households = self.c.world.households
        rows = np.flatnonzero((households.id[:n] == self.household) & (households.head[:n] >= 0))
        return int(rows[0]) if len(rows) else -1

    def sight(self) -> Sight | None:
        """Return the household as it stands now, or None if it is not in the tables."""
        row = self.row()
        if row < 0:
            return None
        world, households = self.c.world, self.c.world.households
        rows = dict(members_of(self.c, row))
        place, home = int(households.area[row]), int(households.dwelling[row])
        held = zip(households.organisation[row].tolist(), households.listed_since[row].tolist(), strict=True)
        return Sight(
            row,
            {one: member_of(self.c, at) for one, at in rows.items()},
            rows,
            self.area(place),
            place,
            place < world.places,
            self.home(home) if home >= 0 else None,
            int(households.moved_in[row]),
            WHY_SEARCHING[households.searching[row]],
            int(households.search_since[row]),
            {organisation: since for organisation, since in held if organisation >= 0},
        )

    def area(self, place: int) -> str:
        """Return the name of an area, or nothing if it is no place of the town."""
        return self.c.world.names[place] if place < self.c.world.places else ""

    def home(self, row: int) -> Home:
        """Return what kind of dwelling stands in a row."""
        homes = self.c.world.dwellings
        area = self.area(int(homes.area[row]))
        return Home(area, TENURES[homes.tenure[row]], DWELLING_KINDS[homes.kind[row]], int(homes.rooms[row]))

    def dwelling(self, identity: int) -> int:
        """Return the row of a dwelling."""
        n = int(self.c.world.used[2])
        return int(np.flatnonzero(self.c.world.dwellings.id[:n] == identity)[0])

    def standing(self, now: Sight) -> dict[str, Any]:
        """Return how the household lives."""
        households = self.c.world.households
        return {
            "members": list(now.members.values()),
            "area": now.area,
            "at_the_gate": int(households.area[now.row]) > self.c.world.elsewhere,
            "home": now.home,
            "since": month_day(now.since) if now.home else None,
            "searching": None if now.searching == WHY_SEARCHING[NOT_SEARCHING] else now.searching,
            "lists": {str(one): month_day(since).isoformat() for one, since in now.listed.items()},
        }

    # Watching

    def _watched(self, process: Process) -> Process:
        """Return a process that is watched."""

        def run(c: Context) -> None:
            before, logged = self.sight(), int(c.ledger.noted[0])
            odds, places = self.odds(process, before), self.places(process, before)
            process(c)
            after = self.sight()
            if before is None and after is None:
                return
            if before is None and process is seekers.seekers and after is not None:
                self.note("came", facts=self.standing(after))
            happened = c.ledger.events[logged : int(c.ledger.noted[0])]
            self.tell(happened, Watched(before, after, odds, places))
            if process in (leaving.leaving, letting.letting) and before is not None and after is not None:
                self.tell_lists(before, after)

        return run

    def odds(self, process: Process, now: Sight | None) -> dict[tuple[int, str], Odds]:
        """Return the chances that a process gives the household (key 0) and each member, by what may happen."""
        if now is None:
            return {}
        if process is leaving.leaving:
            return {(0, name): one for name, one in reasons.about_home(self.c, now.row).items()}
        about = ABOUT_MEMBERS.get(process)
        if about is None:
            return {}
        return {(one, name): odds for one, row in now.rows.items() for name, odds in about(self.c, row).items()}

    def places(self, process: Process, now: Sight | None) -> tuple[Place, ...]:
        """Return the household's places in the queues, when homes are let."""
        return reasons.places_in_queue(self.c, now.row) if now is not None and process is letting.letting else ()

    def tell_lists(self, before: Sight, after: Sight) -> None:
        """Note new places on waiting lists."""
        new = [one for one, since in after.listed.items() if before.listed.get(one) != since]
        if new:
            self.note("signed_up", number=len(new))

    def tell(self, events: np.ndarray, seen: Watched) -> None:
        """Note what of the log concerns the household."""
        mine = {self.household, *seen.before_members, *seen.after_members}
        barred: Counter[tuple[Home, str, int, str]] = Counter()
        about = [one for one in events.tolist() if one[2] in mine or one[3] in mine]
        for _, kind, who, other, value in about:
            if kind == Event.BARRED and who == self.household:
                row = self.dwelling(other)
                area = int(self.c.world.dwellings.area[row])
                status = int(self.c.world.areas.status[area])
                barred[self.home(row), REFUSALS[value], status, self.c.status_words[area]] += 1
        for (home, reason, status, words), times in barred.items():
            facts = {"home": home, "reason": reason, "status": status, "status_words": words, "times": times}
            self.note("barred", facts=facts | {"law": self.c.law_day})
        for _, kind, who, other, value in about:
            self.one_event(Event(kind), who, other, value, seen)

    def one_event(self, kind: Event, who: int, other: int, value: int, seen: Watched) -> None:
        """Note one event."""
        if kind in OF_MEMBERS:
            self.member_event(kind, who, other, value, seen)
        elif kind in (Event.LET, Event.PRIVATE_MOVE) and who == self.household:
            self.move(kind, other, value, seen)
        elif kind is Event.OFFER_REFUSED and who == self.household:
            row = self.dwelling(other)
            assert seen.before is not None
            area = int(self.c.world.dwellings.area[row])
            odds = reasons.about_offer(self.c, seen.before.row, area)
            self.note("refused", odds=odds, home=self.home(row), route=ROUTES[value])
        elif kind is Event.TAKEN_IN:
            if who == self.household:
                self.note("taken_in", household=other)
            else:
                self.note("takes_in", household=who)
        elif kind is Event.NOTICE:
            self.note("notice", fate=value)
        elif kind is Event.SEARCH:
            self.note("search", odds=seen.odds.get((0, "looks")))
        elif kind is Event.GAVE_UP:
            self.note("gave_up" if seen.after is not None else "never_settled", since=self.searched(seen))
        elif kind is Event.DEPARTURE:
            left = seen.before.area if seen.before is not None else ""
            self.note("departed", odds=seen.odds.get((0, "leaves")), area=left, followed=seen.after is not None)

    def searched(self, seen: Watched) -> date | None:
        """Return the month in which the search began."""
        return None if seen.before is None else month_day(seen.before.search_since)

    def move(self, kind: Event, dwelling: int, value: int, seen: Watched) -> None:
        """Note a move: from where, to which home, by which route, after which wait."""
        before = seen.before
        assert before is not None
        row = self.dwelling(dwelling)
        facts: dict[str, Any] = {
            "from_area": before.area,
            "from_home": before.home,
            "home": self.home(row),
            "searched": self.c.month - before.search_since,
        }
        if kind is Event.PRIVATE_MOVE:
            self.note("private_move", **facts)
            return
        facts["route"] = ROUTES[value]
        organisation = int(self.c.world.areas.organisation[self.c.world.dwellings.area[row]])
        for place in seen.places:
            if place.organisation == organisation and value == LIST_ROUTE:
                facts |= {"waited": self.c.month - place.since, "before": place.before, "queue": place.searching}
        self.note("let", **facts)

    def member_event(self, kind: Event, who: int, other: int, value: int, seen: Watched) -> None:
        """Note what happened to a member."""
        was, is_now = seen.before_members, seen.after_members
        if kind is Event.BIRTH and other in was:
            self.note("birth", is_now.get(who), seen.odds.get((other, "gives_birth")), mother=was[other])
        elif kind is Event.DEATH and who in was:
            self.note("death", was[who], seen.odds.get((who, "dies")))
        elif kind in (Event.LEFT_HOME, Event.SEPARATION):
            left_home = kind is Event.LEFT_HOME
            if other == self.household:
                self.note("begins_left_home" if left_home else "begins_separation", is_now.get(who))
            elif who in was:
                odds = seen.odds.get((who, "leaves_home" if left_home else "separates"))
                self.note("left_home" if left_home else "separation", was[who], odds, household=other)
        elif kind is Event.UNION:
            self.union(who, other, seen)
        elif kind is Event.ACTIVITY and who in was:
            to, doing = ACTIVITIES[value], was[who].activity
            # Who has completed an education goes where it leads; that has no chance of its own.
            came = self.found[-1] if self.found else None
            completed = came is not None and came.kind == "education" and came.member == was[who]
            odds = None if completed else seen.odds.get((who, CHANCE_OF.get((doing, to), "")))
            self.note("activity", was[who], odds, before=doing, after=to)
        elif kind is Event.EDUCATION and who in was:
            self.note("education", was[who], seen.odds.get((who, "completes")), level=EDUCATIONS[value])
        elif kind is Event.CONVICTION and who in was:
            self.note("conviction", was[who], seen.odds.get((who, "convicted")))

    def union(self, woman: int, man: int, seen: Watched) -> None:
        """Note that a member found a partner, and who moved."""
        was = seen.before_members
        mine, partner = (woman, man) if woman in was else (man, woman)
        if mine not in was:
            return
        if partner in seen.after_members:
            came = len(seen.after_members.keys() - was.keys())
            self.note("partner_moves_in", was[mine], partner=seen.after_members[partner], number=came)
            return
        c = self.c
        n = int(c.world.used[0])
        at = int(np.flatnonzero(c.world.persons.id[:n] == mine)[0])
        household = int(c.world.persons.household[at])
        joined = int(c.world.households.id[household]) if household >= 0 else 0
        self.note("moves_to_partner", was[mine], household=joined)


class Watched(NamedTuple):
    """The household before and after a process, and what was known."""

    before: Sight | None
    after: Sight | None
    odds: dict[tuple[int, str], Odds]
    places: tuple[Place, ...]

    @property
    def before_members(self) -> dict[int, Member]:
        """The members before, by id."""
        return {} if self.before is None else self.before.members

    @property
    def after_members(self) -> dict[int, Member]:
        """The members after, by id."""
        return {} if self.after is None else self.after.members


OF_MEMBERS = {
    Event.BIRTH, Event.DEATH, Event.LEFT_HOME, Event.SEPARATION, Event.UNION, Event.ACTIVITY, Event.EDUCATION,
    Event.CONVICTION,
}  # fmt: skip
ABOUT_MEMBERS: dict[Process, Callable[[Context, int], dict[str, Odds]]] = {
    demography.demography: reasons.about_family,
    schooling.schooling: reasons.about_school,
    work.work: reasons.about_work,
    crime.crime: reasons.about_convictions,
}
# Which chance a change of activity came from.
CHANCE_OF = {
    ("outside", "employed"): "finds_work",
    ("employed", "outside"): "loses_work",
    ("pupil", "student"): "starts",
    ("employed", "student"): "starts",
    ("outside", "student"): "starts",
    ("student", "outside"): "drops_out",
}


def members_of(c: Context, row: int) -> Iterator[tuple[int, int]]:
    """Yield the members of a household: id and row."""
    persons, member = c.world.persons, int(c.world.households.head[row])
    while member >= 0:
        yield int(persons.id[member]), member
        member = int(persons.next[member])


def member_of(c: Context, row: int) -> Member:
    """Return a person as a member."""
    persons = c.world.persons
    return Member(
        int(persons.id[row]),
        bool(persons.sex[row]),
        (c.month - int(persons.birth[row])) // 12,
        int(persons.role[row]) == KEEPER,
        ACTIVITIES[persons.activity[row]],
        EDUCATIONS[persons.education[row]],
    )


def month_day(month: int) -> date:
    """Return the first day of a month that is counted from year 0."""
    return date(month // 12, month % 12 + 1, 1)
