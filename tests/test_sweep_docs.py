"""The page on sweeps and its notebook run as they stand."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

from beboersim.experiments.analysis import TABLES
from beboersim.experiments.design import DESIGNS
from beboersim.experiments.experiment import Experiment
from beboersim.experiments.experiment_file import EXPERIMENT_KEYS
from beboersim.policy.shipped import shipped_files
from test_model_docs import run

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "sweeps.md").read_text(encoding="utf-8")
NOTEBOOK = json.loads((DOCS / "notebooks" / "sweep.ipynb").read_text(encoding="utf-8"))


def test_the_experiments_on_the_page_are_right(tmp_path: Path) -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    counts = []
    for block in blocks:
        (tmp_path / "own.toml").write_text(block, encoding="utf-8")
        counts.append(len(Experiment.load(tmp_path / "own.toml").planned(1)))
    assert counts == [2, 2 * 2 * 2 * 3]


def test_the_page_names_every_key_design_and_table() -> None:
    for name in (*EXPERIMENT_KEYS, *DESIGNS, *TABLES):
        assert f"`{name}`" in PAGE, name
    listed = (DOCS.parent / "experiments" / "README.md").read_text(encoding="utf-8")
    for name in shipped_files("experiments"):
        assert f"| `{name}` |" in listed, name


def test_the_python_on_the_page_compiles_and_its_names_exist() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
    compile(block, "sweeps.md", "exec")
    for module, names in re.findall(r"^from (beboersim\S*) import (.+)$", block, flags=re.MULTILINE):
        for name in names.split(", "):
            assert hasattr(importlib.import_module(module), name)


def test_the_notebook_makes_the_table_of_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
    *shown, names = run(code, "sweep.ipynb")
    assert shown[0] == {"done": 24, "failed": 0, "total": 24}
    table = shown[1]
    assert len(table) == 4 * 3
    added = table.groupby("outcome")["share"].sum()
    assert added.to_dict() == pytest.approx(table.groupby("outcome")["package"].first().to_dict(), abs=1e-9)
    assert len(shown[2]) == 4 * 7

    assert "24 runs done" in repr(names["results"])
    assert "<table" in names["results"]._repr_html_()


def test_the_notebook_holds_no_results_and_is_in_both_languages() -> None:
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
        else:
            assert re.search(r"\n\n\*[^*]+\*$", "".join(cell["source"]))


def test_the_slurm_template_asks_for_one_thread_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dask_jobqueue")
    monkeypatch.syspath_prepend(str(DOCS / "slurm"))
    source = (DOCS / "slurm" / "cluster.py").read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "cluster"}
    exec(compile(source, "cluster.py", "exec"), names)
    with names["cluster"]() as jobs:  # type: ignore[operator]
        script = jobs.job_script()
    assert "--nthreads 1 " in script
    assert "--nworkers 4 " in script
    assert "#SBATCH" in script
