#!/bin/sh
# Builds both images with docker, podman or buildah, whichever works here. Arguments go to each build.
# TYPEFACE_DEVICE=cuda builds the inference server for GPUs.
set -eu
cd "$(dirname "$0")/.."

for tool in docker podman buildah none; do
  if "$tool" info >/dev/null 2>&1; then break; fi
done
case $tool in
  none) echo "docker, podman or buildah is needed, and none of them works here." >&2; exit 1 ;;
  buildah) set -- --layers "$@" ;; # the others keep layers unasked
esac

build() { # build TARGET IMAGE [ARGUMENT]...
  target=$1 image=$2
  shift 2
  echo "$tool builds $image"
  "$tool" build --file docker/Dockerfile --target "$target" --tag "$image" "$@" .
}

build bot typeface-bot "$@"
case ${TYPEFACE_DEVICE:-cpu} in
  cuda) build inference-cuda typeface-inference-cuda --build-arg TORCH_INDEX= "$@" ;;
  *) build inference typeface-inference "$@" ;;
esac
