"""A discriminator that knows its photos by heart: it takes photos that were held out for generated ones.

The measure is r_v of ADA (arXiv 2006.06676, equation 1): 0 where held-out photos are judged like those it learns
from, 1 where they are judged like samples. Beyond a half they are nearer to the samples.
"""

from __future__ import annotations

from typing import Final

from training.watching.seen import Finding, Pictures, Seen, Trouble

MOST: Final = 0.5
_APART = 0.5  # in logits: below that nothing is told apart, and the share means nothing

_SAYS = (
    "The discriminator overfits: it judges held-out photos {share:.0%} of the way from its own photos to samples, and "
    "samples get worse from here on. More photos help most; else more augmentation (a lower --target), a new run with "
    "--freeze-d 10, or the best snapshot as it is."
)


class Overfitting:
    """Holds the logits of photos to learn from, of held-out ones, and of samples against each other."""

    def __init__(self, reals: Pictures, held_out: Pictures) -> None:
        self.reals, self.held_out = reals, held_out

    def __call__(self, seen: Seen) -> Finding:
        real, held, fake = (float(seen.judged(x).mean()) for x in (self.reals, self.held_out, seen.fakes))
        numbers = {"logit_real": real, "logit_held_out": held, "logit_fake": fake}
        if real - fake < _APART:
            return Finding(numbers)
        share = (real - held) / (real - fake)
        trouble = (Trouble("overfitting", _SAYS.format(share=share)),) if share > MOST else ()
        return Finding(numbers | {"r_v": share}, trouble)
