"""What is made of a sweep: against analytic answers where there are any, and against `compare` on the same runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from fake_sweep import fake_sweep

from beboersim.cli import main
from beboersim.errors import InputError
from beboersim.experiments import effects, robust, sensitivity
from beboersim.experiments.analysis import TABLES, analyse, table_of, write_analysis
from beboersim.experiments.compare import HEADLINE, Outcome, run_scenarios, summarise
from beboersim.experiments.design import Design, Factor
from beboersim.experiments.experiment import Experiment
from beboersim.experiments.results import FactorRead, Results, Values, open_results
from beboersim.experiments.shapley import interactions, shapley, shares
from beboersim.experiments.sweep import How, design_table, status
from beboersim.policy.scenario import Scenario
from fake_town import in_fake_town, options

HEAD = """
[experiment]
name = { en = "One", da = "En" }
places = ["Aarhus", "Odense"]
from = 2015-01-01
until = 2017-01-01
scale = 0.01
"""
D = Outcome("town", "dissimilarity")


def made(design: Design, y: Callable[[dict[str, Any], int], float], seeds: int = 1, policies: int = 1) -> Results:
    """Results whose one outcome is a function of the point and the seed; a second policy is its effect over nought."""
    points = design.points()
    rows = []
    for base in ("law", "other")[:policies]:
        for number, point in enumerate(points.rows):
            row = {"point": number, "base": base, "preset": "central", "policy": base, "future": f"future {number}"}
            row |= {factor.name: point.get(factor.name) for factor in design.factors}
            if points.units is not None:
                row |= {f"unit.{f.name}": points.units[number, at] for at, f in enumerate(design.factors)}
            rows.append(row)
    at = np.array([[y(dict(point), seed) for seed in range(seeds)] for point in points.rows])
    both = np.stack([np.zeros_like(at), at]) if policies == 2 else at[None]
    futures = tuple(f"future {number}" for number in range(len(points.rows)))
    nothing = np.zeros(both.shape)
    values = Values((D,), ("law", "other")[:policies], futures, tuple(range(seeds)), 0, both[None], nothing, nothing)
    factors = tuple(FactorRead(f.name, f.kind, f.type, f.values, f.low, f.high) for f in design.factors)
    found: Any = SimpleNamespace(
        cached_values=values, design_table=table_of(rows), factors=factors, kind=design.kind, outcomes=(D,),
        provenance={"targets": []},
    )  # fmt: skip
    return found


def unit_factors(*names: str, low: float = 0.0, high: float = 1.0) -> tuple[Factor, ...]:
    return tuple(Factor(name, "parameter", "number", low=low, high=high) for name in names)


# Shapley


def test_shares_are_the_mean_over_all_orders() -> None:
    worth = np.random.default_rng(1).normal(size=(16, 3))
    by_orders = np.zeros((4, 3))
    for order in permutations(range(4)):
        bits = 0
        for lever in order:
            by_orders[lever] += worth[bits | 1 << lever] - worth[bits]
            bits |= 1 << lever
    assert np.allclose(shares(worth), by_orders / 24, atol=1e-14)


def test_shares_add_up_to_the_package_and_a_lever_without_effect_has_none() -> None:
    own = np.array([0.3, -0.1, 0.0, 0.2, 0.05])
    worth = np.array([sum(own[i] for i in range(5) if bits >> i & 1) for bits in range(32)])
    assert np.allclose(shares(worth), own, atol=1e-15)
    assert max(abs(both) for both in interactions(worth).values()) < 1e-15
    worth[[bits for bits in range(32) if bits & 3 == 3]] += 0.08
    found = shares(worth)
    assert found.sum() == pytest.approx(worth[31] - worth[0], abs=1e-15)
    # What two do only together is theirs in equal parts.
    assert np.allclose(found - own, [0.04, 0.04, 0, 0, 0], atol=1e-15)
    assert interactions(worth)[0, 1] == pytest.approx(0.08, abs=1e-15)


# Paired differences


def test_variance_reduction_is_what_common_chance_takes_away() -> None:
    chance = np.random.default_rng(2)
    shared, own = chance.normal(0, 3, 20_000), chance.normal(0, 1, 20_000)
    # Var(a) + Var(b) over Var(b - a) = (9 + 9 + 1) / 1; the sampling error of a ratio of variances is about 2 %.
    assert effects.variance_reduction(shared, shared + 0.5 + own) == pytest.approx(19, rel=0.06)
    apart = chance.normal(0, 3, 20_000)
    assert effects.variance_reduction(shared, apart) == pytest.approx(1, rel=0.06)
    assert effects.variance_reduction(shared, shared + 1) is None


def test_the_bootstrap_agrees_with_t_where_chance_is_normal() -> None:
    values = np.random.default_rng(3).normal(1, 1, 200)
    low, high = effects.bootstrap(values)
    half = 1.97 * values.std(ddof=1) / np.sqrt(200)
    assert low is not None
    assert high is not None
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03)
    assert effects.bootstrap(values) == (low, high)


def test_kinds_of_spread_are_kept_apart() -> None:
    """Effect = x + noise of 0.1: the parameter's spread is that of a uniform on 0 to 1, and the seed's is 0.1."""
    noise = np.random.default_rng(4).normal(0, 0.1, (200, 30))
    numbers = iter(range(200))
    design = Design("latin", unit_factors("letting.accept"), 200)
    order = {point["letting.accept"]: next(numbers) for point in design.points().rows}
    results = made(design, lambda p, s: p["letting.accept"] + noise[order[p["letting.accept"]], s], 30, 2)
    rows = {row["kind"]: row for row in effects.spread(results, results.cached_values)}
    assert rows["seed"]["sd"] == pytest.approx(0.1, rel=0.05)
    assert rows["parameter"]["sd"] == pytest.approx(1 / np.sqrt(12), rel=0.05)
    assert "structure" not in rows


def test_only_a_clear_effect_for_a_clear_cost_has_a_price() -> None:
    seeds = 10
    chance = np.random.default_rng(5).normal(0, 0.01, seeds)
    at = np.stack([chance, chance + 0.02 + 0.1 * chance, chance])[None, :, None, :]
    cost = np.stack([np.full(seeds, 1e6), np.full(seeds, 3e6), np.full(seeds, 3e6)])[:, None, :]
    values = Values((D,), ("law", "dear", "in vain"), ("central",), tuple(range(seeds)), 0, at, cost, cost * 0.9)
    dear, in_vain = effects.cost_per_effect(values, effects.effects(values))
    assert dear["cost"] == pytest.approx(2e6)
    assert dear["cost_per_unit"] == pytest.approx(1.8e6 / dear["effect"])
    assert dear["cost_per_unit_low"] < dear["cost_per_unit"] < dear["cost_per_unit_high"]
    assert (in_vain["cost_per_unit"], in_vain["why_not"]) == (None, "no clear effect")


# Sensitivity


def test_morris_finds_the_slopes_of_a_line_and_ranks_the_seed_among_them() -> None:
    pytest.importorskip("SALib")
    noise = (0.0, 0.5)
    results = made(
        Design("morris", unit_factors("a", "b", "c"), 6), lambda p, s: 3 * p["a"] - 1 * p["b"] + noise[s], seeds=2
    )
    rows = {row["factor"]: row for row in sensitivity.morris(results)}
    assert [rows[name]["mu"] for name in "abc"] == pytest.approx([3, -1, 0], abs=1e-9)
    assert [rows[name]["mu_star"] for name in "abc"] == pytest.approx([3, 1, 0], abs=1e-9)
    assert rows["seed"]["mu_star"] == pytest.approx(0.5)
    assert [rows[name]["rank"] for name in ("a", "b", "seed", "c")] == [1, 2, 3, 4]


def test_sobol_finds_the_shares_of_ishigami_s_function() -> None:
    pytest.importorskip("SALib")

    def ishigami(p: dict[str, Any], _: int) -> float:
        return float(np.sin(p["a"]) + 7 * np.sin(p["b"]) ** 2 + 0.1 * p["c"] ** 4 * np.sin(p["a"]))

    factors = unit_factors("a", "b", "c", low=-np.pi, high=np.pi)
    rows = {row["factor"]: row for row in sensitivity.sobol(made(Design("sobol", factors, 1024), ishigami))}
    # Analytic shares; with N = 1024 the method is within 0.03 of them (methods §3.3).
    assert [rows[name]["first"] for name in "abc"] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert [rows[name]["total"] for name in "abc"] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    assert rows["seed"]["total"] is None


def test_the_seed_s_share_is_its_part_of_the_variance() -> None:
    chance = np.random.default_rng(6)
    # Points have variance 4, seeds 1: a fifth is the seed's. 400 points with 20 seeds give it to about 0.02.
    y = chance.normal(0, 2, (400, 1)) + chance.normal(0, 1, (400, 20))
    assert sensitivity.seed_share(y) == pytest.approx(0.2, abs=0.04)


def test_a_trajectory_with_a_failed_run_is_left_out() -> None:
    pytest.importorskip("SALib")
    design = Design("morris", unit_factors(*"abcdef"), 5)
    first = design.points().rows[0]
    results = made(design, lambda p, _: np.nan if p == first else 2 * p["a"])
    rows = {row["factor"]: row for row in sensitivity.morris(results)}
    assert rows["a"]["n"] < 5
    assert rows["a"]["mu"] == pytest.approx(2)


def test_ranks_find_what_rises_and_falls() -> None:
    rows = {
        row["factor"]: row
        for row in sensitivity.ranking(
            made(Design("latin", unit_factors("a", "b"), 64), lambda p, _: np.exp(5 * p["a"]) - p["b"])
        )
    }
    assert rows["a"]["rank"] == 1
    assert rows["a"]["rho"] > 0.95
    assert rows["a"]["low"] < rows["a"]["rho"] < rows["a"]["high"]
    assert rows["b"]["high"] < 0.3


def test_a_dose_is_measured_against_the_first_value() -> None:
    factors = (Factor("x", "lever", "number", (2.0, 0.0, 4.0)), Factor("y", "lever", "number", (0.0, 1.0)))
    design = Design("grid", factors)
    rows = sensitivity.dose(made(design, lambda p, s: p["x"] ** 2 + 10 * p["y"] + s, seeds=3))
    found = {(row["factor"], row["value"]): (row["effect"], row["half_width"]) for row in rows}
    assert found["x", "2.0"] == (0, 0)
    assert found["x", "0.0"] == (-4, 0)
    assert found["x", "4.0"] == (12, 0)
    assert found["y", "1.0"] == (10, 0)


# Robust


def test_regret_is_what_the_best_would_have_given() -> None:
    at = np.array([[[1.0], [5.0]], [[2.0], [3.0]]])[None]  # policy, future, seed; D is wanted low
    values = Values((D,), ("law", "other"), ("f", "g"), (1,), 0, at, at[0], at[0])
    results: Any = SimpleNamespace(cached_values=values, outcomes=(D,), provenance={"targets": []})
    law, other = robust.regret(results)
    assert (law["regret_max"], law["regret_mean"], law["best_share"]) == (2, 1, 0.5)
    assert (other["regret_max"], other["regret_mean"], other["best_share"]) == (1, 0.5, 0.5)


def test_satisficing_is_the_share_of_futures_in_which_all_targets_are_reached() -> None:
    at = np.array([[[1.0], [5.0], [2.0]], [[2.0], [2.5], [9.0]]])[None]
    values = Values((D,), ("law", "other"), ("f", "g", "h"), (1,), 0, at, at[0], at[0])
    targets = [{"outcome": D.key, "above": None, "below": 2.6}]
    results: Any = SimpleNamespace(cached_values=values, outcomes=(D,), provenance={"targets": targets})
    found = {(row["policy"], row["target"]): row["share_of_futures"] for row in robust.satisficing(results)}
    assert found["law", "all"] == found["other", D.key] == pytest.approx(2 / 3)


def test_what_one_would_have_to_believe_is_where_the_effect_changes_sign() -> None:
    design = Design("latin", unit_factors("letting.accept", "letting.apply", low=0.2, high=0.9), 80)
    results = made(design, lambda p, _: 0.5 * (p["letting.accept"] - 0.4), policies=2)
    rows = {row["parameter"]: row for row in robust.beliefs(results)}
    assert rows["letting.accept"]["changes_at"] == pytest.approx(0.4)
    assert rows["letting.accept"]["low"] == pytest.approx(rows["letting.accept"]["high"])
    assert not rows["letting.apply"]["changes_in_range"]
    # An effect of 0.1 matters: it falls below that where 0.5 (x - 0.4) = 0.1.
    smaller = {row["parameter"]: row for row in robust.beliefs(results, smallest=0.1)}
    assert smaller["letting.accept"]["changes_at"] == pytest.approx(0.6)


def test_knowing_a_parameter_is_worth_what_choosing_by_it_gains() -> None:
    x = np.linspace(-1, 1, 4001)
    worth = np.stack([np.zeros_like(x), x])
    # E[max(0, x)] - max(0, E[x]) = 1/4 for x uniform on -1 to 1.
    assert robust.gain_of_knowing(x, worth) == pytest.approx(0.25, abs=1e-3)
    assert robust.gain_of_knowing(x, np.stack([worth[0], np.full_like(x, 0.3)])) == pytest.approx(0, abs=1e-12)
    design = Design("latin", unit_factors("letting.accept", "letting.apply", low=0.2, high=0.9), 200)
    results = made(design, lambda p, _: p["letting.accept"] - 0.55, policies=2)
    rows = {row["parameter"]: row for row in robust.partial_information(results)}
    assert rows["letting.accept"]["worth"] > rows["letting.accept"]["by_chance"]
    assert rows["letting.apply"]["worth"] < 0.2 * rows["letting.accept"]["worth"]
    assert rows["letting.accept"]["worth"] == pytest.approx(rows["letting.accept"]["worth_of_everything"], rel=0.05)


# A whole sweep


def swept(tmp_path: Path, more: str, name: str = "own") -> Results:
    path = tmp_path / f"{name}.toml"
    path.write_text(HEAD + more, encoding="utf-8")
    fake_sweep(Experiment.load(path), tmp_path / "out", How())
    return open_results(tmp_path / "out")


def test_the_effects_are_those_of_compare(tmp_path: Path) -> None:
    results = swept(tmp_path, 'replications = 4\nscenarios = ["law", "no-public-list"]')
    given = options(
        replications=4, scale=0.01, places=("Aarhus", "Odense"),
        scenarios=(Scenario.load("law"), Scenario.load("no-public-list")), until=date(2017, 1, 1),
    )  # fmt: skip
    with in_fake_town():
        found = summarise(run_scenarios(given), 2)
    rows = {row["outcome"]: row for row in effects.effects(results.values())}
    for outcome in HEADLINE:
        wanted = found.difference(outcome, 1)
        assert rows[outcome.key]["effect"] == pytest.approx(wanted.mean, abs=1e-12, nan_ok=True), outcome
        assert rows[outcome.key]["half_width"] == pytest.approx(wanted.half_width, abs=1e-12)
        assert rows[outcome.key]["level_baseline"] == pytest.approx(found.level(outcome, 0).mean, abs=1e-12)


@pytest.fixture(name="factorial", scope="module")
def a_factorial(tmp_path_factory: pytest.TempPathFactory) -> Results:
    more = """replications = 3
