"""The engine: expressions to latents, latents to pixels, photos to latents. It keeps nothing of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from inference.engine import latents
from inference.engine.effort import steps_within
from inference.engine.faces import Faces
from inference.engine.likeness import Likeness, Weights
from inference.engine.projection import Projection, Schedule, Space, to_image, to_pixels, update
from inference.packs.loader import LoadedPack
from inference.wire import Face, FacePicture, LatentFace, Picture, SeedFace

_SAMPLES = 4096  # of the mapping network, to learn how latents spread


@dataclass(frozen=True)
class ProjectionSettings:
    """How photos are projected.

    Attributes:
        milliseconds: what a projection may take on two cores, where its steps are not given.
        bank: how many people the start is chosen from, beside the means.
        schedule: of the optimiser.
        weights: of the loss.
    """

    milliseconds: float = 6000
    bank: int = 64
    schedule: Schedule = field(default_factory=Schedule)
    weights: Weights = field(default_factory=Weights)


class Engine:
    """One pack at work. Call it from one thread.

    Every pass runs at one fixed width, empty places filled up: a result never depends on who shares it.
    """

    def __init__(
        self,
        pack: LoadedPack,
        seed: int = 0,
        *,
        width: int | None = None,
        projection: ProjectionSettings | None = None,
    ) -> None:
        self.pack = pack
        self.width = width or (1 if pack.device.type == "cpu" else 8)
        self.settings = projection or ProjectionSettings()
        self._faces = Faces(pack)
        self._seed = seed
        self._likeness = Likeness(pack.features, self.settings.weights, pack.device)
        self._space = self._whitened()

    @property
    def steps(self) -> int:
        """The steps of a projection whose request names none."""
        features = self.pack.manifest.features
        return steps_within(self.settings.milliseconds, self.pack.generator.config, features.blocks)

    def latent(self, face: Face) -> Tensor:
        """[num_ws, w_dim] of an expression; see `Faces.latent` for what it raises."""
        return self._faces.latent(face)

    def encode_latent(self, latent: Tensor) -> LatentFace:
        return latents.encode(latent)

    @torch.inference_mode()
    def render(self, codes: Tensor) -> NDArray[np.uint8]:
        """`codes [N, num_ws, w_dim]` as [N, R, R, 3] uint8, the same every time."""
        parts = [self._synthesise(codes[i : i + self.width]) for i in range(0, len(codes), self.width)]
        return to_pixels(torch.cat(parts))

    def picture(self, picture: Picture) -> NDArray[np.uint8]:
        """[R, R, 3] uint8 of an expression."""
        match picture:
            case FacePicture():
                pixels: NDArray[np.uint8] = self.render(self.latent(picture.face)[None])[0]
                return pixels

    def start(self, photo: NDArray[np.uint8], steps: int = 0) -> Projection:
        """Begin to look for the latent of `photo [R, R, 3]`; `steps` 0 stands for the settings' number."""
        side = self.pack.manifest.resolution
        assert photo.shape == (side, side, 3), "photo is [R, R, 3]"
        goal = self._likeness.goal(to_image(photo).to(self.pack.device))
        codes, images = self._bank
        nearest = int(self._likeness.rough(images, goal).argmin())
        zero = torch.zeros_like(codes[nearest])
        return Projection(
            goal=goal,
            space=self._space,
            steps=steps or self.steps,
            place=self._space.places(codes[nearest]),
            first=zero,
            second=zero,
            seen=images[nearest],
        )

    def advance(self, slots: Sequence[Projection]) -> None:
        """One optimisation step of each; whoever is done stays as he is."""
        going = [slot for slot in slots if not slot.done]
        for i in range(0, len(going), self.width):
            self._advance(going[i : i + self.width])

    def _advance(self, slots: Sequence[Projection]) -> None:
        """One forward and backward pass at the fixed width; empty places repeat the first slot."""
        filled = [*slots, *[slots[0]] * (self.width - len(slots))]
        places = torch.stack([slot.place for slot in filled]).requires_grad_()  # [N, num_ws, w_dim]
        images = self._forward(self._space.latents(places))
        pull = self.settings.schedule.pull * places.square().mean(dim=(1, 2))
        losses = self._likeness(images, [slot.goal for slot in filled]) + pull
        (gradients,) = torch.autograd.grad(losses.sum(), places)
        for slot, gradient, image, loss in zip(
            slots, gradients, images.detach(), losses.tolist(), strict=False
        ):
            update(slot, gradient, self.settings.schedule)
            slot.seen, slot.loss = image.clone(), loss

    def _forward(self, codes: Tensor) -> Tensor:
        """`codes [N, num_ws, w_dim]` to [N, 3, R, R], about [-1, 1]."""
        on_cpu = self.pack.device.type == "cpu"
        images: Tensor = self.pack.generator.synthesis(codes, noise="const", force_fp32=on_cpu)
        return images

    def _synthesise(self, codes: Tensor) -> Tensor:
        """The same for at most `width` codes, at the fixed width."""
        missing = self.width - len(codes)
        filled = torch.cat([codes, codes[:1].expand(missing, -1, -1)]) if missing else codes
        return self._forward(filled)[: len(codes)]

    @cached_property
    def _bank(self) -> tuple[Tensor, Tensor]:
        """Faces that a projection may begin at, the means and people by seed: latents and pictures."""
        people = [SeedFace(seed=seed, psi=0.7) for seed in range(self._seed, self._seed + self.settings.bank)]
        codes = [*self.pack.means.values(), *[self.latent(person) for person in people]]
        stacked = torch.stack(codes)
        with torch.no_grad():
            parts = [self._synthesise(stacked[i : i + self.width]) for i in range(0, len(codes), self.width)]
        return stacked, torch.cat(parts)

    def _whitened(self) -> Space:
        """How latents of the mapping network spread."""
        config = self.pack.generator.config
        z = torch.from_numpy(np.random.RandomState(self._seed).randn(_SAMPLES, config.z_dim)).to(
            self.pack.device
        )
        c = None
        if config.c_dim:
            c = F.one_hot(torch.arange(_SAMPLES, device=z.device) % config.c_dim, config.c_dim).float()
        with torch.no_grad():
            w = self.pack.generator.mapping.codes(z, c)
        mean = w.mean(dim=0)
        _, sizes, axes = torch.linalg.svd(w - mean, full_matrices=False)
        deviations = sizes.clamp_min(1e-4 * sizes[0]) / _SAMPLES**0.5  # an axis of no length has no inverse
        return Space(mean, axes * deviations[:, None])
