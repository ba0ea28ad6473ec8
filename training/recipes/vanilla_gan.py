"""The first GAN at 64 px (Goodfellow et al. 2014, arXiv 1406.2661): the second baseline.

Command::

    typeface-training train vanilla-gan --data faces.zip --out runs/vanilla
"""

from __future__ import annotations

from inference.networks.vanilla import VanillaConfig
from training.config import BaselineConfig


def config() -> BaselineConfig:
    """DCGAN's Adam, which is steadier than the paper's momentum."""
    return BaselineConfig("vanilla", VanillaConfig(resolution=64).to_dict())