presets = ["central", "null"]
[design]
kind = "factorial"
combine = ["no-public-list", "no-assignment-in-listed", "local-youth"]
[[target]]
outcome = "listed.stigma"
below = 0.5
"""
    return swept(tmp_path_factory.mktemp("factorial"), more)


def test_the_shares_of_a_sweep_add_up_exactly(factorial: Results) -> None:
    rows = shapley(factorial)
    assert {row["lever"] for row in rows} == {"no-public-list", "no-assignment-in-listed", "local-youth"}
    assert max(row["sum_error"] for row in rows) < 1e-9
    frame = pl.DataFrame(rows)
    added = frame.group_by("outcome", "future").agg(pl.col("share").sum(), pl.col("package").first())
    assert np.allclose(added["share"], added["package"], atol=1e-9)


def test_people_composition_and_age_add_up_in_every_policy(factorial: Results) -> None:
    rows = analyse(factorial)["composition"]
    assert len(rows) == 2 * 7
    for row in rows:
        parts = row["work_people"] + row["work_composition"] + row["work_age"]
        assert row["share_working"] == pytest.approx(parts, abs=1e-12)


def test_analyse_tells_people_and_programs(factorial: Results) -> None:
    folder = str(factorial.folder)
    danish, as_json = (CliRunner().invoke(main, ["analyse", folder, *more]) for more in (("--lang", "da"), ("--json",)))
    assert [one.exit_code for one in (danish, as_json)] == [0, 0], (danish.output, as_json.output)
    assert "8 politikker, 2 fremtider, 3 frø; udgangspunkt law." in danish.output
    assert "Hvem pakkens virkning tilhører" in danish.output
    answer = json.loads(as_json.stdout)
    assert (answer["done"], answer["failed"], answer["baseline"]) == (48, 0, "law")
    assert len(answer["effects"]) == 7 * 2 * len(factorial.outcomes)
    assert {row["target"] for row in answer["satisficing"]} == {"all", "listed.stigma"}
    assert "NaN" not in as_json.stdout
    for name in answer["files"]:
        assert (factorial.folder / name).stat().st_size > 0
    assert any("figure-shapley" in name for name in answer["files"])


def test_the_tables_are_read_by_polars_and_duckdb_as_they_are(factorial: Results) -> None:
    folder = factorial.folder
    write_analysis(factorial, {name: [] for name in TABLES} | {"effects": effects.effects(factorial.cached_values)})
    joined = duckdb.sql(
        f"select count(*), count(distinct r.policy) from '{folder}/areas/*.parquet' a "
        f"join '{folder}/runs.parquet' r using (run_id) join '{folder}/design.parquet' d using (policy, future)"
    ).fetchall()
    areas = pl.read_parquet(folder / "areas" / "part-*.parquet")
    assert joined == [(areas.height, 8)]
    assert factorial.areas.shape == areas.shape
    assert len(factorial.runs) == 48
    assert len(factorial.towns) == pl.read_parquet(folder / "towns" / "part-*.parquet").height
    effects_read = pl.read_parquet(folder / "analysis" / "effects.parquet")
    assert effects_read.height == pl.read_csv(folder / "analysis" / "effects.csv").height
    assert not any(areas[name].is_nan().any() for name, kind in areas.schema.items() if kind == pl.Float64)


def test_the_pair_of_ema_workbench_and_the_problem_of_salib(factorial: Results) -> None:
    experiments, outcomes = factorial.ema()
    assert list(experiments.columns) == [
        "no-public-list", "no-assignment-in-listed", "local-youth", "seed", "preset", "scenario", "policy", "model",
    ]  # fmt: skip
    assert len(experiments) == 48
    assert all(len(column) == 48 for column in outcomes.values())
    row = experiments.iloc[7]
    values = factorial.values()
    at = values.of("listed.stigma")[
        values.policies.index(row["policy"]), values.futures.index(row["scenario"]), values.seeds.index(row["seed"])
    ]
    assert outcomes["listed.stigma"][7] == at
    assert factorial.salib_problem() == {"num_vars": 0, "names": [], "bounds": []}


def test_places_run_apart_are_one_country(tmp_path: Path) -> None:
    together = swept(tmp_path, 'replications = 2\nscenarios = ["law", "no-public-list"]')
    (tmp_path / "apart").mkdir()
    text = 'apart = true\nreplications = 2\nscenarios = ["law", "no-public-list"]'
    apart = swept(tmp_path / "apart", text)
    assert len(apart.runs) == 2 * len(together.runs)
    # The fake town has both municipalities whatever is asked: run apart, everyone is there twice.
    one, two = (results.values().of("listed.share_working") for results in (together, apart))
    assert np.allclose(one, two)
    # A sweep cut off while it moved a part has it twice.
    part = sorted((apart.folder / "areas").iterdir())[0]
    shutil.copy(part, part.with_name("part-0000000-again.parquet"))
    assert np.array_equal(apart.values().of("listed.share_working"), two)


def test_seeds_are_added_until_a_difference_is_known_well_enough(tmp_path: Path) -> None:
    def stopped(half_width: float, name: str) -> tuple[int, bool | None, int]:
        (tmp_path / name).mkdir()
        path = tmp_path / name / "own.toml"
        stop = f'\n[stop]\noutcome = "listed.share_working"\nhalf_width = {half_width}\nat_most = 12\nstep = 4\n'
        path.write_text(HEAD + 'replications = 4\nscenarios = ["law", "no-public-list"]' + stop, encoding="utf-8")
        ended = fake_sweep(Experiment.load(path), tmp_path / name / "out", How())
        again = fake_sweep(Experiment.load(path), tmp_path / name / "out", How())
        assert (again.replications, again.state.fresh) == (ended.replications, 0)
        assert status(Experiment.load(path), tmp_path / name / "out")["total"] == 2 * ended.replications
        return ended.replications, ended.reached, ended.state.done

    assert stopped(1.0, "wide") == (4, True, 8)
    assert stopped(1e-9, "narrow") == (12, False, 24)


def test_a_folder_without_a_sweep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no results of a sweep"):
        open_results(tmp_path)
    assert CliRunner().invoke(main, ["analyse", str(tmp_path)]).exit_code == 2


def test_the_design_is_saved_with_the_results(factorial: Results) -> None:
    saved = pl.read_parquet(factorial.folder / "design.parquet")
    assert saved.columns == ["point", "base", "preset", "policy", "future", *(f.name for f in factorial.factors)]
    assert saved.height == 16
    text = (factorial.folder / "experiment.toml").read_text(encoding="utf-8")
    path = factorial.folder.parent / "own.toml"
    assert text == path.read_text(encoding="utf-8")
    assert design_table(Experiment.load(path)).to_pylist() == saved.to_dicts()
