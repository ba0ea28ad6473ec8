#!/bin/sh
# All that only a GPU can say, in a quarter of an hour: `sh tests/gpu.sh FOLDER`, or `make gpu`.
# Each step writes FOLDER/NAME.txt; one that fails, or takes too long, holds up none. PYTHON is the interpreter.
set -u
mkdir -p "$1"
out=$(cd "$1" && pwd) python=$(command -v "${PYTHON:-python3}") failed=""
case $python in /*) ;; *) python=$PWD/$python ;; esac
cd "$(dirname "$0")/.."
if ! "$python" -c 'import torch; torch.cuda.init()' >"$out/torch.txt" 2>&1; then
  echo "$python finds no CUDA device: $(tail -n 1 "$out/torch.txt")" >&2
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
step training-twice 180 tests.training.twice "$out/twice" 128 --device cuda --minutes 0.25
[ -z "$failed" ] || echo "Failed (exit code; 124 is too long):$failed. See $out." >&2
[ -z "$failed" ]
