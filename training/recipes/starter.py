"""The starter pack's generator: 64 px faces of women and men on two CPU cores.

StyleGAN2 with adaptive augmentation (arXiv 1912.04958, 2006.06676), a small network, conditional on gender.

Command::

    typeface-training train starter --data aligned128.zip --manifest manifest.csv --out runs/starter
    typeface-training export --run runs/starter --out inference/starter

Stop it with Ctrl-C (or SIGTERM) at any time; the same command goes on where it stopped. 17 to 30 seconds a
thousand pictures (kimg) on two cores. What to expect (sliced Wasserstein distance x 1000 at 64, 32 and 16 px, real
against real 12, 9, 29): faces from 30 kimg on, 115, 30, 46 at 52 kimg, 37, 28, 46 at 63 kimg,
43, 28, 44 at 100 kimg, 41, 31, 52 at 186 kimg, where eyes and mouths are far better than the number tells.

The first starter pack's run found some of the numbers below on its way (up to which kimg, then as below):

- R1's gamma: 0.2 to 17, 0.05 to 31, 0.025 to 91;
- noise: on to 43;
- the generator's rate: 0.0025 to 63, 0.0012 to 78, 0.002 to 91, 0.001 to 108; the discriminator's: 0.0025 to 91,
  0.002 to 108;
- half-life of the average: 5 kimg, at most 0.05 of what was seen, to 78; 10 kimg, at most 0.1 of it, to 108.
"""

from __future__ import annotations

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from training.config import AdaSettings, GanConfig
from training.datasets.manifest import GENDERS


def config(resolution: int = 64) -> GanConfig:
    """All numbers of the run that begins (64 px), or of the one that grows from it (128 px)."""
    return GanConfig(
        generator=GeneratorConfig(
            z_dim=128,
            c_dim=len(GENDERS),
            w_dim=128,
            resolution=resolution,
            mapping_layers=2,
            channel_base=2048,
            channel_max=64,
        ),
        discriminator=DiscriminatorConfig(
            c_dim=len(GENDERS), resolution=resolution, channel_base=2048, channel_max=64
        ),
        batch=16,
        lr=0.0008 if resolution == 64 else 0.002,
        d_lr=0.0016 if resolution == 64 else 0.002,
        # Twice 0.0002 * resolution ** 2 / 16: with half a time at 64 px all faces tilted and swung together.
        r1_gamma=0.1 * (resolution / 64) ** 2,
        r1_interval=16,
        style_mixing=0.5,
        noise="none",  # with noise, eyes and mouths were drawn by it, and not by the style
        ema_kimg=20.0
        if resolution == 64
        else 10.0,  # long: hair and pose swing between thousands of pictures
        ema_ramp=0.2,
        augment="bgc",
        ada=AdaSettings(target=0.6, kimg=100.0, limit=0.3),
        precision="bfloat16",
        low_from=32,  # below that, conversions cost more than they save
    )
