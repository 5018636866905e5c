"""Worker processes on this machine. They compute and hand back; the parent writes.

Each is started afresh (spawn), uses one thread, never imports Mesa, and ends when its parent is gone, however the
parent ended. A worker that dies is replaced and its chunk done again; a run that has ended so many workers is given up
and becomes a failed row.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, NamedTuple

from beboersim.experiments.chunks import Chunk, Payload, do_chunk

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

MOST_DEATHS = 3  # of workers, on one run
Work = Callable[[Chunk, Callable[[str], None]], Payload]


class Worker:
    """A process, what it does now, and the run it is at."""

    def __init__(self, work: Work) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_serve, args=(theirs, work), daemon=True)
        self.process.start()
        theirs.close()
        self.chunk: Chunk | None = None
        self.at: str | None = None

    def give(self, chunk: Chunk) -> None:
        """Have a chunk done."""
        self.chunk, self.at = chunk, None
        # A worker that is dead already is found by its sentinel.
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(chunk)

    def stop(self) -> None:
        """End it at once: it holds nothing that is not written."""
        self.process.kill()
        self.process.join()
        self.connection.close()
        self.process.close()


class Heard(NamedTuple):
    """What the pool has to say: a run has begun, or a chunk is done."""

    begun: str | None = None
    payload: Payload | None = None


def in_processes(
    chunks: Sequence[Chunk], workers: int, compiled: bool = True, work: Work = do_chunk
) -> Iterator[Heard]:
    """Do chunks in processes of this machine, and yield what is heard of them; payloads come in any order.

    Until kernels are compiled, one worker goes ahead alone and the others start when its first chunk is done.
    """
    waiting = deque(chunks)
    deaths: Counter[str] = Counter()
    wanted = max(1, min(workers, len(waiting)))
    crew: list[Worker] = []
    try:
        while waiting or any(worker.chunk for worker in crew):
            while len(crew) < (wanted if compiled else 1) and len(crew) < _busy(crew) + len(waiting):
                crew.append(Worker(work))
            for worker in crew:
                if worker.chunk is None and waiting:
                    worker.give(waiting.popleft())
            ready = wait([worker.connection for worker in crew])
            for worker in [one for one in crew if one.connection in ready]:
                heard = _listen(worker)
                if heard is not None:
                    compiled = compiled or heard.payload is not None
                    # It goes on at once, and what it gave is written meanwhile.
                    if worker.chunk is None and waiting:
                        worker.give(waiting.popleft())
                    yield heard
                    continue
                crew.remove(worker)
                if worker.chunk is not None:
                    waiting.appendleft(_after_death(worker, deaths))
                worker.stop()
    finally:
        for worker in crew:
            worker.stop()


def _busy(crew: Sequence[Worker]) -> int:
    return sum(worker.chunk is not None for worker in crew)


def _listen(worker: Worker) -> Heard | None:
    """Read what a worker has sent; None when it has died."""
    try:
        said = worker.connection.recv()
    except (EOFError, ConnectionResetError):
        return None
    if isinstance(said, str):
        worker.at = said
        return Heard(begun=said)
    worker.chunk = worker.at = None
    return Heard(payload=said)


def _after_death(worker: Worker, deaths: Counter[str]) -> Chunk:
    """Return the chunk of a worker that died, to be done again without a run that has cost too many."""
    worker.process.join()
    chunk = worker.chunk
    assert chunk is not None
    at = worker.at or chunk.runs[0].run_id
    deaths[at] += 1
    if deaths[at] < MOST_DEATHS:
        return chunk
    code = worker.process.exitcode or 0
    how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    said = f"The process that ran it ended with {how}, {deaths[at]} times. It may need more memory than there is."
    return chunk._replace(given_up={**chunk.given_up, at: said})


class WithoutPandas(MetaPathFinder):
    """Have nothing import pandas. Arrow does whenever it can, for what no worker uses, and it takes 35 MB."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Refuse pandas, and leave all else to others."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def _serve(connection: Connection, work: Work) -> None:
    """Do chunks until the parent has no more."""
    from beboersim.experiments.runs import begin_worker

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends the workers
    # Read when pyarrow is first imported, which is after this: small tables need neither its threads nor its pool.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    sys.meta_path.insert(0, WithoutPandas())
    begin_worker()
    import pyarrow as pa

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    while True:
        try:
            chunk: Chunk = connection.recv()
        except EOFError:
            return
        connection.send(work(chunk, connection.send))
