#!/bin/bash
# An array of jobs that share one folder: each runs its part of the experiment. Give the same line again to go on.
#   sbatch docs/slurm/array.sh letting-grid results
#SBATCH --job-name=beboersim
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=08:00:00
set -euo pipefail
beboersim sweep "$1" --out "$2" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --workers "$SLURM_CPUS_PER_TASK"
