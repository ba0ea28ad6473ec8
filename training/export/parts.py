"""Put a further network into a pack that exists."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from safetensors.torch import save
from torch import Tensor

from inference.packs import loader
from inference.packs import manifest as manifests
from training.export.replacing import replacing

CARD = "CARD.md"


@dataclass(frozen=True, slots=True)
class NewPart:
    """A network of a pack.

    Attributes:
        name: of the manifest's part and of the file.
        config: as its builder takes it.
        weights: in the precision that they are written in.
        provenance: what the manifest tells of its training, plain values.
        told: what the card tells of it, in a sentence or two.
    """

    name: Literal["encoder", "identity"]
    config: Mapping[str, Any]
    weights: Mapping[str, Tensor]
    provenance: Mapping[str, Any]
    told: str

    @property
    def file(self) -> str:
        return f"{self.name}.safetensors"


def add_part(pack: Path, part: NewPart) -> str:
    """Write a network into a pack, in the place of the one it had; the pack's new version.

    Raises:
        PackError: the pack does not load, or the network is not of its shape; the pack stays as it was.
    """
    manifests.read(pack)
    told = json.loads((pack / manifests.FILE).read_bytes())
    version = told["version"] = bumped(told["version"])
    with replacing(pack) as fresh:
        for path in pack.iterdir():
            if path.is_file():
                shutil.copy2(path, fresh)
        (fresh / part.file).write_bytes(save(dict(part.weights)))
        told["files"][part.name] = {"path": part.file, "sha256": manifests.sha256(fresh / part.file)}
        told[part.name] = {"config": dict(part.config)}
        told["provenance"][part.name] = dict(part.provenance)
        (fresh / manifests.FILE).write_text(json.dumps(told, indent=1), encoding="utf-8")
        if (fresh / CARD).exists():
            text = (fresh / CARD).read_text(encoding="utf-8")
            title = f"# {told['name']} {version}"
            (fresh / CARD).write_text(_card(text, title, part), encoding="utf-8")
        loader.load(fresh)
    return str(version)


def bumped(version: str) -> str:
    """The last number of a version one higher: `0.1.0` to `0.1.1`; `.1` is added to one that ends in none."""
    head, dot, last = version.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdecimal() else f"{version}.1"


def _card(text: str, title: str, part: NewPart) -> str:
    """A card with another title, and its paragraph on the part as the last one."""
    begins = f"**{part.name.capitalize()}.**"
    body = [paragraph for paragraph in text.strip().split("\n\n")[1:] if not paragraph.startswith(begins)]
    return "\n\n".join([title, *body, f"{begins} {part.told}"]) + "\n"
