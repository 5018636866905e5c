"""The catalogues as people and programs read them: levers, parameters, scenarios, places, metrics, the month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from beboersim.policy.catalogue import Kind, Quantity, Value, of_kind, shown
from beboersim.policy.scenario import Scenario, shipped_scenarios
from beboersim.policy.where import Where
from beboersim.show.words import LANGS, word

Table = tuple[list[str], list[list[str]]]


def quantities(lang: str, *kinds: Kind) -> Table:
    """Return the table of levers and switches, or of parameters."""
    of_nature = kinds == ("parameter",)
    keys = ["name", "label", "default", "range", *(["unit", "presets"] if of_nature else ["type", "places"])]
    rows = [
        [
            quantity.name,
            quantity.help.in_language(lang) + (f" {word('text.held', lang)}" if quantity.held else ""),
            _default(quantity, lang),
            _range(quantity),
            *(
                [quantity.unit, _presets(quantity)]
                if of_nature
                else [
                    word(f"type.{quantity.type}", lang),
                    word("text.yes" if quantity.places else "text.no", lang),
                ]
            ),
        ]
        for quantity in of_kind(*kinds)
    ]
    return _headers(keys, lang), rows


def quantities_as_json(*kinds: Kind) -> list[dict[str, Any]]:
    """Return the full declarations, in both languages."""
    found = []
    for quantity in of_kind(*kinds):
        fields = quantity.model_dump(mode="json", by_alias=True)
        fields["choices"] = list(quantity.choices) or None
        found.append(fields)
    return found


def scenarios(lang: str) -> Table:
    """Return the shipped scenarios."""
    rows = [
        [scenario.id, scenario.name.in_language(lang), scenario.about.in_language(lang) if scenario.about else ""]
        for scenario in shipped_scenarios()
    ]
    return _headers(["name", "label", "about"], lang), rows


def scenario(one: Scenario, lang: str) -> Table:
    """Return what a scenario is: lever, value, from, until, where."""
    rows = [
        [
            name,
            _plain(value),
            str(start) if start else word("text.start", lang),
            str(until) if until else word("text.open", lang),
            _where(where, lang),
        ]
        for name, value, start, until, where in one.rows()
    ]
    return _headers(["lever", "value", "from", "until", "where"], lang), rows


def scenario_as_json(one: Scenario) -> dict[str, Any]:
    """Return a scenario with its changes, in both languages."""
    return {
        "id": one.id,
        "name": one.name.model_dump(),
        "about": one.about.model_dump() if one.about else None,
        "changes": [
            {
                "lever": name,
                "value": value,
                "from": _iso(start),
                "until": _iso(until),
                "where": {"kind": where.kind, "names": list(where.names)},
            }
            for name, value, start, until, where in one.rows()
        ],
    }


def places(lang: str) -> Table:
    """Return the municipalities."""
    rows = [
        [
            place["name"],
            place["region"],
            f"{place['population_2015']:,}".replace(",", " "),
            f"{100 * place['social_share']:.0f} %"
            + (f" ({word('text.estimated', lang)})" if place["social_share_is_estimated"] else ""),
            ", ".join(place["areas"]),
        ]
        for place in places_as_json()
    ]
    return _headers(["municipality", "region", "population", "social_share", "areas"], lang), rows


def places_as_json() -> list[dict[str, Any]]:
    """Return the municipalities by name, each with the areas that have published figures."""
    from beboersim.evidence.areas import read_areas
    from beboersim.evidence.municipalities import municipality, names, social_share

    areas: dict[str, set[str]] = {}
    for row in read_areas():
        areas.setdefault(row.municipality, set()).add(row.area)
    found = []
    for one in map(municipality, names()):
        found.append(
            {
                "name": one.name,
                "code": one.code,
                "region": one.region,
                "population_2015": round(one.population(2015.0)),
                "social_share": round(social_share(one.name).value, 4),
                "social_share_is_estimated": social_share(one.name).is_estimate,
                "areas": sorted(areas.get(one.name, ())),
            }
        )
    return found


def metrics(lang: str) -> Table:
    """Return what is computed from a run."""
    from beboersim.outcomes.metrics import metrics as every_metric

    rows = [
        [
            metric.id,
            getattr(metric.label, lang),
            word(f"unit.{metric.unit}", lang),
            ", ".join(word(f"level.{level}", lang) for level in metric.levels),
            metric.formula,
            getattr(metric.sentence, lang),
        ]
        for metric in every_metric()
    ]
    return _headers(["name", "label", "unit", "level", "formula", "help"], lang), rows


def metrics_as_json() -> list[dict[str, Any]]:
    """Return the metrics in both languages."""
    from beboersim.outcomes.metrics import metrics as every_metric

    return [
        {
            "id": metric.id,
            "levels": list(metric.levels),
            "unit": metric.unit,
            "kind": metric.kind,
            "formula": metric.formula,
            "label": metric.label._asdict(),
            "sentence": metric.sentence._asdict(),
        }
        for metric in every_metric()
    ]


def month() -> list[dict[str, str]]:
    """Return the processes of a month in their order, each with the first line of its docstring."""
    from beboersim.month.order import MONTH

    return [{"process": process.__name__, "says": (process.__doc__ or "").strip().split("\n")[0]} for process in MONTH]


def origin(lang: str) -> Table:
    """Return where a month reads origin, why, and under which setting it makes no difference."""
    from beboersim.month.origin import READINGS

    headers = [word("table.process", lang), *(word(f"origin.{key}", lang) for key in ("what", "ground", "equal"))]
    rows = [
        [one.process, word(f"origin.{one.key}", lang), word(f"origin.ground_{one.ground}", lang), one.equal]
        for one in READINGS
    ]
    return headers, rows


def origin_as_json() -> list[dict[str, Any]]:
    """Return where a month reads origin, in both languages."""
    from beboersim.month.origin import READINGS

    return [
        {
            "process": one.process,
            "ground": one.ground,
            "what": {lang: word(f"origin.{one.key}", lang) for lang in LANGS},
            "equal": one.equal or None,
        }
        for one in READINGS
    ]


def _headers(keys: Iterable[str], lang: str) -> list[str]:
    return [word(f"table.{key}", lang) for key in keys]


def _plain(value: Value) -> str:
    return value if isinstance(value, str) else shown(value)


def _default(quantity: Quantity, lang: str) -> str:
    first, *later = quantity.history
    dated = [f"{word('text.from_date', lang)} {one.start}: {_plain(one.value)}" for one in later]
    return "; ".join([_plain(first.value), *dated])


def _range(quantity: Quantity) -> str:
    if quantity.range is None:
        return ", ".join(quantity.choices) or "true, false"
    return f"{shown(quantity.range[0])} - {shown(quantity.range[1])}"


def _presets(quantity: Quantity) -> str:
    return ", ".join(f"{preset} {_plain(value)}" for preset, value in quantity.presets.items())


def _where(where: Where, lang: str) -> str:
    if where.kind == "all":
        return word("text.everywhere", lang)
    names = [word(f"status.{name}", lang) for name in where.names] if where.kind == "status" else where.names
    return f"{word(f'text.where_{where.kind}', lang)} {', '.join(names)}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
