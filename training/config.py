"""The numbers of a training, as frozen data that goes into checkpoints and packs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Literal

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig

Precision = Literal["float32", "bfloat16", "float16"]
Optimiser = Literal["adam", "adamw", "adamp"]
Loss = Literal["logistic", "relativistic"]


@dataclasses.dataclass(frozen=True, slots=True)
class AdaSettings:
    """`target`: the mean sign of D's logits on reals to hold; p moves at most 1 in `kimg` thousand."""

    target: float = 0.6
    kimg: float = 500.0
    interval: int = 4
    limit: float = math.inf


@dataclasses.dataclass(frozen=True, slots=True)
class GanConfig:
    """One training run.

    Attributes:
        batch: Pictures an iteration, on all devices together.
        at_once: Of these, so many go through one device together; none: its whole share.
        optimiser: What moves the weights.
        lr: Its rate for the generator, before the correction for lazy regularisation.
        d_lr: The discriminator's; none: the same.
        loss: The adversarial one; relativistic: pairs of a real and a made picture, with R2 beside R1.
        r1_gamma: Weight of R1, and of R2; `0.0002 * resolution ** 2 / batch` is the usual start.
        r1_interval: R1 runs in one iteration out of so many, so many times as strong.
        path_weight: Weight of path length regularisation; 0 switches it off.
        style_mixing: Probability that a batch's later layers take their style from a second z.
        noise: Fresh noise in every layer, or none: small faces have no detail that should come from chance.
        ema_kimg: Half-life of the averaged generator, in thousand pictures.
        ema_ramp: Shorten the half-life to this share of the pictures seen; none: never.
        augment: The transforms, as `training.augment.pipeline.pipe` reads them.
        augment_p: Their probability at the start.
        ada: How the probability follows the discriminator; none: it stays.
        precision: What blocks from `low_from` px up compute in.
        freeze_d: FreezeD: so many of the discriminator's layers, counted from the picture, do not learn.
        freeze_g: FreezeG: nor do the mapping and the generator's blocks up to this resolution; 0: all learn.
    """

    generator: GeneratorConfig
    discriminator: DiscriminatorConfig
    batch: int = 16
    at_once: int | None = None
    optimiser: Optimiser = "adam"
    lr: float = 0.0025
    d_lr: float | None = None
    loss: Loss = "logistic"
    r1_gamma: float = 1.0
    r1_interval: int = 16
    path_weight: float = 0.0
    path_interval: int = 4
    style_mixing: float = 0.9
    noise: Literal["random", "none"] = "random"
    ema_kimg: float = 5.0
    ema_ramp: float | None = 0.05
    augment: str = "bgc"
    augment_p: float = 0.0
    ada: AdaSettings | None = AdaSettings()
    precision: Precision = "float32"
    low_from: int = 8
    freeze_d: int = 0
    freeze_g: int = 0
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; `from_dict` gives an equal object back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> GanConfig:
        """Raises `TypeError` on an unknown name."""
        parts = dict(values)
        parts["generator"] = GeneratorConfig.from_dict(parts["generator"])
        parts["discriminator"] = DiscriminatorConfig.from_dict(parts["discriminator"])
        parts["ada"] = None if parts["ada"] is None else AdaSettings(**parts["ada"])
        return cls(**parts)


@dataclasses.dataclass(frozen=True, slots=True)
class BaselineConfig:
    """One run of a baseline.

    Attributes:
        family: Of the networks, as the registry names it.
        network: What defines them both.
        batch: Pictures a step.
        lr: Adam's rate, the same for both networks.
        betas: Adam's.
    """

    family: Literal["dcgan", "vanilla"]
    network: Mapping[str, Any]
    batch: int = 64
    lr: float = 0.0002
    betas: tuple[float, float] = (0.5, 0.999)
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**dataclasses.asdict(self), "network": dict(self.network), "betas": list(self.betas)}


@dataclasses.dataclass(frozen=True, slots=True)
class PartTraining:
    """What the runs of a pack's further networks have in common; each recipe has its own numbers.

    Attributes:
        photos: real pictures in a batch.
        samples: people of the generator in a batch.
        rate: Adam's highest; it rises over `warm` of the run and falls to nothing as a half cosine.
        psi: how far samples are from their class's mean, from and to.
        mixing: share of the samples whose layers come from two people.
        ema_kimg: half-life of the averaged network, in thousand pictures.
        ema_ramp: shortens that to this share of the pictures seen.
        precision: what its convolutions compute in; weights and what comes out are float32.
    """

    photos: int
    samples: int
    psi: tuple[float, float]
    mixing: float
    ema_kimg: float
    rate: float = 1e-3
    warm: float = 0.03
    betas: tuple[float, float] = (0.9, 0.99)
    ema_ramp: float = 0.1
    precision: Precision = "bfloat16"
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a checkpoint."""
        return dataclasses.asdict(self)
