"""The table of claims says nothing that the code does not do, and a mistake in it is told in a sentence."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from beboersim.cli import main
from beboersim.errors import InputError
from beboersim.policy.catalogue import PRESETS, catalogue
from beboersim.show.claims import (
    ACTING,
    Claim,
    all_claims,
    claim_of,
    ids_of_documents,
    read_claims,
    summary,
    values_by_preset,
)
from beboersim.show.claims_page import claims_page
from beboersim.show.words import LANGS

ROOT = Path(__file__).parent.parent.parent
CLAIMS = all_claims().claim
ACTIVE = tuple(one for one in CLAIMS if one.acting != "not yet")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", "claims", *arguments])


@cache
def functions_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_claim_of_the_two_documents_has_one_row_in_their_order() -> None:
    assert len(ids_of_documents()) == 82
    assert tuple(one.id for one in CLAIMS) == ids_of_documents()


@pytest.mark.parametrize("claim", ACTIVE, ids=lambda one: one.id)
def test_the_tests_that_a_claim_names_are_there(claim: Claim) -> None:
    for test in claim.tests:
        file, name = test.split("[")[0].split("::")
        assert name in functions_in(ROOT / file), test
        if "[" in test:
            assert test.endswith(f"[{claim.id}]")


@pytest.mark.parametrize("claim", ACTIVE, ids=lambda one: one.id)
def test_the_module_that_a_claim_names_is_not_one_that_is_held_open(claim: Claim) -> None:
    assert claim.module != "month/held_open.py"
    assert (ROOT / "src" / "beboersim" / claim.module).is_file()


def test_no_two_claims_say_the_same_and_every_sentence_ends() -> None:
    for lang in LANGS:
        says = [one.says.in_language(lang) for one in CLAIMS]
        assert len(set(says)) == len(says)
        told = says + [one.missing.in_language(lang) for one in CLAIMS if one.missing]
        assert not [sentence for sentence in told if not sentence.endswith(".")]
    assert not [one.id for one in CLAIMS if one.says.en == one.says.da]


def test_values_by_preset_are_those_of_the_catalogue() -> None:
    for one in CLAIMS:
        values = values_by_preset(one)
        assert set(values) == (set(PRESETS) if one.parameters else set())
        for preset, found in values.items():
            assert found == {name: catalogue()[name].preset(preset) for name in one.parameters}  # type: ignore[arg-type]
    assert values_by_preset(claim_of("C-44"))["null"] == {"work.callback_penalty": 0.0, "meetings.inward": 0.0}


def test_a_parameter_with_presets_stands_beside_a_claim() -> None:
    contested = {name for name, quantity in catalogue().items() if quantity.presets}
    assert contested
    assert contested <= {name for one in CLAIMS for name in one.parameters}


def test_every_switch_of_a_link_stands_beside_a_claim() -> None:
    links = {name for name, one in catalogue().items() if one.kind == "switch" and ".on_" in name}
    assert links
    assert links <= {name for one in CLAIMS for name in one.levers}


def test_a_preset_of_a_contested_claim_without_effect_is_null() -> None:
    """Under null a parameter with presets is at the end of its range that does nothing: 0, or 1 for a factor."""
    for one in ACTIVE:
        for name in one.parameters:
            if catalogue()[name].presets:
                assert catalogue()[name].preset("null") in (0.0, 1.0), name


def test_the_page_of_claims_is_up_to_date() -> None:
    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    assert page == claims_page(), "python -m beboersim.show.claims_page docs/claims.md"


def test_the_page_tells_every_claim_in_both_languages_with_the_counts_at_the_top() -> None:
    page = claims_page()
    english, danish = page.split("\n## På dansk\n")
    for lang, half in (("en", english), ("da", danish)):
        assert summary(lang) in page.split("\n## ")[0]
        assert not [one.id for one in CLAIMS if one.says.in_language(lang) not in half]
        assert not [one.id for one in CLAIMS if one.missing and one.missing.in_language(lang) not in half]
    counts = [sum(one.acting == acting for one in CLAIMS) for acting in ACTING]
    assert [int(number) for number in re.findall(r"\d+", summary("en"))] == [82, *counts]


def test_all_claims_as_json_have_every_field() -> None:
    found = json.loads(call("--json").stdout)
    fields = {"id", "type", "mechanism", "module", "levers", "parameters", "strength", "presets", "test", "acting"}
    assert len(found) == 82
    assert all(fields <= one.keys() for one in found)
    assert [one["id"] for one in found if (one["test"] is None) != (one["acting"] == "not yet")] == []
    (one,) = json.loads(call("c-43", "--json").stdout)
    assert one["presets"]["foged"]["letting.stigma_apply"] == 0.0
    assert one["presets"]["council"]["letting.stigma_apply"] == 0.065


def test_claims_are_listed_and_told_in_both_languages() -> None:
    english, danish = call().stdout, call("--lang", "da").stdout
    assert english.startswith(summary("en"))
    assert danish.startswith(summary("da"))
    assert english.count("\n") == danish.count("\n") == 82 + 4
    told = call("C-44", "--lang", "da").stdout
    for part in (claim_of("C-44").says.da, "month/work.py", "stigma.on_callbacks", "antagelse", "council 0.2", "X6"):
        assert part in told


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("C-58", 'Error: "C-58" is not the id of a claim. Did you mean C-57?\n'),
        ("c8", 'Error: "c8" is not the id of a claim. Did you mean C-08?\n'),
        ("A-0", 'Error: "A-0" is not the id of a claim. Did you mean A-01?\n'),
        ("stigma", 'Error: "stigma" is not the id of a claim. Claims are C-01 to C-57 and A-01 to A-25.\n'),
        ("", 'Error: "" is not the id of a claim. Claims are C-01 to C-57 and A-01 to A-25.\n'),
    ],
)
def test_a_wrong_id_is_told_with_the_one_that_was_meant(given: str, says: str) -> None:
    result = call(given)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", says)


RIGHT = """[[claim]]
id = "C-43"
type = "contested"
mechanisms = ["M22"]
module = "month/letting.py"
levers = ["stigma.on_applying"]
parameters = ["letting.stigma_apply"]
strength = "some"
evidence = ["E046"]
contradictions = ["X2"]
acting = "partly"
tests = ["tests/month/test_letting_routes.py::test_name"]
says = { en = "A.", da = "B." }
missing = { en = "A.", da = "B." }
[questions]
X2 = { en = "A?", da = "B?" }
[mechanisms]
M22 = { en = "A", da = "B" }
"""


def test_a_right_table_is_read() -> None:
    assert read_claims("claims.toml", RIGHT).claim[0].levers == ("stigma.on_applying",)


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ('id = "C-43"', 'id = "C-61"', 'line 2: "C-61" is not the id of a claim. Did you mean C-57?'),
        ('"contested"', '"contest"', 'line 3: type = "contest" is not one of "arithmetic", "mechanical", "contested", '
         '"zero", "definitional". Did you mean contested?'),
        ('["M22"]', '["22"]', 'line 4: C-43: mechanisms holds "22", and such an id is written M07.'),
        ('["M22"]', '["M23"]', "line 4: C-43: mechanisms holds M23, which has no words. Did you mean M22?"),
        ("month/letting.py", "month/leting.py",
         'line 5: C-43: module = "month/leting.py" is no file of the package. Did you mean month/letting.py?'),
        ("stigma.on_applying", "stigma.on_aplying", 'line 6: C-43: levers holds "stigma.on_aplying", which is not a '
         "lever or switch. Did you mean stigma.on_applying?"),
        ("letting.stigma_apply", "letting.stigma_aply", 'line 7: C-43: parameters holds "letting.stigma_aply", which '
         "is not a parameter. Did you mean letting.stigma_apply?"),
        ("letting.stigma_apply", "stigma.on_applying", 'line 7: C-43: parameters holds "stigma.on_applying", which is '
         "not a parameter. Did you mean letting.stigma_apply?"),
        ('["E046"]', '["Govind"]', 'line 9: C-43: evidence holds "Govind", and such an id is written E140.'),
        ('["E046"]', '["E999"]', "line 9: C-43: evidence holds E999, and there is no such finding."),
        ('["X2"]', '["X3"]', "line 10: C-43: contradictions holds X3, which has no words."),
        ('"partly"', '"not yet"', "line 5: C-43 does not act yet, and module says where it does."),
        ('tests = ["tests/month/test_letting_routes.py::test_name"]', "tests = []",
         "line 11: C-43 acts, and tests does not say where that is seen."),
        ("::test_name", "", 'line 12: C-43: tests holds "tests/month/test_letting_routes.py", and a test is written '
         "tests/month/test_grants.py::test_name."),
        ('missing = { en = "A.", da = "B." }\n', "",
         "line 11: C-43: missing does not say what is not there, in both languages."),
        ('missing = { en = "A.", da = "B." }', 'missing = { en = "A." }', "line 14: [claim.missing] has no da."),
        ("strength", "strenght", 'line 8: "strenght" is not a key of [claim], which has id, type, mechanisms, module, '
         "levers, parameters, strength, evidence, contradictions, acting, tests, says, missing. "
         "Did you mean strength?"),
        ("[questions]", RIGHT.split("[questions]")[0] + "[questions]", "line 16: C-43 stands twice."),
    ],
)  # fmt: skip
def test_a_mistake_in_the_table_is_told_with_its_line(right: str, wrong: str, says: str) -> None:
    assert right in RIGHT
    with pytest.raises(InputError) as caught:
        read_claims("claims.toml", RIGHT.replace(right, wrong, 1))
    assert str(caught.value) == f"claims.toml, {says}"
    assert caught.value.exit_code == 2
