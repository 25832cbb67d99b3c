#!/bin/bash
#SBATCH --job-name=train_facediff
#SBATCH --output=train_facediff-%j.log
#SBATCH --open-mode=append
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=1
#SBATCH --signal=USR1@120
#SBATCH --requeue
# The reference's `sbatch train_facediff.sh`: stage 1, the motion prior, then stage 2, latent diffusion
# over it, on datasets/mead, into runs/prior and outputs/model_vae_diffusion. Words after it go to
# both stages; scripts/train_slurm.sh trains one stage, with words of its own.
#   sbatch --gpus-per-task=1 train_facediff.sh
set -u
if [[ -z ${SLURM_JOB_ID:-} ]]; then
  echo "train_facediff: not in a Slurm job; give it to sbatch" >&2
  exit 2
fi
cd "${SLURM_SUBMIT_DIR:-.}" || exit 1
words=(--model face_diffuser --dataset mead "$@")
if [[ " $* " != *" --max"[_-]"epoch"[\ =]* ]]; then words+=(--max_epoch 100); fi
bash scripts/train_slurm.sh "${words[@]}" || exit $?
exec bash scripts/train_slurm.sh "${words[@]}" --save_path outputs/model_vae_diffusion
