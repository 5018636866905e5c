"""A chunk of runs: what a worker does, and what it hands back to be written.

Nothing is written here. Whoever holds the folder's lock writes, so that no worker can write after its parent is gone.
"""

from __future__ import annotations

import hashlib
import shlex
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from beboersim.experiments import runs as running
from beboersim.experiments.store import areas_table, run_row, runs_schema, towns_table

if TYPE_CHECKING:
    import pyarrow as pa

    from beboersim.experiments.experiment import PlannedRun
    from beboersim.experiments.runs import RunResult

MOST_RUNS = 16  # in a chunk
PERSON_MONTHS = 5e6  # a chunk is about so much work, so that little is lost when it is cut off
SHARE_OF_SWEEP = 16  # and at most one part in so many of a sweep, so that all workers have something to do
MOST_ROWS_LZ4 = 1000  # in a table that is packed by LZ4
AREAS_SUM, TOWNS_SUM = b"beboersim.areas", b"beboersim.towns"


class Chunk(NamedTuple):
    """Runs that are done by one worker and written as one part. `given_up` holds runs not to be tried, and why."""

    position: int
    runs: tuple[PlannedRun, ...]
    experiment: str
    given_up: Mapping[str, str] = {}

    @property
    def stem(self) -> str:
        """The name of its files: where it begins among all runs, and a hash of the runs it holds."""
        digest = hashlib.sha256("".join(run.run_id for run in self.runs).encode()).hexdigest()[:8]
        return f"part-{self.position:07d}-{digest}"


class Payload(NamedTuple):
    """What a chunk gave, ready to be written: Parquet files as bytes. Without a finished run there are no areas."""

    stem: str
    runs: bytes
    areas: bytes
    towns: bytes
    done: int
    failed: int



def chunk_size(runs: int, persons: float, months: int) -> int:
    """Return how many runs are done together, from what they hold and never from the clock: the same every time."""
    fitting = int(PERSON_MONTHS // max(persons * months, 1.0))
    return max(1, min(MOST_RUNS, fitting, -(-runs // SHARE_OF_SWEEP)))


def chunked(runs: Sequence[PlannedRun], size: int, experiment: str, first: int = 0) -> Iterator[Chunk]:
    """Cut runs into chunks; `first` is the position of the first among all runs of the sweep."""
    for at in range(0, len(runs), size):
        yield Chunk(first + at, tuple(runs[at : at + size]), experiment)


def command_of(run_id: str, experiment: str) -> str:
    """Return the command that repeats one run of an experiment alone."""
    return shlex.join(["beboersim", "--debug", "sweep", experiment, "--only", run_id])


def part_schema() -> pa.Schema:
    """Return the columns of a sweep's table of runs: those of any run, and where it stands in the experiment."""
    import pyarrow as pa

    schema = runs_schema()
    for name in ("policy", "future", "traceback", "command"):
        schema = schema.append(pa.field(name, pa.string()))
    return schema


def do_chunk(chunk: Chunk, told: Callable[[str], None] | None = None) -> Payload:
    """Do the runs of a chunk. A run that raises becomes a row, and the others go on. `told` hears what begins."""
    import pyarrow as pa

    rows: list[dict[str, Any]] = []
    results: list[RunResult] = []
    # Runs that follow each other may share their past (see `past`); in the files they are in the order of their names.
    for run in chunk.runs:
        if told is not None:
            told(run.run_id)
        more = {"policy": run.policy, "future": run.future}
        failed = {"command": command_of(run.run_id, chunk.experiment)}
        if run.run_id in chunk.given_up:
            rows.append(run_row(run.spec, run.run_id, None, chunk.given_up[run.run_id]) | more | failed)
            continue
        try:
            result = running.execute(run.spec)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            failed["traceback"] = traceback.format_exc()
            rows.append(run_row(run.spec, run.run_id, None, said) | more | failed)
            continue
        results.append(result)
        rows.append(run_row(run.spec, run.run_id, result.wall_seconds) | more)
    rows.sort(key=lambda row: str(row["run_id"]))
    table = pa.Table.from_pylist(rows, schema=part_schema())
    results.sort(key=lambda result: result.run_id)
    areas, towns = (areas_table(*results), towns_table(*results)) if results else (None, None)
    return payload_of(chunk.stem, table, areas, towns)


def payload_of(stem: str, runs: pa.Table, areas: pa.Table | None, towns: pa.Table | None) -> Payload:
    """Return tables as files. The table of runs holds the hashes of the other two, by which damage is found."""
    held = [b"" if table is None else as_parquet(table) for table in (areas, towns)]
    sums = dict(zip((AREAS_SUM, TOWNS_SUM), (sum_of(one) for one in held), strict=True))
    failed = runs.column("status").to_pylist().count("failed")
    whole = as_parquet(runs.replace_schema_metadata(sums))
    return Payload(stem, whole, held[0], held[1], runs.num_rows - failed, failed)


def sum_of(content: bytes) -> bytes:
    """Return the SHA-256 of a file, in hex; of no file, nothing."""
    return hashlib.sha256(content).hexdigest().encode() if content else b""


def as_parquet(table: pa.Table) -> bytes:
    """Return a table as a Parquet file whose pages carry checksums.

    Only words are worth a dictionary, and only words and days are looked for, so only they have their least and
    greatest value written beside them: the numbers' would be an eighth of a part. Zstandard packs a long column best,
    but takes longer to begin a short one than LZ4 to pack it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = BytesIO()
    words = [field.name for field in table.schema if pa.types.is_string(field.type)]
    sought = words + [field.name for field in table.schema if pa.types.is_date(field.type)]
    packing = "zstd" if table.num_rows > MOST_ROWS_LZ4 else "lz4"
    pq.write_table(
        table, out, compression=packing, use_dictionary=words, write_statistics=sought, write_page_checksum=True
    )
    return out.getvalue()
