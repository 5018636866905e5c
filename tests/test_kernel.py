from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from beboersim import kernel as kernel_module
from beboersim.chance import uniform
from beboersim.kernel import cache_folder, kernel, source_hash


def test_the_hash_changes_with_any_source_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"a.py": "x = 1", "b/c.py": "y = 2"}.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(kernel_module, "PACKAGE", tmp_path)
    seen = {source_hash()}
    assert source_hash() in seen
    (tmp_path / "b" / "c.py").write_text("y = 3")
    seen.add(source_hash())
    (tmp_path / "b" / "c.py").rename(tmp_path / "b" / "d.py")
    seen.add(source_hash())
    assert len(seen) == 3


def test_the_cache_lies_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "beboersim" / source_hash()
    assert list(cache_folder().iterdir()) == []


def test_where_the_home_cannot_be_written_the_cache_is_temporary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a file, no folder"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(kernel_module.tempfile, "gettempdir", lambda: str(tmp_path))
    assert cache_folder() == tmp_path / "beboersim" / source_hash()


def test_a_kernel_divides_as_ieee_says_and_raises_nothing() -> None:
    @kernel
    def over(a: float, b: float) -> float:
        return a / b

    assert over(1.0, 0.0) == np.inf
    assert np.isnan(over(0.0, 0.0))
    assert over(1.0, 3.0) == 1.0 / 3.0


def test_a_kernel_gives_what_the_plain_function_gives() -> None:
    plain = inspect.unwrap(getattr(uniform, "py_func", uniform))
    assert [uniform(w) for w in (0, 1, 12345, 2**32 - 1)] == [plain(w) for w in (0, 1, 12345, 2**32 - 1)]


def test_another_process_looks_for_kernels_in_the_same_folder() -> None:
    code = "import beboersim.kernel as k; print(k.cache_folder())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert Path(found) == cache_folder()
