#!/bin/sh
# All that only a GPU can say, in a quarter of an hour: `sh tests/gpu.sh FOLDER`, or `make gpu`.
# Each step writes FOLDER/NAME.txt; one that fails, or takes too long, holds up none. PYTHON is the interpreter.
set -u
cd "$(dirname "$0")/.."
out=${1:-build/gpu} python=${PYTHON:-python3} failed=""
mkdir -p "$out"
if ! "$python" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
  echo "$python finds no CUDA device, or no torch." >&2
  exit 2
fi

step() { # step NAME SECONDS COMMAND...
  name=$1 limit=$2
  shift 2
  echo "$name: $*"
  timeout "$limit" "$python" -m "$@" >"$out/$name.txt" 2>&1 || failed="$failed $name ($?)"
}

step doctor 90 inference doctor
step kernels 180 pytest -q tests/inference/networks/test_kernels.py tests/inference/engine/test_step.py
for config in 256 starter; do
  step "bench-$config" 150 inference bench --device cuda --config "$config" --plot "$out"
done
for side in 128 256; do
  step "training-$side" 90 training bench --device cuda --resolution "$side" --precision fp16
done
[ -z "$failed" ] || echo "Failed (exit code; 124 is too long):$failed. See $out." >&2
[ -z "$failed" ]
