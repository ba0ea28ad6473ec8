"""What the environment tells a training; `inference.settings`, which a training may not read, has the same rule."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def cache(env: Mapping[str, str] = os.environ) -> Path:
    """Where what is compiled once lies, the CUDA kernels; a user without a home has it in the working folder."""
    if own := env.get("TYPEFACE_CACHE"):
        return Path(own)
    if shared := env.get("XDG_CACHE_HOME"):
        return Path(shared) / "typeface"
    try:
        return Path.home() / ".cache" / "typeface"
    except RuntimeError:
        return Path(".typeface") / "cache"


def ranks(env: Mapping[str, str] = os.environ) -> tuple[int, int, int]:
    """What `torchrun` says: number of this process, of how many, and its number on this machine."""
    return int(env.get("RANK", 0)), int(env.get("WORLD_SIZE", 1)), int(env.get("LOCAL_RANK", 0))
