"""An average face by projection: every photo of a type into one model, and the mean of what was found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save
from torch import Tensor

from inference.engine.engine import Engine
from inference.errors import TypefaceError
from training.averages.groups import Group, photo
from training.datasets.archive import Archive, Pixels
from training.datasets.entries import Entry
from training.datasets.prepared import Prepared
from training.errors import DataError
from training.writing import whole

Track = Callable[[Iterable[Entry], str], Iterable[Entry]]


@dataclass
class Projector:
    """Projects photos, and remembers what it found in `work`, by photo, model and steps; it holds people's faces.

    Attributes:
        engine: of the base pack.
        work: folder of latents; may be deleted when the averages are done.
        steps: of each projection; None: the engine's own number.
        failed: photos that could not be projected, and why.
    """

    engine: Engine
    work: Path
    steps: int | None = None
    failed: list[tuple[str, str]] = field(default_factory=list)

    def average(self, prepared: Prepared, group: Group, track: Track) -> Tensor:
        """`[num_ws, w_dim]`: the mean over the group's photos.

        Raises:
            DataError: none of them could be projected.
        """
        with Archive(prepared.path) as archive:
            found = list(self._latents(archive, track(group.entries, group.name)))
        if not found:
            raise DataError(f"no photo of {group.name} could be projected")
        return torch.stack(found).mean(dim=0)

    def latent(self, pixels: Tensor) -> Tensor:
        """`[num_ws, w_dim]` of a picture `[3, R, R]` in [-1, 1]."""
        shown = (pixels.permute(1, 2, 0) * 127.5 + 128).clamp(0, 255).to(torch.uint8).numpy()
        search = self.engine.start([shown], self.steps)
        while not search.done:
            self.engine.advance([search])
        return search.latent().detach().cpu()

    def _latents(self, archive: Archive, entries: Iterable[Entry]) -> Iterator[Tensor]:
        for entry in entries:
            try:
                yield self._one(archive, entry)
            except TypefaceError as error:
                self.failed.append((entry.file, str(error)))

    def _one(self, archive: Archive, entry: Entry) -> Tensor:
        pixels = photo(archive, entry, self.engine.pack.manifest.resolution)
        path = self._place(pixels)
        if (known := _read(path)) is not None:
            return known
        found = self.latent(torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 127.5 - 1)
        with whole(path) as file:
            file.write(save({"latent": found}))
        return found

    def _place(self, pixels: Pixels) -> Path:
        steps = self.engine.steps if self.steps is None else self.steps
        model = self.engine.pack.manifest.files.generator.sha256[:12]
        name = hashlib.sha256(pixels.tobytes()).hexdigest()
        return self.work / f"{model}-{steps}" / f"{name}.latent"


def _read(path: Path) -> Tensor | None:
    """A latent that was found before; none where there is no whole one."""
    try:
        return load_tensors(path.read_bytes())["latent"]
    except (OSError, SafetensorError, KeyError):
        return None
