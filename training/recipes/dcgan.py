"""DCGAN at 64 px (Radford et al. 2015, arXiv 1511.06434): the first baseline.

Command::

    typeface-training train dcgan --data faces.zip --out runs/dcgan

Hours: 17 to 70 seconds a kimg on one thread of a two-core AMD EPYC that others kept busy; never measured in quiet. For
2,000 kimg (the paper has passes over a million pictures) ten hours at the best of these: estimated, not run.

What to expect: seen up to 16 kimg with 7,697 aligned photos. Eyes' places show at 9 kimg, blotched faces of many
people at 16, under a pattern like a printer's screen. The mean sliced Wasserstein distance x 1000 was 482 at 6 kimg,
257 at 8, 294 at 14 and 231 at 16: it swings, which is why best.pt is kept; the starter recipe has 36 at 63 kimg.
Samples were 0.9 as diverse as photos. Beyond 64 px, or with few photos, it is the wrong tool.
"""

from __future__ import annotations

from inference.networks.dcgan import DcganConfig
from training.config import BaselineConfig


def config() -> BaselineConfig:
    """The paper's section 4: Adam at 0.0002 with a first beta of 0.5; a quarter of its widths, for two cores."""
    return BaselineConfig("dcgan", DcganConfig(resolution=64, width=32).to_dict())
