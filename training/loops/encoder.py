"""The steps of an encoder's training; the generator and the loss's features stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from inference.engine.likeness import Likeness, Weights
from inference.engine.space import whitened
from inference.networks.encoder.config import EncoderConfig
from inference.networks.encoder.encoder import Encoder
from inference.packs.loader import LoadedPack
from training.augment.camera import framed_and_lit, worn
from training.loops.part import Losses, PartTrainer, Photos, Sheet
from training.losses.encoder import code_terms, photo_terms
from training.recipes.encoder import EncoderTraining

_COLUMNS = 12


class EncoderTrainer(PartTrainer):
    """An encoder's training.

    `network` is the encoder's shape; none given: what the generator deserves.
    """

    name = "encoder"
    config: EncoderTraining

    def __init__(
        self, config: EncoderTraining, pack: LoadedPack, photos: Photos, network: EncoderConfig | None = None
    ) -> None:
        torch.manual_seed(config.seed)
        super().__init__(config, pack, _fresh(network or _shape(pack), pack))
        self.photos = photos
        if config.precision == "bfloat16":
            pack.generator.synthesis.use_low_precision(torch.bfloat16, config.low_from)
            pack.features.use_low_precision(torch.bfloat16, config.low_from)
        self._likeness = Likeness(pack.features, Weights(), pack.device, identity=pack.identity)

    @property
    def encoder(self) -> Encoder:
        assert isinstance(self.network, Encoder)
        return self.network

    def take_over(self, state: Mapping[str, Any]) -> None:
        """As in any part; a network that is smaller or larger than this one, between the same sizes, stays so."""
        told = EncoderConfig.from_dict(state["network"])
        if told != self.encoder.config and told.between == self.encoder.config.between:
            self.carry(_fresh(told, self.pack))
        super().take_over(state)

    def learn(self, done: float) -> Losses:
        """From photos and from samples together."""
        del done
        losses = self._look_at_photos() | self._look_at_samples()
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        return losses

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

    def _look_at_photos(self) -> Losses:
        photos = self.photos.batch(self.config.photos)[0].to(self.pack.device)
        photos = framed_and_lit(photos)
        places = self._places(worn(photos, self.config.worn))
        codes = self.encoder.mean + places @ self.encoder.basis
        images = self.pack.generator.synthesis(codes, noise="const")
        return photo_terms(self._unlike(images, photos), places, self.config.pull)

    def _look_at_samples(self) -> Losses:
        if not self.config.samples:
            return {}
        images, codes = self.generated.batch(self.config.samples, self.config.psi, self.config.mixing)
        wanted = torch.linalg.solve(self.encoder.basis, codes - self.encoder.mean, left=False)
        places = self._places(worn(images, self.config.worn))
        variances = self.encoder.basis.square().sum(dim=1)
        return code_terms(places, wanted, variances, self.config.codes)

    def _places(self, images: Tensor) -> Tensor:
        with self.low():
            return self.encoder.places(images)

    def _unlike(self, images: Tensor, photos: Tensor) -> Tensor:
        return self._likeness(images, [self._likeness.goal(photo) for photo in photos])


def _fresh(network: EncoderConfig, pack: LoadedPack) -> Encoder:
    encoder = Encoder(network).to(pack.device)
    space = whitened(pack)
    encoder.mean.copy_(space.mean)
    encoder.basis.copy_(space.basis)
    return encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _shape(pack: LoadedPack) -> EncoderConfig:
    shape = pack.generator.config
    return EncoderConfig.of(shape.resolution, shape.num_ws, shape.w_dim, shape.channel_max)
