"""The upscaler of a pack: from its small faces to large ones (after SRGAN, arXiv 1609.04802).

It learns from photos that were made small, moved most of the way to what the pack draws of them and softened, so that
it knows the generator's faults. A discriminator of patches asks of these that they look like photos. For the
generator's own people nobody knows the large picture: theirs must stay what it was at half the small size.

Command::

    typeface-training upscaler --pack inference/starter --data aligned512.zip --data aligned256.zip \
        --manifest manifest.csv --out runs/upscaler --minutes 120
    typeface-training add-upscaler --run runs/upscaler --pack inference/starter

An archive of smaller pictures than the result, of 256 px or more, teaches as far as it goes: the result is shrunk to
its size. The rate falls to nothing at the end of the time given. Stop it with Ctrl-C (or SIGTERM) at any time; the
same command goes on.

What to expect at 64 px: 80 seconds a thousand pictures (kimg) on two threads that know bfloat16, 125 once the
discriminator is there, other work beside it; where they do not, two to three times that. Distance from held-out photos:
0.0556 by plain interpolation, 0.0514 at 5 kimg without the discriminator, then, for sharpness, 0.055 to 0.058.

The first version asked the discriminator about samples, too: they drew a grid of 8 px onto skin, since no small picture
tells what such a discriminator wants. Its period stood out of the spectrum of the pack's types 4.5 times; without that
question 1.5 to 2.1 times, and with the network's smoothing as in plain interpolation, 1.0 to 1.2. Pack 0.3.5 has 28
kimg of the former two without smoothing, 23 of this recipe without it, and 10 with it. To the eye photos are as sharp
as photos are; what the pack draws of people is a little sharper at eyes, teeth and hair, and keeps its faults.
"""

from __future__ import annotations

import dataclasses

from training.config import PartTraining


@dataclasses.dataclass(frozen=True, slots=True)
class UpscalerTraining(PartTraining):
    """One training run of an upscaler; the photos of a batch are all of one archive.

    Attributes:
        size: side of the large picture in pixels.
        d_rate: of the discriminator.
        drawn: how far towards what the pack draws of it a small photo is moved at most.
        soft: how far towards a blurred one it is moved at most, then.
        kept: weight of how well a sample's large picture agrees with the small one at half its size.
        adversarial: weight of the discriminator's word, after `alone` of the run.
        patch: side in pixels of what the discriminator sees, of pictures of `seen_at` px.
        r1_gamma: of the discriminator, taken at every `r1_interval` steps.
    """

    photos: int = 4
    samples: int = 2
    psi: tuple[float, float] = (0.0, 0.9)
    mixing: float = 0.3
    ema_kimg: float = 1.0
    size: int = 512
    d_rate: float = 1e-3
    drawn: float = 0.8
    soft: float = 0.6
    kept: float = 1.0
    adversarial: float = 0.01
    alone: float = 0.3
    patch: int = 64
    seen_at: int = 256
    r1_gamma: float = 1.0
    r1_interval: int = 16


def config() -> UpscalerTraining:
    """All numbers of the run."""
    return UpscalerTraining()
