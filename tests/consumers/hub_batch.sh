#!/bin/sh
# Stands in for sbatch, squeue, scancel and srun of SLURM on one machine: a job is a process, and its script is kept.
# Linked under the four names into a folder; jobs are in the folder `jobs` beside that.
set -eu
JOBS=$(cd "$(dirname "$0")/../jobs" && pwd)
name=$(basename "$0")
last() { for word in "$@"; do :; done; echo "$word"; }
case $name in
sbatch)
    id=$(($(find "$JOBS" -name '*.sh' | wc -l) + 1))
    cat >"$JOBS/$id.sh"
    # As `--get-user-env` does, with what a user may have in a profile.
    PYTHONPATH=$JOBS/other CONDA_PREFIX=/opt/other setsid bash "$JOBS/$id.sh" >"$JOBS/$id.log" 2>&1 </dev/null &
    echo $! >"$JOBS/$id.pid"
    echo "$id"
    ;;
squeue)
    # squeue -h -j ID -o FORMAT
    if kill -0 "$(cat "$JOBS/$3.pid")" 2>/dev/null; then echo "RUNNING 127.0.0.1"; fi
    ;;
scancel) kill -- "-$(cat "$JOBS/$(last "$@").pid")" ;;
srun) exec "$@" ;;
esac
