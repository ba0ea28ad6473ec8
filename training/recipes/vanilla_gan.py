"""The first GAN at 64 px (Goodfellow et al. 2014, arXiv 1406.2661): the second baseline.

Command::

    typeface-training train vanilla-gan --data faces.zip --out runs/vanilla

Hours: 6 to 18 seconds a kimg on one thread of a two-core AMD EPYC that others kept busy; never measured in quiet. For
2,000 kimg three hours at the best of these: estimated, not run.

What to expect: seen up to 17 kimg with 7,697 aligned photos. Noisy faces from 10 kimg on, all of one or two kinds,
some dark and red: pixels know nothing of their neighbours. The mean sliced Wasserstein distance x 1000 was 490 at 16
kimg, and the run told of mode collapse at 10: samples had a fifth of the photos' distance to their nearest. It shows
what convolutions are for.
"""

from __future__ import annotations

from inference.networks.vanilla import VanillaConfig
from training.config import BaselineConfig


def config() -> BaselineConfig:
    """DCGAN's Adam, which is steadier than the paper's momentum."""
    return BaselineConfig("vanilla", VanillaConfig(resolution=64).to_dict())
