"""A sweep whose workers are SLURM jobs. It runs on the login node or in a job of its own, and can be continued.

python docs/slurm/cluster.py letting-grid results
"""

from __future__ import annotations

import sys

from dask_jobqueue import SLURMCluster

from beboersim import Sweep

JOBS = 8  # each with as many workers as it has processors


def cluster() -> SLURMCluster:
    """Return a cluster without jobs; adapt queue, account and hours to yours."""
    return SLURMCluster(
        queue="normal",
        account=None,
        cores=4,
        processes=4,  # one thread a worker: a run uses one
        memory="4GB",
        walltime="08:00:00",
    )


def main() -> None:
    """Run the experiment named first into the folder named second."""
    experiment, out = sys.argv[1:]
    with cluster() as jobs:
        jobs.scale(jobs=JOBS)
        print(Sweep(experiment).run(out, executor="dask", scheduler=jobs.scheduler_address))


if __name__ == "__main__":
    main()
