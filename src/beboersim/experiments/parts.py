"""The folder of a sweep: parts that are whole or not there, and the tables made of them.

A part is up to three files of one name: `areas/`, `towns/` and, last, `runs/`. It is there once its table of runs is;
that table holds the hashes of the other two. Files are written aside and renamed. What was cut off, truncated or
damaged is found at the next start and run again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, NamedTuple

from beboersim.errors import InputError
from beboersim.experiments.chunks import AREAS_SUM, TOWNS_SUM, Payload, part_schema, payload_of, sum_of
from beboersim.experiments.store import ASIDE, PROVENANCE, RUNS

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = ("areas", "towns", "runs")  # in the order in which they are written
SET_ASIDE = "set-aside"
EXPERIMENT = "experiment.toml"
DESIGN = "design.parquet"
ANALYSIS = "analysis"
PATIENCE = 120.0  # seconds that a shard waits for a folder that another puts in order
LOCK, SHARD_LOCK, FINISH_LOCK = ".sweep.lock", ".sweep-{shard}-of-{shards}.lock", ".sweep-finish.lock"
OURS = re.compile(
    rf"{re.escape(RUNS)}|{re.escape(PROVENANCE)}|{re.escape(EXPERIMENT)}|{re.escape(DESIGN)}|{ANALYSIS}|{SET_ASIDE}"
    rf"|areas|towns|runs|\.sweep.*|{re.escape(ASIDE)}.*"
)


class Part(NamedTuple):
    """A part that is there: its name, and its rows of runs."""

    stem: str
    runs: pa.Table

    @property
    def ids(self) -> list[str]:
        """The runs it holds."""
        return [str(one) for one in self.runs.column("run_id").to_pylist()]


class Settled(NamedTuple):
    """What a folder holds of an experiment, after putting it in order."""

    ids: set[str]
    set_aside: int
    damaged: int
    other_versions: tuple[str, ...]


def check_folder(folder: Path, experiment: str) -> None:
    """Raise InputError unless a sweep of this experiment can be put or continued in the folder."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--out {folder}: this is a file. Results need a folder of their own.")
    if not folder.is_dir():
        return
    strange = sorted(path.name for path in folder.iterdir() if OURS.fullmatch(path.name) is None)
    held = folder / EXPERIMENT
    if strange or (not held.is_file() and any((folder / name).exists() for name in (RUNS, *TABLES))):
        such = f", such as {strange[0]}" if strange else ""
        raise InputError(f"--out {folder}: the folder holds other files{such}. Results need a folder of their own.")
    before = told_experiment(folder)
    if before is not None and before != experiment:
        raise InputError(f"--out {folder}: the folder holds the sweep {before}, not {experiment}. Give another folder.")


def told_experiment(folder: Path) -> str | None:
    """Return the name of the experiment whose results a folder holds, or None."""
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8")).get("experiment")
    except (OSError, ValueError, AttributeError):
        return None
    return str(found) if found else None


class Lock(NamedTuple):
    """A folder held; `alone` says that no other shard works in it now."""

    handle: int
    alone: bool

    def share(self) -> None:
        """Let other shards in, from here on."""
        fcntl.flock(self.handle, fcntl.LOCK_SH)


@contextmanager
def locked(folder: Path, shard: tuple[int, int] | None, patience: float = PATIENCE) -> Iterator[Lock]:
    """Hold the folder, or one shard of it, against other sweeps.

    The operating system lets go of it when the process ends, however it ends. A shard waits for as many seconds as
    `patience` says while another puts the folder in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    busy = InputError(f"--out {folder}: another sweep is at work in this folder. Wait for it, or stop it.")
    with _open_lock(folder / LOCK) as whole:
        if shard is None:
            if not _taken(whole, fcntl.LOCK_EX):
                raise busy
            yield Lock(whole, True)
            return
        with _open_lock(folder / SHARD_LOCK.format(shard=shard[0], shards=shard[1])) as own:
            if not _taken(own, fcntl.LOCK_EX):
                raise InputError(f"--out {folder}: another sweep is at work on shard {shard[0]}/{shard[1]}.")
            until = monotonic() + patience
            while True:
                if _taken(whole, fcntl.LOCK_EX):
                    yield Lock(whole, True)
                    return
                if _taken(whole, fcntl.LOCK_SH):
                    yield Lock(whole, False)
                    return
                if monotonic() > until:
                    raise busy
                sleep(0.2)


@contextmanager
def _open_lock(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        yield handle
    finally:
        os.close(handle)


def _taken(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_aside(path: Path, content: bytes) -> None:
    """Write a file that is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.parent / f"{ASIDE}{path.name}-{os.getpid()}"
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def commit(folder: Path, payload: Payload) -> None:
    """Write a part; it counts from the moment its table of runs is there."""
    for table, content in zip(TABLES, (payload.areas, payload.towns, payload.runs), strict=True):
        if content:
            write_aside(_file(folder, table, payload.stem), content)


def _file(folder: Path, table: str, stem: str) -> Path:
    return folder / table / f"{stem}.parquet"


def parts(folder: Path) -> list[Part]:
    """Return the parts that are there, by name; a table of runs that cannot be read is no part."""
    found = (read_part(folder, path.stem) for path in sorted((folder / "runs").glob("part-*.parquet")))
    return [part for part in found if part is not None]


