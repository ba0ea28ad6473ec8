"""Change a pack that exists: a further network, other latents."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from safetensors.torch import save
from torch import Tensor

from inference.errors import PackError
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

    name: Literal["encoder", "identity", "upscaler"]
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
    with changed(pack, part.name.capitalize(), part.told) as change:
        change.write(part.name, part.weights)
        change.manifest[part.name] = {"config": dict(part.config)}
        change.manifest["provenance"][part.name] = dict(part.provenance)
    return change.version


@dataclass
class Change:
    """A copy of a pack that takes its place when all is done.

    Attributes:
        folder: of the copy.
        manifest: as JSON has it, with a new version; what is put there is written at the end.
        told: text of the card's paragraph on the change.
    """

    folder: Path
    manifest: dict[str, Any]
    told: str

    @property
    def version(self) -> str:
        return str(self.manifest["version"])

    def write(self, name: str, tensors: Mapping[str, Tensor]) -> None:
        """A file of tensors, as the part `name` of the manifest."""
        entry = self.manifest["files"].get(name) or {"path": f"{name}.safetensors"}
        path = self.folder / entry["path"]
        path.write_bytes(save({key: value.contiguous() for key, value in tensors.items()}))
        self.manifest["files"][name] = {"path": entry["path"], "sha256": manifests.sha256(path)}


@contextmanager
def changed(pack: Path, heading: str, told: str = "") -> Iterator[Change]:
    """A pack to be changed: by the body, whole or not at all; its version goes up.

    Args:
        pack: the folder.
        heading: of the card's paragraph on the change, which takes the place of an older one.
        told: its text, where the body does not set it.

    Raises:
        PackError: the pack does not load, before or after the change, or its card is no text; it stays as it was.
        NotWritten: the disk is full, or does not let us; likewise.
    """
    manifests.read(pack)
    with replacing(pack) as fresh:  # from here on nobody else changes it
        manifest = json.loads((pack / manifests.FILE).read_bytes())
        manifest["version"] = bumped(manifest["version"])
        for path in pack.iterdir():
            if path.is_file():
                shutil.copy2(path, fresh)
        change = Change(fresh, manifest, told)
        yield change
        (fresh / manifests.FILE).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        title = f"# {manifest['name']} {change.version}"
        card = _card(_read_card(fresh / CARD), title, heading, change.told)
        (fresh / CARD).write_text(card, encoding="utf-8")
        loader.load(fresh)


def bumped(version: str) -> str:
    """The last number of a version one higher: `0.1.0` to `0.1.1`; `.1` is added to one that ends in none."""
    head, dot, last = version.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdecimal() else f"{version}.1"


def _read_card(path: Path) -> str:
    """Nothing of a pack that has none."""
    try:
        return path.read_text(encoding="utf-8-sig") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise PackError(
            f"{path.parent.name}: {path.name} is not UTF-8 text. Save it as UTF-8 and run again."
        ) from error


def _card(text: str, title: str, heading: str, told: str) -> str:
    """A card with another title, and a paragraph as the last one."""
    first, _, rest = text.strip().partition("\n")
    body = rest if first.startswith("# ") else text
    begins = f"**{heading}.**"
    paragraphs = [each.strip("\n") for each in re.split(r"\n\s*\n", body.strip())]
    kept = [each for each in paragraphs if each and not each.lstrip().startswith(begins)]
    return "\n\n".join([title, *kept, f"{begins} {told}"]) + "\n"
