"""The server's settings, read once from the environment (flags win) and passed on as a frozen value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

STARTER = Path(__file__).parent / "starter"
MEGABYTE = 1024 * 1024


class SettingsError(Exception):
    """A setting cannot be used; the message is one sentence that says what to do."""


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Settings:
    """What the inference server is told.

    Attributes:
        packs: folders; the first is the default pack.
        width: how many projections advance together. On a CPU a wider batch gains nothing.
        queue: how many projections may wait; more are refused with 429.
        renders: how many pictures may wait; more are refused with 429.
        uploads: how many uploads are read at once, which bounds their memory; others wait for a place.
        threads: of the device; a 64 px network runs twice as fast on one as on two, from 128 px on all cores pay.
        photo_threads: how many photos are decoded and aligned at once.
        body_bytes: the most that a photo may have.
        upload_seconds: how long an upload may wait for its place, and then take.
        keep_seconds: for how long a finished job is kept that its client does not fetch and delete.
        keep_jobs: how many finished jobs are kept at most.
        orphan_seconds: how long a job runs on when nobody follows its events or asks for it.
        drain_seconds: how long running jobs may go on when the server is told to stop.
    """

    host: str = "127.0.0.1"
    port: int = 8300
    token: str | None = field(default=None, repr=False)
    packs: tuple[Path, ...] = (STARTER,)
    device: str = "cpu"
    threads: int = 1
    width: int = 1
    queue: int = 32
    renders: int = 64
    uploads: int = 8
    photo_threads: int = field(default_factory=lambda: max(1, cores() // 2))
    body_bytes: int = 20 * MEGABYTE
    upload_seconds: float = 60
    keep_seconds: float = 60
    keep_jobs: int = 256
    orphan_seconds: float = 10
    drain_seconds: float = 20

    def __post_init__(self) -> None:
        if not 0 <= self.port < 65536:
            raise SettingsError(f"The port must be between 0 and 65535, not {self.port}.")
        for name in ("threads", "width", "queue", "renders", "uploads", "photo_threads"):
            if getattr(self, name) < 1:
                raise SettingsError(f"The setting {name} must be 1 or more.")
        if self.drain_seconds < 0:
            raise SettingsError("The setting drain_seconds must be 0 or more.")
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


def load(env: Mapping[str, str], **flags: Any) -> Settings:
    """Settings from `env`, with every flag that was given in place.

    Raises:
        SettingsError: a value cannot be used.
    """
    prefix = "TYPEFACE_INFERENCE_"
    packs = tuple(Path(p) for p in env.get(prefix + "PACKS", "").split(os.pathsep) if p)
    names = ("port", "threads", "width", "queue", "drain_seconds")
    found: dict[str, Any] = {name: _whole(env, prefix + name.upper()) for name in names}
    found |= {name: env.get(prefix + name.upper()) or None for name in ("host", "device")}
    found |= {"packs": packs or None, "token": _token(env)}
    given = {name: value for name, value in flags.items() if value is not None}
    return Settings(**{name: value for name, value in (found | given).items() if value is not None})


def environment() -> Mapping[str, str]:
    """The process environment."""
    return os.environ


def wait_passively() -> None:
    """Before torch loads: let idle OpenMP threads sleep; spinning ones make a busy box 7 times slower."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