def read_part(folder: Path, stem: str) -> Part | None:
    """Return a part, or None if its table of runs is damaged."""
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        # One file at a time, by its bytes: what is read is what was checked.
        with pq.ParquetFile(_file(folder, "runs", stem), page_checksum_verification=True) as file:
            table = file.read()
    except (ArrowException, OSError):
        return None
    return Part(stem, table) if table.schema.remove_metadata().equals(part_schema()) else None


def is_whole(folder: Path, part: Part) -> bool:
    """Say whether a part's areas and towns are as they were written."""
    sums = part.runs.schema.metadata or {}
    for table, key in (("areas", AREAS_SUM), ("towns", TOWNS_SUM)):
        path, wanted = _file(folder, table, part.stem), sums.get(key)
        if wanted is None:
            return False
        try:
            content = path.read_bytes() if wanted or path.exists() else b""
        except OSError:
            return False
        if sum_of(content) != wanted:
            return False
    return True


def remove(folder: Path, stem: str) -> None:
    """Remove a part, its table of runs first."""
    for table in reversed(TABLES):
        _file(folder, table, stem).unlink(missing_ok=True)


def settle(folder: Path, wanted: Collection[str], versions: str, again: bool = False) -> Settled:
    """Put a folder in order before a sweep: keep what belongs, set aside what does not, drop what is damaged.

    `wanted` are the runs of the experiment. With `again`, runs that failed are dropped so that they are tried again.
    Only for who holds the folder alone.
    """
    wanted, seen, damaged, others = set(wanted), set[str](), 0, set[str]()
    for home in (folder, folder / SET_ASIDE):
        damaged += _sweep_up(home)
    for home in (folder, folder / SET_ASIDE):
        for part in parts(home):
            drop = set(seen)
            if again:
                status = part.runs.column("status").to_pylist()
                drop |= {one for one, said in zip(part.ids, status, strict=True) if said == "failed"}
            ids = [one for one in part.ids if one not in drop]
            keep = [one for one in ids if one in wanted]
            other = [one for one in ids if one not in wanted]
            for row in part.runs.select(["run_id", "version", "data_version"]).to_pylist():
                said = f"{row['version']} (data {row['data_version']})"
                if row["run_id"] not in wanted and said != versions:
                    others.add(said)
            seen.update(keep)
            here, there = (keep, other) if home == folder else (other, keep)
            if len(here) == len(part.ids):
                continue
            away = folder / SET_ASIDE if home == folder else folder
            # What is new is there before what is old is gone; a run that is there twice is dropped at the next start.
            for place, chosen in ((home, here), (away, there)):
                if chosen:
                    commit(place, _only(home, part, chosen))
            remove(home, part.stem)
    aside = sum(len(part.ids) for part in parts(folder / SET_ASIDE))
    return Settled(seen, aside, damaged, tuple(sorted(others)))


def _sweep_up(home: Path) -> int:
    """Remove what was cut off or is damaged; return how many parts were damaged."""
    damaged = 0
    for table in TABLES:
        for path in (home / table).glob(f"{ASIDE}*"):
            path.unlink(missing_ok=True)
    for path in sorted((home / "runs").glob("part-*.parquet")):
        part = read_part(home, path.stem)
        if part is None or not is_whole(home, part):
            damaged += 1
            remove(home, path.stem)
    known = {path.stem for path in (home / "runs").glob("part-*.parquet")}
    for table in ("areas", "towns"):
        for path in (home / table).glob("part-*.parquet"):
            if path.stem not in known:
                path.unlink()
    return damaged


def _only(home: Path, part: Part, ids: Collection[str]) -> Payload:
    """Return a part with only some of its runs."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    chosen = pa.array(sorted(ids), pa.string())

    def of(table: pa.Table) -> pa.Table:
        return table.filter(pc.is_in(table.column("run_id"), value_set=chosen))

    held = []
    for name in ("areas", "towns"):
        path = _file(home, name, part.stem)
        rows = of(pq.ParquetFile(path).read()) if path.exists() else None
        held.append(rows if rows is not None and rows.num_rows else None)
    position = part.stem.split("-")[1]
    digest = hashlib.sha256("".join(sorted(ids)).encode()).hexdigest()[:8]
    return payload_of(f"part-{position}-{digest}", of(part.runs), *held)


def all_runs(folder: Path) -> pa.Table:
    """Return the runs of all parts, sorted by id, each once."""
    import pyarrow as pa

    rows: dict[str, dict[str, Any]] = {}
    for part in parts(folder):
        for row in part.runs.to_pylist():
            rows.setdefault(row["run_id"], row)
    return pa.Table.from_pylist([rows[one] for one in sorted(rows)], schema=part_schema())


def finish(folder: Path) -> pa.Table:
    """Write `runs.parquet` from the parts, one writer at a time; return it."""
    from beboersim.experiments.chunks import as_parquet

    with _open_lock(folder / FINISH_LOCK) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        found = all_runs(folder)
        write_aside(folder / RUNS, as_parquet(found))
    return found


def counted(folder: Path, wanted: Collection[str]) -> dict[str, int]:
    """Return how many of some runs are done, have failed, and are wanted."""
    wanted = set(wanted)
    status: dict[str, str] = {}
    for part in parts(folder):
        for one, said in zip(part.ids, part.runs.column("status").to_pylist(), strict=True):
            if one in wanted:
                status[one] = said
    failed = sum(said == "failed" for said in status.values())
    return {"done": len(status) - failed, "failed": failed, "total": len(wanted)}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that is whole or not there."""
    write_aside(path, (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode())
