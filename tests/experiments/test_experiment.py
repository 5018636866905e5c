"""Experiment files and designs: what they mean, and what is said of a mistake."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from beboersim.errors import InputError
from beboersim.experiments.api import Sweep
from beboersim.experiments.design import Design, Factor
from beboersim.experiments.experiment import Experiment
from beboersim.policy.catalogue import of_kind
from beboersim.policy.shipped import shipped_files

HEAD = """
[experiment]
name = { en = "One", da = "En" }
places = ["Svendborg"]
from = 2015-01-01
until = 2021-01-01
"""


def experiment(tmp_path: Path, more: str = "", head: str = HEAD) -> Experiment:
    path = tmp_path / "own.toml"
    path.write_text(head + more, encoding="utf-8")
    return Experiment.load(path)


def test_every_policy_meets_every_future_on_every_seed(tmp_path: Path) -> None:
    found = experiment(
        tmp_path, 'seed = 5\nreplications = 3\nscenarios = ["law", "no-cut"]\npresets = ["central", "null"]'
    )
    assert [policy.label for policy in found.policies] == ["law", "no-cut"]
    assert [future.label for future in found.futures] == ["central", "null"]
    runs = found.planned()
    assert len(runs) == len({run.run_id for run in runs}) == 12
    assert [run.spec.seed for run in runs] == [5] * 4 + [6] * 4 + [7] * 4
    assert found.first_policy == "law"
    # They are followed from the day on which the policies part, though presets differ from the first.
    assert {run.spec.cohorts for run in runs} == {(date(2019, 1, 1),)}


def test_a_factorial_combines_scenarios_in_every_way(tmp_path: Path) -> None:
    found = experiment(
        tmp_path, '[design]\nkind = "factorial"\ncombine = ["no-cut", "flexible-off", "no-public-list"]'
    )
    labels = [policy.label for policy in found.policies]
    assert len(set(labels)) == 8
    assert (labels[0], labels[-1]) == ("law", "no-cut+flexible-off+no-public-list")
    both = next(policy for policy in found.policies if policy.label == "no-cut+flexible-off").scenario
    assert {name for change in both.changes for name in change.set} == {
        "funding.social_frame", "letting.flexible_share", "letting.flexible_obligatory",
    }  # fmt: skip


def test_a_lever_belongs_to_the_policy_and_a_parameter_to_the_future(tmp_path: Path) -> None:
    found = experiment(
        tmp_path,
        '[design]\nkind = "grid"\n[design.factors]\n"letting.assignment_share" = [0.25, 0.0]\n'
        'letting.accept = { range = [0.3, 0.7], levels = 3 }\n"stigma.on_leaving" = [true, false]',
    )
    assert [policy.label for policy in found.policies] == [
        "law, letting.assignment_share=0.25", "law, letting.assignment_share=0.0",
    ]  # fmt: skip
    assert len(found.futures) == 6
    assert found.futures[0].settings == (("letting.accept", 0.3), ("stigma.on_leaving", True))
    assert {dict(run.spec.settings)["letting.accept"] for run in found.planned()} == {0.3, 0.5, 0.7}


def test_a_dated_lever_changes_on_its_day(tmp_path: Path) -> None:
    found = experiment(
        tmp_path,
        '[design]\nkind = "grid"\n[design.factors]\n'
        '"funding.social_frame" = { values = [135e6, 235e6], from = 2019-01-01 }',
    )
    change = found.policies[1].scenario.changes[-1]
    assert (change.set, change.start) == ({"funding.social_frame": 235e6}, date(2019, 1, 1))
    assert found.cohort == date(2019, 1, 1)
    assert len({run.run_id for run in found.planned()}) == 2


def test_one_at_a_time_begins_with_nothing_set(tmp_path: Path) -> None:
    found = experiment(
        tmp_path, '[design]\nkind = "one-at-a-time"\ncombine = ["no-cut"]\n[design.factors]\n'
        '"letting.accept" = { range = [0.3, 0.7], levels = 3 }'
    )  # fmt: skip
    assert found.design is not None
    assert len(found.points.rows) == len(found.design) == 5
    assert [policy.label for policy in found.policies] == ["law", "no-cut"]
    assert [future.label for future in found.futures] == [
        "central", "central, letting.accept=0.3", "central, letting.accept=0.5", "central, letting.accept=0.7",
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "size", "points"), [("latin", 12, 12), ("sobol", 8, 40), ("morris", 4, 16)])
def test_a_sampled_design_is_the_same_each_time_and_stays_in_range(kind: str, size: int, points: int) -> None:
    if kind != "latin":
        pytest.importorskip("SALib")
    factors = (
        Factor("letting.accept", "parameter", "share", low=0.2, high=0.9),
        Factor("list.public", "lever", "share", values=(0.0, 1.0)),
        Factor("schooling.shortest_months", "parameter", "integer", low=18, high=42),
    )
    design = Design(kind, factors, size)  # type: ignore[arg-type]
    one, two = design.points(), Design(kind, factors, size).points()  # type: ignore[arg-type]
    assert one.rows == two.rows
    assert len(one.rows) == len(design) == points
    assert all(0.2 <= float(row["letting.accept"]) <= 0.9 for row in one.rows)
    assert {row["list.public"] for row in one.rows} == {0.0, 1.0}
    assert all(isinstance(row["schooling.shortest_months"], int) for row in one.rows)


def test_a_latin_design_has_one_point_in_every_slice() -> None:
    units = Design("latin", (Factor("a", "parameter", "share"), Factor("b", "parameter", "share")), 10).points().units
    assert units is not None
    assert sorted(np.floor(units[:, 0] * 10)) == list(range(10))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_of_points_is_run_row_by_row(suffix: str, tmp_path: Path) -> None:
    if suffix == "csv":
        (tmp_path / "points.csv").write_text("letting.accept,list.public,no-cut\n0.3,1,true\n0.5,,false\n")
    else:
        table = {"letting.accept": [0.3, 0.5], "list.public": [1.0, None], "no-cut": [True, False]}
        pq.write_table(pa.table(table), tmp_path / "points.parquet")
    found = experiment(tmp_path, f'[design]\nkind = "table"\ncombine = ["no-cut"]\nfile = "points.{suffix}"')
    assert found.points.rows == (
        {"no-cut": True, "letting.accept": 0.3, "list.public": 1.0}, {"no-cut": False, "letting.accept": 0.5},
    )  # fmt: skip
    assert [policy.label for policy in found.policies] == ["no-cut, list.public=1.0", "law"]


def test_all_parameters_are_those_of_the_catalogue(tmp_path: Path) -> None:
    pytest.importorskip("SALib")
    found = experiment(
        tmp_path, '[design]\nkind = "morris"\ntrajectories = 2\nparameters = "all"\nexcept = ["letting.accept"]'
    )
    assert found.design is not None
    names = {factor.name for factor in found.design.factors}
    assert names == {quantity.name for quantity in of_kind("parameter")} - {"letting.accept"}
    assert len(found.planned()) == 2 * (len(names) + 1)


def test_all_places_are_runs_of_their_own(tmp_path: Path) -> None:
    found = experiment(tmp_path, head=HEAD.replace('["Svendborg"]', '"all"'))
    assert len(found.places) == 98
    assert len(found.planned()) == 98
    apart = experiment(tmp_path, head=HEAD.replace('["Svendborg"]', '["Svendborg", "Odense"]\napart = true'))
    assert [run.spec.places for run in apart.planned()] == [("Svendborg",), ("Odense",)]
    assert len(experiment(tmp_path, head=HEAD.replace('["Svendborg"]', '["Svendborg", "Odense"]')).planned()) == 1


@pytest.mark.parametrize("name", sorted(shipped_files("experiments")))
def test_every_shipped_experiment_is_right(name: str) -> None:
    if name.startswith("sensitivity"):
        pytest.importorskip("SALib")
    found = Experiment.load(name)
    assert found.about is not None
    assert len(found.policies) > 1
    assert len(found.planned(1)) == len({(run.policy, run.future, run.spec.places) for run in found.planned(1)})


WRONG = {
    'scale = 25': "line 7: scale = 25 is not a number above 0 and at most 1.",
    'scenarios = ["law", "flexible-of"]': 'line 7: "flexible-of" is not a scenario. Did you mean flexible-off?',
    'replicatons = 3': 'line 7: "replicatons" is not a key of [experiment]',
    'presets = ["central", "nul"]': 'line 7: "nul" is not a preset. Did you mean null?',
    'outcomes = ["town.dissimilarty"]':
        'line 7: "town.dissimilarty" is not an outcome. Did you mean town.dissimilarity?',
    'set = { "letting.assignment_share" = 25 }': "line 7: letting.assignment_share = 25 is outside 0 to 1. A share is",
    'scenarios = ["law", "no-cut"]\nbaseline = "lav"':
        "line 8: baseline = \"lav\" is not a policy here. Did you mean law?",
    'cohort = 2019-01-15': "line 7: cohort = 2019-01-15 is not the first of a month within the run.",
    '[desing]\nkind = "grid"': 'line 7: "desing" is not a key of an experiment file',
    '[design]\nkind = "gird"': 'line 8: kind = "gird" is not one of factorial, grid',
    '[design]\nkind = "grid"': "line 7: the design varies nothing",
    '[design]\nkind = "grid"\n[design.factors]\n"letting.acept" = [0.3]':
        "line 10: letting.acept is not a lever, switch",
    '[design]\nkind = "grid"\n[design.factors]\n"letting.accept" = [0.3, 1.3]':
        "line 10: letting.accept = 1.3 is outside",
    '[design]\nkind = "grid"\n[design.factors]\n"letting.accept" = { values = [0.3], from = 2016-01-01 }':
        "line 10: letting.accept is a parameter: it is the same for the whole run",
    '[design]\nkind = "factorial"\n[design.factors]\n"list.public" = [0.0, 0.5, 1.0]': "a factorial design has two.",
    '[design]\nkind = "factorial"\ncombine = ["flexible-off", "flexible-wide"]':
        "line 9: flexible-wide sets letting.flexible_share, which flexible-off sets already.",
    '[design]\nkind = "sobol"\npoints = 12\n[design.factors]\n"letting.accept" = "range"': "not a power of two",
    '[design]\nkind = "latin"\n[design.factors]\n"letting.accept" = "range"': "line 7: the design latin needs points.",
    '[design]\nkind = "table"\nfile = "points.csv"': "points.csv, row 3: letting.accept = 3 is outside 0.2 to 0.9.",
    '[design]\nkind = "table"\nfile = "none.csv"': "none.csv: there is no such file.",
    'replications = 2\n[stop]\noutcome = "town.disimilarity"\nhalf_width = 0.01': "Did you mean town.dissimilarity?",
    '[stop]\noutcome = "town.dissimilarity"\nhalf_width = 0.01': "a half-width needs replications = 2 or more",
    '[[target]]\noutcome = "listed.stigma"': "line 7: a target has either above or below.",
}  # fmt: skip


@pytest.mark.parametrize("more", WRONG)
def test_a_mistake_is_said_with_its_line(more: str, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("letting.accept\n0.3\n3\n")
    with pytest.raises(InputError) as caught:
        experiment(tmp_path, more)
    assert WRONG[more] in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Svendborg"', '"Svenborg"', '"Svenborg" is not a Danish municipality. Did you mean Svendborg?'),
        ("2015-01-01", "2015-02-01", "line 5: from = 2015-02-01: a run starts on 1 January"),
        ("2021-01-01", "2014-01-01", "line 6: until = 2014-01-01 is not after from"),
        ("from = 2015-01-01\n", "", "the experiment needs from and until"),
        ('name = { en = "One", da = "En" }', 'name = "One"', "line 3: name is needed in English and in Danish"),
    ],
)
def test_a_mistake_in_the_head_is_said_with_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in HEAD
    with pytest.raises(InputError) as caught:
        experiment(tmp_path, head=HEAD.replace(old, new))
    assert said in str(caught.value)


def test_a_sweep_is_given_by_its_keys_as_by_its_file(tmp_path: Path) -> None:
    more = 'scenarios = ["law", "no-cut"]\n[design]\nkind = "grid"\nfactors = { "letting.accept" = [0.3, 0.5] }'
    written = experiment(tmp_path, more)
    keys = Sweep(
        id="own", name={"en": "One", "da": "En"}, places=["Svendborg"], start=2015, until=2021,
        scenarios=["law", "no-cut"], design={"kind": "grid", "factors": {"letting.accept": [0.3, 0.5]}},
    )  # fmt: skip
    assert [run.run_id for run in keys.experiment.planned()] == [run.run_id for run in written.planned()]
    assert len(keys) == 4
