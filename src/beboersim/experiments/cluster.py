"""The same chunks on a dask cluster: workers compute wherever they are, the process that asked writes.

A worker that is lost is replaced by dask, and its chunk done again; a chunk that has cost too many workers becomes
failed rows. Workers read nothing of the folder, so no file system need be shared.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from beboersim.errors import InputError
from beboersim.experiments.chunks import Chunk, Payload, do_chunk

if TYPE_CHECKING:
    from beboersim.experiments.pool import Heard

AHEAD = 3  # chunks with a cluster for each of its threads: enough to keep them busy, and few to hold results of
PATIENCE = 30  # seconds to wait for a scheduler


def do_chunk_there(chunk: Chunk) -> Payload:
    """Do a chunk on a worker of a cluster, with one thread."""
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    return do_chunk(chunk)


def in_cluster(chunks: Sequence[Chunk], scheduler: str | None, workers: int) -> Iterator[Heard]:
    """Do chunks on the cluster at an address, or on one of this machine if none is given; yield what they gave."""
    try:
        from distributed import Client, KilledWorker, LocalCluster, as_completed
    except ModuleNotFoundError:
        raise InputError("--executor dask needs dask, which is not installed: pip install 'beboersim[dask]'.") from None
    from beboersim.experiments.pool import Heard

    with ExitStack() as held:
        if scheduler is None:
            cluster: Any = held.enter_context(
                LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)
            )
            address = cluster
        else:
            address = scheduler
        try:
            client = held.enter_context(Client(address, timeout=PATIENCE, set_as_default=False))
        except (OSError, ValueError) as error:
            raise InputError(f"--scheduler {scheduler}: no dask scheduler answers there ({error}).") from None
        waiting = iter(chunks)
        asked: dict[Any, Chunk] = {}
        done = as_completed(loop=client.loop, raise_errors=False)

        def ask() -> bool:
            chunk = next(waiting, None)
            if chunk is not None:
                future = client.submit(do_chunk_there, chunk, pure=False, retries=0)
                asked[future] = chunk
                done.add(future)
            return chunk is not None

        threads = max(1, sum(client.nthreads().values()))
        for _ in range(AHEAD * threads):
            if not ask():
                break
        for future in done:
            chunk = asked.pop(future)
            lost = future.exception()
            if lost is None:
                yield Heard(payload=future.result())
            elif isinstance(lost, KilledWorker):
                said = f"The workers that ran it were lost: {lost}"
                yield Heard(payload=do_chunk(chunk._replace(given_up={run.run_id: said for run in chunk.runs})))
            else:
                raise lost
            future.release()
            ask()
