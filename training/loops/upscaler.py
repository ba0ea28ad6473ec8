"""The steps of an upscaler's training, and of the discriminator that it is trained against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from inference.networks.stylegan2.config import DiscriminatorConfig
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.upscaler import Upscaler, UpscalerConfig, enlarged
from inference.packs.loader import LoadedPack
from training.loops.freezing import still
from training.loops.part import Losses, PartTrainer, Photos, Sheet
from training.losses.adversarial import discriminator_terms, generator_terms
from training.losses.r1 import r1_terms
from training.losses.upscaler import apart, shrunk, softened
from training.recipes.upscaler import UpscalerTraining
from training.watching.seen import forked

_COLUMNS, _SHOWN = 6, 256
_TOGETHER = 8  # pictures that are judged at once


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Large pictures of a batch: of `photos [n, 3, s, s]`, and of `samples [m, 3, R, R]`, n + m in all."""

    large: Tensor
    photos: Tensor
    samples: Tensor


class UpscalerTrainer(PartTrainer):
    """An upscaler's training, with the discriminator's.

    `photos` are archives, each of pictures of one size; one at a time teaches, drawn by lot. `network` is the
    upscaler's shape; none given: the usual one.
    """

    name = "upscaler"
    config: UpscalerTraining

    def __init__(
        self,
        config: UpscalerTraining,
        pack: LoadedPack,
        photos: Sequence[Photos],
        network: UpscalerConfig | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        shape = network or UpscalerConfig.of(pack.manifest.resolution, config.size)
        self.upscaler = Upscaler(shape).to(pack.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.discriminator = Discriminator(_discriminator(config)).to(pack.device)
        super().__init__(config, pack, self.upscaler)
        self.photos = photos
        self.d_adam = torch.optim.Adam(self.discriminator.parameters(), lr=config.d_rate, betas=(0.0, 0.99))

    def learn(self, done: float) -> Losses:
        """The upscaler, and its discriminator when that has begun."""
        drawn, against = self._draw(), done >= self.config.alone
        losses = self._train(drawn, against=against)
        if against:
            losses |= self._train_discriminator(drawn)
        return losses

    @torch.no_grad()
    def judge(self, photos: Tensor) -> float:
        """The averaged upscaler's mean distance from `photos [N, 3, S, S]` that were made small."""
        parts = torch.split(photos, _TOGETHER)
        return sum(float(apart(self.render(p), p)) * len(p) for p in parts) / len(photos)

    @torch.no_grad()
    def render(self, photos: Tensor) -> Tensor:
        """`[N, 3, size, size]` of `photos [N, 3, S, S]` that are made small first."""
        large: Tensor = self.average(shrunk(photos, self.pack.manifest.resolution))
        return large

    @torch.no_grad()
    def sheet(self, photos: Tensor) -> Sheet:
        """Rows: small photos as plain interpolation enlarges them, large ones, the photos; then so of samples."""
        photos = photos[:_COLUMNS]
        with forked(self.pack.device):
            torch.manual_seed(1)
            samples = self.generated.batch(len(photos), (0.0, 0.7), 0.0)[0]
        small = shrunk(photos, self.pack.manifest.resolution)
        rows = (
            enlarged(small, _SHOWN),
            self.average(small),
            photos,
            enlarged(samples, _SHOWN),
            self.average(samples),
        )
        return Sheet(torch.cat([shrunk(row, _SHOWN) for row in rows]).clamp(-1, 1), len(photos))

    def _draw(self) -> _Drawn:
        config, device = self.config, self.pack.device
        archive = self.photos[int(torch.randint(len(self.photos), ()))]
        photos = archive.batch(config.photos)[0].to(device)
        samples = self.generated.batch(config.samples, config.psi, config.mixing)[0]
        faulty = self._half_drawn(shrunk(photos, self.pack.manifest.resolution))
        faulty = softened(faulty, config.soft * torch.rand(len(faulty), 1, 1, 1).to(device))
        with self.low():
            return _Drawn(self.upscaler(torch.cat([faulty, samples])), photos, samples)

    @torch.no_grad()
    def _half_drawn(self, small: Tensor) -> Tensor:
        """Small photos, some way towards what the pack draws of them: with its faults, but in their places."""
        encoder = self.pack.encoder
        if encoder is None:
            return small
        renders = self.pack.generator.synthesis(encoder(small), noise="const")
        far = self.config.drawn * torch.rand(len(small), 1, 1, 1)
        moved: Tensor = small + far.to(small.device) * (renders - small)
        return moved

    def _train(self, drawn: _Drawn, *, against: bool) -> Losses:
        config, n = self.config, len(drawn.photos)
        losses = {"photos": apart(drawn.large[:n], drawn.photos)}
        kept = shrunk(drawn.samples, drawn.samples.shape[-1] // 2)  # what is smaller may be a fault
        losses["kept"] = config.kept * apart(drawn.large[n:], kept)
        if against:
            with still(self.discriminator):
                logits = self.discriminator(self._patches(drawn.large[:n], self._corner()), None)
            losses["adversarial"] = config.adversarial * generator_terms(logits)["g_fake"]
        self.adam.zero_grad(set_to_none=True)
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        self.adam.step()
        return losses

    def _train_discriminator(self, drawn: _Drawn) -> Losses:
        config, corner = self.config, self._corner()
        reals = self._patches(drawn.photos, corner)
        fakes = self._patches(drawn.large[: len(reals)].detach(), corner)
        losses = discriminator_terms(self.discriminator(reals, None), self.discriminator(fakes, None))
        if self.iteration % config.r1_interval == 0:
            reals = reals.detach().requires_grad_(True)
            terms = r1_terms(self.discriminator(reals, None), reals, config.r1_gamma)
            losses |= {name: value * config.r1_interval for name, value in terms.items()}
        self.d_adam.zero_grad(set_to_none=True)
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        self.d_adam.step()
        return losses

    def _corner(self) -> tuple[int, int]:
        """Where the patches lie; at one place in all pictures, since faces are aligned."""
        y, x = torch.randint(self.config.seen_at - self.config.patch + 1, (2,)).tolist()
        return y, x

    def _patches(self, images: Tensor, corner: tuple[int, int]) -> Tensor:
        (y, x), side = corner, self.config.patch
        return shrunk(images, self.config.seen_at)[..., y : y + side, x : x + side]

    def state_dict(self) -> dict[str, Any]:
        """The discriminator's too."""
        theirs = {"discriminator": self.discriminator.state_dict(), "d_adam": self.d_adam.state_dict()}
        return super().state_dict() | theirs

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        super().load_state_dict(state)
        self.d_adam.load_state_dict(state["d_adam"])

    def take_over(self, state: Mapping[str, Any]) -> None:
        super().take_over(state)
        if "discriminator" in state:  # a pack has none
            self.discriminator.load_state_dict(state["discriminator"])


def _discriminator(config: UpscalerTraining) -> DiscriminatorConfig:
    return DiscriminatorConfig(resolution=config.patch, channel_base=2048, channel_max=64, mbstd_group_size=1)
