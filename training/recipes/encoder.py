"""The encoder of a pack: from a photo to its latent in one pass (pSp, arXiv 2008.00951).

It learns from the generator's own pictures, whose codes are known, and from real photos through the frozen
generator, by the loss that projections use: where it errs little, a projection has little left to do.

Command::

    typeface-training encoder --pack inference/starter --data aligned128.zip --manifest manifest.csv \
        --out runs/encoder --minutes 60
    typeface-training add-encoder --run runs/encoder --pack inference/starter

The rate falls to nothing at the end of the time given, so give the time that there is. Stop it with Ctrl-C (or
SIGTERM) at any time; the same command goes on. `--from` begins with the encoder of another run or of a pack: for a
generator that has been trained on since.

What to expect at 64 px: 18 seconds of one core a thousand pictures (kimg). Held-out loss of the first encoder,
which began with 15 kimg for an earlier generator and a simpler loss: 0.52 at 5 kimg, 0.48 at 10, 0.43 at 20,
0.41 at 25; the nearest of 67 faces by seed has about 1.4 on other photos, where this encoder has 0.55.
"""

from __future__ import annotations

import dataclasses

from training.config import PartTraining


@dataclasses.dataclass(frozen=True, slots=True)
class EncoderTraining(PartTraining):
    """One training run of an encoder.

    Attributes:
        codes: weight of the error of a sample's codes, in standard deviations.
        pull: weight of a photo's codes' squared distance from the mean, in standard deviations, so that what is
            found still mixes and edits well.
        worn: probability of each fault that a photo gets before the encoder sees it.
        low_from: px from which on the generator computes in `precision`, too.
    """

    photos: int = 8
    samples: int = 4
    psi: tuple[float, float] = (0.4, 1.1)
    mixing: float = 0.5
    ema_kimg: float = 2.0
    codes: float = 0.2
    pull: float = 0.02
    worn: float = 0.35
    low_from: int = 32


def config() -> EncoderTraining:
    """All numbers of the run."""
    return EncoderTraining()
