"""The one typed wrapper around numba, and the folder where compiled kernels are kept.

numba's own cache looks only at the file that holds a kernel. It does not notice that a function called from it, in
another file, has changed. The cache folder is therefore named by a hash of everything that decides the machine code:
the sources of the package and the versions of Python, numba and NumPy.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])

PACKAGE = Path(__file__).parent


def source_hash() -> str:
    """Return 16 hex digits that change whenever compiled code could change."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    digest.update(sys.version.encode())
    for package in ("numba", "llvmlite", "numpy"):
        digest.update(version(package).encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return a folder that can be written, in the user's cache or else in the temporary folder."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for parent in (home, Path(tempfile.gettempdir())):
        folder = parent / "beboersim" / source_hash()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError:
            continue
        return folder
    return Path(tempfile.mkdtemp(prefix="beboersim-"))


# numba looks for SciPy when it loads its first kernel, in case one multiplies matrices. None here does, and SciPy takes
# a quarter of a second. What is not there is not looked for.
BLAS = "scipy.linalg.cython_blas"
if "numba.np.arraymath" not in sys.modules and BLAS not in sys.modules:
    sys.modules[BLAS] = cast(ModuleType, None)
    try:
        import_module("numba.np.arraymath")
    finally:
        del sys.modules[BLAS]

if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(cache_folder())


def kernel(function: F) -> F:
    """Compile a function of numbers and arrays.

    Compiled code is kept on disk and releases the interpreter lock. Floating point follows IEEE rules (no fastmath),
    so that a result is the same wherever the same versions run.
    """
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def borrowing(function: F) -> F:
    """Compile a function that makes no arrays, and only borrows those it is given.

    It need not count who holds them. In a function that may make arrays, a look at a column of a table is counted when
    it begins and when it ends, by locked instructions, which costs more than the look (benchmarks/README.md). An array
    made here after all is an error of compilation.
    """
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function))


def is_compiled() -> bool:
    """Say whether an earlier process has run a town for a year, and so left all kernels compiled."""
    return _mark().exists()


def note_compiled() -> None:
    """Leave word in the cache folder that a town has been run for a year."""
    if not is_compiled():
        with suppress(OSError):
            _mark().touch()


def _mark() -> Path:
    return Path(numba.config.CACHE_DIR) / "whole"
