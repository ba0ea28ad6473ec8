"""From folders to packs that are ready to be served. Imports torch, so commands import it when they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.engine.engine import Engine
from inference.errors import PackError
from inference.packs import loader, manifest
from inference.server.ports import ServedPack


@dataclass(frozen=True)
class Packs:
    """Engines by the name of their pack, and what the server tells of them; the first is the default."""

    engines: dict[str, Engine]
    served: tuple[ServedPack, ...]


def open_packs(folders: Sequence[Path], device: str, width: int) -> Packs:
    """Load packs.

    Raises:
        PackError: one does not load, or two have the same name.
    """
    engines: dict[str, Engine] = {}
    served: list[ServedPack] = []
    for folder in folders:
        pack = loader.load(folder, device)
        name = pack.manifest.name
        if name in engines:
            raise PackError(f"two packs are named {name}")
        engines[name] = Engine(pack, width=width)
        served.append(ServedPack(manifest.info(pack.manifest, default=not served), pack.manifest.cut))
    return Packs(engines, tuple(served))
