#!/bin/bash
#SBATCH --job-name=flowtalk
#SBATCH --output=flowtalk-%j.log
#SBATCH --open-mode=append
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=1
#SBATCH --signal=USR1@120
#SBATCH --requeue
# Trains one stage as a Slurm job, a rank per task, and goes on by itself after the time limit, a
# preemption or the loss of a rank:
#   sbatch --nodes=2 --ntasks-per-node=4 --cpus-per-task=8 --gpus-per-task=1 --time=4:00:00 \
#     scripts/train_slurm.sh prior --dataset /data/mead --out runs/prior
# The words after the script are those of `flowtalk train`; --resume is added. The folders must be
# the same on all nodes. Environment: FLOWTALK_TRAIN (the program: by default flowtalk-train of the
# PATH, else build/release/bin/flowtalk-train here), FLOWTALK_RESTARTS (5: lost ranks and crashes
# that are gone on after; stops that were asked for do not count).
set -u
if [[ -z ${SLURM_JOB_ID:-} ]]; then
  echo "train_slurm: not in a Slurm job; give it to sbatch, as its first lines show" >&2
  exit 2
fi
cd "${SLURM_SUBMIT_DIR:-.}" || exit 1
program=${FLOWTALK_TRAIN:-$(command -v flowtalk-train || echo build/release/bin/flowtalk-train)}
if [[ ! -x $program ]]; then
  echo "train_slurm: no program at $program; set FLOWTALK_TRAIN" >&2
  exit 2
fi

# 85: it stopped as it was asked to, or lost a rank, and can go on; Slurm says 128 + the signal of a
# rank that was killed. What else fails would fail again. Ranks end by themselves where one is gone,
# and say which: --kill-on-bad-exit would not let them.
srun --kill-on-bad-exit=0 --wait=30 "$program" "$@" --resume
code=$?
if ((code != 85 && code < 128)); then exit $code; fi
if ((code != 85 && ${SLURM_RESTART_COUNT:-0} >= ${FLOWTALK_RESTARTS:-5})); then
  echo "train_slurm: lost a rank for the ${SLURM_RESTART_COUNT}th time; it is given up" >&2
  exit 1
fi
if scontrol show config | grep -q -E '^RequeueExit +=.*\<85\>'; then exit 85; fi
scontrol requeue "$SLURM_JOB_ID" && sleep 60 # it ends us
exit 85
