"""The steps of an encoder's training; the generator and the loss's features stay as they are."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from inference.engine.likeness import Likeness, Weights
from inference.engine.space import whitened
from inference.networks.encoder.config import EncoderConfig
from inference.networks.encoder.encoder import Encoder
from inference.packs.loader import LoadedPack
from training.augment.camera import framed_and_lit, worn
from training.loops.ema import ema_beta, update_ema
from training.loops.generated import Generated
from training.loops.machine import Machine
from training.loops.part_run import Sheet, Terms
from training.losses.encoder import code_terms, photo_terms
from training.recipes.encoder import EncoderTraining

_COLUMNS = 12


class Photos(Protocol):
    """A source of real pictures `[N, 3, R, R]` in [-1, 1], with labels that are not looked at."""

    def batch(self, size: int) -> tuple[Tensor, Tensor]: ...


class EncoderTrainer:
    """An encoder, its average, its optimiser, and all counters of one run.

    `network` is the encoder's shape; none given: what the generator deserves.
    """

    def __init__(
        self, config: EncoderTraining, pack: LoadedPack, photos: Photos, network: EncoderConfig | None = None
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.pack, self.photos = config, pack, photos
        self.machine = Machine(pack.device)
        self.encoder = self._fresh(network or _shape(pack))
        self.average = copy.deepcopy(self.encoder).eval().requires_grad_(False)
        self.adam = torch.optim.Adam(self.encoder.parameters(), lr=config.rate, betas=config.betas)
        self.generated = Generated(pack)
        self.iteration = 0
        if config.precision == "bfloat16":
            pack.generator.synthesis.use_low_precision(torch.bfloat16, config.low_from)
            pack.features.use_low_precision(torch.bfloat16, config.low_from)
        self._likeness = Likeness(pack.features, Weights(), pack.device, identity=pack.identity)

    @property
    def images_seen(self) -> int:
        return self.iteration * (self.config.photos + self.config.samples)

    def step(self, done: float) -> Terms:
        """One step; `done` is the share of the run that lies behind, 0 to 1."""
        config = self.config
        for group in self.adam.param_groups:
            group["lr"] = rate(config, done)
        terms = self._look_at_photos() | self._look_at_samples()
        torch.autograd.backward(torch.stack(list(terms.values())).sum())
        torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        batch = config.photos + config.samples
        beta = ema_beta(batch, config.ema_kimg, self.images_seen, config.ema_ramp)
        update_ema(self.average, self.encoder, beta)
        self.iteration += 1
        return {name: float(value.detach()) for name, value in terms.items()}

    @torch.no_grad()
    def judge(self, photos: Tensor) -> float:
        """The averaged encoder's mean loss over `photos [N, 3, R, R]`, as they are."""
        losses = [self._unlike(self.render(part), part) for part in torch.split(photos, self.config.photos)]
        return float(torch.cat(losses).mean())

    @torch.no_grad()
    def render(self, photos: Tensor) -> Tensor:
        """What the averaged encoder makes of `photos [N, 3, R, R]`: the generator's pictures."""
        images: Tensor = self.pack.generator.synthesis(self.average(photos), noise="const", force_fp32=True)
        return images

    def sheet(self, photos: Tensor) -> Sheet:
        """Photos above what is made of them."""
        photos = photos[:_COLUMNS]
        return Sheet(torch.cat([photos, self.render(photos)]), len(photos), zoom=2)

    def _look_at_photos(self) -> dict[str, Tensor]:
        photos = self.photos.batch(self.config.photos)[0].to(self.pack.device)
        photos = framed_and_lit(photos)
        places = self._places(worn(photos, self.config.worn))
        codes = self.encoder.mean + places @ self.encoder.basis
        images = self.pack.generator.synthesis(codes, noise="const")
        return photo_terms(self._unlike(images, photos), places, self.config.pull)

    def _look_at_samples(self) -> dict[str, Tensor]:
        if not self.config.samples:
            return {}
        images, codes = self.generated.batch(self.config.samples, self.config.psi, self.config.mixing)
        wanted = torch.linalg.solve(self.encoder.basis, codes - self.encoder.mean, left=False)
        places = self._places(worn(images, self.config.worn))
        variances = self.encoder.basis.square().sum(dim=1)
        return code_terms(places, wanted, variances, self.config.codes)

    def _places(self, images: Tensor) -> Tensor:
        low = self.config.precision == "bfloat16"
        with torch.autocast(images.device.type, torch.bfloat16, enabled=low):
            return self.encoder.places(images)

    def _unlike(self, images: Tensor, photos: Tensor) -> Tensor:
        return self._likeness(images, [self._likeness.goal(photo) for photo in photos])

    def _fresh(self, network: EncoderConfig) -> Encoder:
        encoder = Encoder(network).to(self.pack.device)
        space = whitened(self.pack)
        encoder.mean.copy_(space.mean)
        encoder.basis.copy_(space.basis)
        return encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, as tensors and plain values."""
        return {
            "config": self.config.to_dict(),
            "network": self.encoder.config.to_dict(),
            "iteration": self.iteration,
            "encoder": self.encoder.state_dict(),
            "average": self.average.state_dict(),
            "adam": self.adam.state_dict(),
            "random": self.machine.random_state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        self.take_over(state)
        self.adam.load_state_dict(state["adam"])
        self.iteration = state["iteration"]
        self.machine.set_random_state(state["random"])

    def take_over(self, state: Mapping[str, Any]) -> None:
        """Begin with the averaged encoder of another run; coordinates stay those it was trained in."""
        self.encoder.load_state_dict(state["encoder"])
        self.average.load_state_dict(state["average"])


def rate(config: EncoderTraining, done: float) -> float:
    """The learning rate when a share of the run is done."""
    rise = min(1.0, done / config.warm) if config.warm else 1.0
    return config.rate * max(rise, 0.01) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, done)))


def _shape(pack: LoadedPack) -> EncoderConfig:
    shape = pack.generator.config
    return EncoderConfig.of(shape.resolution, shape.num_ws, shape.w_dim, shape.channel_max)
