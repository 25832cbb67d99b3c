#!/bin/bash
# A Slurm cluster of two nodes on this machine, without systemd, to try jobs on: no root needed.
#   scripts/slurm_here.sh start FOLDER   says what to export; FOLDER receives its state and logs
#   scripts/slurm_here.sh stop FOLDER
# Needs slurmctld, slurmd, slurm-client and munge (Debian).
set -euo pipefail
if [[ ${1:-} != start && ${1:-} != stop ]] || [[ -z ${2:-} ]]; then
  sed -n '2,5p' "$0" >&2
  exit 2
fi
export PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$2"
dir=$(cd "$2" && pwd)
export SLURM_CONF=$dir/slurm.conf

stop() { # the nodes first, the keys last
  local name pid
  for name in n1 n2 ctld munged; do
    if [[ ! -f $dir/$name.pid ]]; then continue; fi
    pid=$(cat "$dir/$name.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do
      if ! kill -0 "$pid" 2>/dev/null; then break; fi
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    rm -f "$dir/$name.pid"
  done
}
if [[ $1 == stop ]]; then
  stop
  exit
fi

for program in munged slurmctld slurmd sinfo; do
  if ! command -v $program >/dev/null; then
    echo "slurm_here: $program is missing; apt-get install slurmctld slurmd slurm-client munge" >&2
    exit 1
  fi
done
host=$(hostname -s)
port=$((10000 + RANDOM % 8000))
mkdir -p "$dir/munge" "$dir/state" "$dir/spool-n1" "$dir/spool-n2"
chmod 755 "$dir" "$dir/munge"
rm -f "$dir/munge/key"
head -c 1024 /dev/urandom >"$dir/munge/key"
chmod 400 "$dir/munge/key"
cat >"$SLURM_CONF" <<END
ClusterName=here
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
SlurmctldPort=$port
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd-%n.pid
SlurmctldLogFile=$dir/ctld.log
SlurmdLogFile=$dir/slurmd-%n.log
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
ReturnToService=2
KillWait=5
RequeueExit=85
NodeName=n[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 2))] CPUs=1 RealMemory=1000 State=UNKNOWN
PartitionName=here Nodes=n[1-2] Default=YES State=UP OverSubscribe=YES
END
start() { # NAME COMMAND...
  local name=$1
  shift
  setsid "$@" >"$dir/$name.out" 2>&1 </dev/null &
  echo $! >"$dir/$name.pid"
}
trap 'stop' ERR
start munged munged --foreground --force --socket="$dir/munge/socket" --key-file="$dir/munge/key" \
  --pid-file="$dir/munge/pid" --log-file="$dir/munge/log" --seed-file="$dir/munge/seed"
for _ in $(seq 100); do
  if [[ -S $dir/munge/socket ]]; then break; fi
  sleep 0.1
done
start ctld slurmctld -D -f "$SLURM_CONF"
start n1 slurmd -D -N n1 -f "$SLURM_CONF"
start n2 slurmd -D -N n2 -f "$SLURM_CONF"
for _ in $(seq 300); do
  if [[ $(sinfo -h -N -o %T 2>/dev/null | grep -c idle) == 2 ]]; then
    echo "export SLURM_CONF=$SLURM_CONF"
    exit 0
  fi
  sleep 0.1
done
echo "slurm_here: the nodes do not come up; see the logs in $dir" >&2
stop
exit 1
