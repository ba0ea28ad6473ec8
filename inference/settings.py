"""The server's settings, read once from the environment (flags win) and passed on as a frozen value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, get_args

STARTER = Path(__file__).parent / "starter"
MEGABYTE = 1024 * 1024
Precision = Literal["auto", "fp32", "bf16"]
Cuda = Literal["fast", "plain"]


class SettingsError(Exception):
    """A setting cannot be used; the message is one sentence that says what to do."""


def own_cache() -> Path:
    """Where this user's caches lie; a user without a home has them in the working folder."""
    try:
        return Path.home() / ".cache" / "typeface"
    except RuntimeError:
        return Path(".typeface") / "cache"


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Settings:
    """What the inference server is told.

    Attributes:
        packs: folders; the first is the default pack.
        pack_dir: a folder whose subfolders are packs too, read again on SIGHUP and for a pack that is not known.
        memory_mb: how much of each device's memory packs may take, by estimate; the least recently used one goes first.
        device: `auto` (every GPU, or else the CPU), `cpu`, `cuda` (every GPU), or names such as `cuda:0,cuda:1`.
        devices: what `device` stands for; one worker each.
        precision: of the networks: `auto`, `fp32`, or `bf16`.
        cuda: `fast`, or `plain`: torch's own operations, one by one, without the project's kernels and without graphs.
        width: how many projections advance together. On a CPU a wider batch gains nothing.
        queue: how many projections may wait; more are refused with 429.
        renders: how many pictures may wait; more are refused with 429.
        uploads: how many uploads are read at once, which bounds their memory; others wait for a place.
        threads: of the device; a 64 px network runs twice as fast on one as on two, from 128 px on all cores pay.
        photo_threads: how many photos are decoded and aligned at once.
        body_bytes: the most that the photos of one request may have.
        upload_seconds: how long an upload may wait for its place, and then take.
        stall_seconds: how long an upload may send nothing.
        keep_seconds: for how long a finished job is kept that its client does not fetch and delete.
        keep_jobs: how many finished jobs are kept at most.
        orphan_seconds: how long a job runs on that nobody asks for, and whose events nobody has opened yet.
        hangup_seconds: how long a job runs on when its last stream of events has broken off; time to take it up again.
        drain_seconds: how long running jobs may go on when the server is told to stop.
        lpips: file of LPIPS-VGG weights, which then are a term of the projections' loss.
        cache: folder of what is compiled once, the CUDA kernels.
        told: which of these somebody gave; `inference.commands.loading.settled` may choose the others.
    """

    host: str = "127.0.0.1"
    port: int = 8300
    token: str | None = field(default=None, repr=False)
    packs: tuple[Path, ...] = (STARTER,)
    pack_dir: Path | None = None
    memory_mb: int = 4096
    device: str = "cpu"
    devices: tuple[str, ...] = ()
    precision: Precision = "auto"
    cuda: Cuda = "fast"
    threads: int = 1
    width: int = 1
    queue: int = 32
    renders: int = 64
    uploads: int = 8
    photo_threads: int = field(default_factory=lambda: max(1, cores() // 2))
    body_bytes: int = 20 * MEGABYTE
    upload_seconds: float = 60
    stall_seconds: float = 5
    keep_seconds: float = 60
    keep_jobs: int = 256
    orphan_seconds: float = 10
    hangup_seconds: float = 1
    drain_seconds: float = 20
    lpips: Path | None = None
    cache: Path = field(default_factory=own_cache)
    told: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 0 <= self.port < 65536:
            raise SettingsError(f"The port must be between 0 and 65535, not {self.port}.")
        for name in ("threads", "width", "queue", "renders", "uploads", "photo_threads", "memory_mb"):
            if getattr(self, name) < 1:
                raise SettingsError(f"The setting {name} must be 1 or more.")
        if self.drain_seconds < 0:
            raise SettingsError("The setting drain_seconds must be 0 or more.")
        if self.precision not in get_args(Precision):
            raise SettingsError(f"The precision is one of {', '.join(get_args(Precision))}.")
        if self.cuda not in get_args(Cuda):
            raise SettingsError(f"The setting cuda is one of {', '.join(get_args(Cuda))}.")
        if not self.packs:
            raise SettingsError("Give at least one pack.")
        if self.token is None and not loopback(self.host):
            raise SettingsError(
                f"Listening on {self.host} lets other machines in: set TYPEFACE_INFERENCE_TOKEN first, "
                "or give --token-file."
            )


def loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_token(path: Path) -> str:
    """The bearer token in a file.

    Raises:
        SettingsError: the file cannot be read, or is empty.
    """
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The token file {path} cannot be read.") from None
    if not token:
        raise SettingsError(f"The token file {path} is empty.")
    return token


def _token(env: Mapping[str, str]) -> str | None:
    if path := env.get("TYPEFACE_INFERENCE_TOKEN_FILE"):
        return read_token(Path(path))
    return env.get("TYPEFACE_INFERENCE_TOKEN") or None


def _whole(env: Mapping[str, str], name: str) -> int | None:
    text = env.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise SettingsError(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def _path(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]) if env.get(name) else None


def _cache(env: Mapping[str, str]) -> Path | None:
    if own := env.get("TYPEFACE_CACHE"):
        return Path(own)
    shared = env.get("XDG_CACHE_HOME")
    return Path(shared) / "typeface" if shared else None


def load(env: Mapping[str, str], **flags: Any) -> Settings:
    """Settings from `env`, with every flag that was given in place.

    Raises:
        SettingsError: a value cannot be used.
    """
    prefix = "TYPEFACE_INFERENCE_"
    packs = tuple(Path(p) for p in env.get(prefix + "PACKS", "").split(os.pathsep) if p)
    names = ("port", "threads", "width", "queue", "memory_mb", "drain_seconds")
    found: dict[str, Any] = {name: _whole(env, prefix + name.upper()) for name in names}
    found |= {
        name: env.get(prefix + name.upper()) or None for name in ("host", "device", "precision", "cuda")
    }
    found |= {name: _path(env, prefix + name.upper()) for name in ("pack_dir", "lpips")}
    found |= {"packs": packs or None, "token": _token(env), "cache": _cache(env)}
    given = {name: value for name, value in flags.items() if value is not None}
    told = {name: value for name, value in (found | given).items() if value is not None}
    if "pack_dir" in told and not told["pack_dir"].is_dir():
        raise SettingsError(
            f"The folder of packs {told['pack_dir']} does not exist: make it, or name another."
        )
    return Settings(**told, told=frozenset(told))


def environment() -> Mapping[str, str]:
    """The process environment."""
    return os.environ


def wait_passively() -> None:
    """Before torch loads: let idle OpenMP threads sleep; spinning ones make a busy box 7 times slower."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
