"""StyleGAN2 with adaptive discriminator augmentation, by its authors' numbers (arXiv 1912.04958, 2006.06676).

Command::

    typeface-training train stylegan2-ada --data faces.zip --out runs/faces

`auto` derives its numbers from the resolution and the number of GPUs and is where to begin; `stylegan2` and `paper...`
are those of the papers, made for eight GPUs: on fewer, a batch goes through in parts.

The authors trained `auto` for 25,000 kimg (thousand pictures); a transfer from a trained network is good after a
few hundred to a few thousand. Deviation: with another `--batch`, gamma and the average's half-life of `auto` follow it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from training.config import AdaSettings, GanConfig, Precision
from training.errors import SettingError

Name = Literal["auto", "stylegan2", "paper256", "paper512", "paper1024"]
Aug = Literal["ada", "fixed", "noaug"]

KIMG: Final = 25_000.0
_MACHINES = 8  # that the papers' numbers are for
_CLAMP = 256.0  # of what float16 layers put out
_LOW_BLOCKS = 4  # of the highest resolutions compute in 16 bits


@dataclass(frozen=True, slots=True)
class Numbers:
    """What tells one configuration from another. At resolution r there are `32768 * fmaps / r` channels."""

    batch: int
    group: int
    fmaps: float
    lr: float
    gamma: float
    ema_kimg: float
    ema_ramp: float | None = None
    mapping_layers: int = 8
    at_once: int | None = None


_PAPERS: Final[dict[str, Numbers]] = {
    "stylegan2": Numbers(32, 4, 1, 0.002, 10, 10),
    "paper256": Numbers(64, 8, 0.5, 0.0025, 1, 20),
    "paper512": Numbers(64, 8, 1, 0.0025, 0.5, 20),
    "paper1024": Numbers(32, 4, 1, 0.002, 2, 10),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What the data decide, and the sizes that may be asked for in place of a configuration's own."""

    resolution: int
    c_dim: int = 0
    processes: int = 1
    channel_base: int | None = None
    channel_max: int = 512
    codes: int = 512


@dataclass(frozen=True, slots=True)
class Wishes:
    """Options that overrule a configuration's numbers; none: its own."""

    batch: int | None = None
    at_once: int | None = None
    rate: float | None = None
    gamma: float | None = None
    path_weight: float = 2.0
    aug: Aug = "ada"
    augpipe: str = "bgc"
    p: float | None = None
    target: float | None = None
    precision: Precision = "float32"
    seed: int = 0


def numbers(name: Name, resolution: int, processes: int, batch: int | None = None) -> Numbers:
    """The configuration's, for so many processes with a GPU each."""
    if name != "auto":
        found = _PAPERS[name]
        return replace(found, batch=batch or found.batch, at_once=found.batch // _MACHINES)
    size = batch or max(min(processes * min(4096 // resolution, 32), 64), processes)
    return Numbers(
        batch=size,
        group=min(size // processes, 4),
        fmaps=1 if resolution >= 512 else 0.5,
        lr=0.002 if resolution >= 1024 else 0.0025,
        gamma=0.0002 * resolution**2 / size,
        ema_kimg=size * 10 / 32,
        ema_ramp=0.05,
        mapping_layers=2,
    )


def config(name: Name, shape: Shape, wishes: Wishes) -> GanConfig:
    """All numbers of a run. Raises `SettingError` for options that do not go together."""
    own = numbers(name, shape.resolution, shape.processes, wishes.batch)
    base = shape.channel_base or int(32768 * own.fmaps)
    clamp = None if wishes.precision == "float32" else _CLAMP
    ada, p = _augmentation(wishes)
    return GanConfig(
        generator=GeneratorConfig(
            z_dim=shape.codes,
            c_dim=shape.c_dim,
            w_dim=shape.codes,
            resolution=shape.resolution,
            mapping_layers=own.mapping_layers,
            channel_base=base,
            channel_max=shape.channel_max,
            conv_clamp=clamp,
        ),
        discriminator=DiscriminatorConfig(
            c_dim=shape.c_dim,
            resolution=shape.resolution,
            channel_base=base,
            channel_max=shape.channel_max,
            conv_clamp=clamp,
            mbstd_group_size=own.group,
        ),
        batch=own.batch,
        at_once=wishes.at_once or own.at_once,
        lr=own.lr if wishes.rate is None else wishes.rate,
        r1_gamma=own.gamma if wishes.gamma is None else wishes.gamma,
        path_weight=wishes.path_weight,
        ema_kimg=own.ema_kimg,
        ema_ramp=own.ema_ramp,
        augment=wishes.augpipe,
        augment_p=p,
        ada=ada,
        precision=wishes.precision,
        low_from=max(shape.resolution * 2 >> _LOW_BLOCKS, 8),
        seed=wishes.seed,
    )


def _augmentation(wishes: Wishes) -> tuple[AdaSettings | None, float]:
    if wishes.aug == "noaug" and wishes.p is not None:
        raise SettingError("--p is the probability of --aug fixed, and the most of --aug ada; noaug has none")
    if wishes.aug != "ada" and wishes.target is not None:
        raise SettingError("--target is what --aug ada aims at; the others aim at nothing")
    if wishes.aug == "ada":
        most = math.inf if wishes.p is None else wishes.p
        return AdaSettings(0.6 if wishes.target is None else wishes.target, limit=most), 0.0
    if wishes.aug == "fixed":
        if wishes.p is None:
            raise SettingError("--aug fixed needs its probability: --p 0.2, for example")
        return None, wishes.p
    return None, 0.0
