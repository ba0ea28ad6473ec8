"""DCGAN at 64 px (Radford et al. 2015, arXiv 1511.06434): the first baseline.

Command::

    typeface-training train dcgan --data faces.zip --out runs/dcgan
"""

from __future__ import annotations

from inference.networks.dcgan import DcganConfig
from training.config import BaselineConfig


def config() -> BaselineConfig:
    """The paper's section 4: Adam at 0.0002 with a first beta of 0.5; a quarter of its widths, for two cores."""
    return BaselineConfig("dcgan", DcganConfig(resolution=64, width=32).to_dict())
