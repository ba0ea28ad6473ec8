"""Augmentation that leaks into the samples: turned or recoloured faces, drawn as the discriminator is shown them.

A small probe learns at the start to tell photos from photos that were turned, recoloured, or cut into: a ridge
regression on random features (Rahimi and Recht 2007) of the 16 px picture. Of photos it has not seen, 5 % pass for
changed. How much larger that share is among samples, against the share among changed photos, estimates how many of the
samples are such. Measured at 64 px, samples of 256: other photos of the same archive 0.03 or less, the starter pack's
0.02 (p was up to 0.3), photos of which a fifth were turned by any angle 0.12, of which three tenths were recoloured
0.28.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from training.augment.pipeline import FAMILIES, pipe, transforms
from training.watching.seen import EARLY, Finding, Pictures, Seen, Trouble

MOST: Final = 0.1
LEAST_P: Final = 0.05
"""Below that p an augmentation is too rare to leak: turned samples have turned photos as their cause."""

_KINDS: Final = {
    "turned": ("rotate90", "rotate"),
    "recoloured": ("hue", "lumaflip", "blue"),
    "cut_out": ("cutout",),
}
_USUAL: Final = {"turned": "rotate90+rotate", "recoloured": "hue+lumaflip", "cut_out": "cutout"}
"""What a kind is learned from where the augmentation does not hold it, so that it is not taken for another."""

_FALSE = 0.05
_TOLD = 0.3  # share of changed photos that a probe must find, or it is of no use
_SIDE, _AXES, _FEATURES, _PULL = 16, 64, 512, 1e-3

_SAYS = (
    "Augmentation leaks into the samples: about {share:.0%} of them look {kind} while p is {p:.2f}. Limit p "
    "(--p {less:.2f} is a good start) or leave {names} out of --augpipe, and go on from a kimg-*.pt of before."
)


class Leaking:
    """Looks for each kind of change that the augmentation holds."""

    def __init__(self, spec: str, reals: Pictures, unseen: Pictures) -> None:
        held = {kind: [n for n in names if n in transforms(spec)] for kind, names in _KINDS.items()}
        head = FAMILIES if spec.startswith(FAMILIES) else ""
        kinds = {kind: head + "+".join(names) if names else _USUAL[kind] for kind, names in held.items()}
        self.probe = Probe.fit(kinds, _shrunk(reals.images), _shrunk(unseen.images))
        told = self.probe.found - _FALSE > _TOLD
        self.names = {
            kind: " and ".join(names)
            for (kind, names), clear in zip(held.items(), told.tolist(), strict=True)
            if names and clear
        }

    def __call__(self, seen: Seen) -> Finding:
        every = zip(_KINDS, self.probe.shares(_shrunk(seen.fakes.images)).tolist(), strict=True)
        shares = {kind: share for kind, share in every if kind in self.names}
        found = [kind for kind, share in shares.items() if share > MOST]
        if seen.p < LEAST_P or seen.kimg < EARLY:
            found = []
        troubles = [Trouble(f"leak_{kind}", self._says(kind, shares[kind], seen.p)) for kind in found]
        return Finding({f"looks_{kind}": share for kind, share in shares.items()}, tuple(troubles))

    def _says(self, kind: str, share: float, p: float) -> str:
        return _SAYS.format(share=share, kind=kind.replace("_", " "), p=p, less=p / 2, names=self.names[kind])


@dataclass(frozen=True, slots=True)
class Probe:
    """Tells K kinds of changed pictures from plain ones, and from each other.

    `bounds [K]`: scores that 5 % of plain pictures exceed; `found [K]`: the share of changed ones that do.
    """

    mean: Tensor
    axes: Tensor
    weights: Tensor
    bounds: Tensor
    found: Tensor

    @classmethod
    def fit(cls, kinds: Mapping[str, str], reals: Tensor, unseen: Tensor) -> Probe:
        """Learn on `reals`, and set the bounds by `unseen`, both `[N, 3, R, R]`. `kinds` are augmentations by name."""
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(0)
            pipes = [pipe(spec, 1.0) for spec in kinds.values()]
            x = torch.cat([_tiny(images) for images in (reals, *(change(reals) for change in pipes))])
            mean = x.mean(dim=0)
            _, scale, axes = torch.pca_lowrank(x - mean, min(_AXES, *x.shape))
            changed = [_tiny(change(unseen)) for change in pipes]
        axes = axes / (scale / len(x) ** 0.5).clamp_min(1e-4)
        features = _features((x - mean) @ axes)
        wanted = torch.eye(len(pipes) + 1)[:, 1:].repeat_interleave(len(reals), dim=0)  # [N (K + 1), K]
        pull = _PULL * len(x) * torch.eye(features.shape[1])
        weights = torch.linalg.solve(features.t() @ features + pull, features.t() @ wanted)
        new = cls(mean, axes, weights, torch.zeros(len(pipes)), torch.ones(len(pipes)))
        bounds = new.scores(_tiny(unseen)).quantile(1 - _FALSE, dim=0)
        beyond = [float((new.scores(x)[:, k] > bounds[k]).float().mean()) for k, x in enumerate(changed)]
        return cls(mean, axes, weights, bounds, torch.tensor(beyond))

    def scores(self, tiny: Tensor) -> Tensor:
        """`[N, K]`: how much each looks changed, about 0 to 1."""
        return _features((tiny - self.mean) @ self.axes) @ self.weights

    def shares(self, images: Tensor) -> Tensor:
        """`[K]`: how many of `images [N, 3, R, R]` look changed: estimates, 0 to 1."""
        beyond = (self.scores(_tiny(images)) > self.bounds).float().mean(dim=0)
        return ((beyond - _FALSE) / (self.found - _FALSE).clamp_min(1e-3)).clamp(0, 1)


def _shrunk(images: Tensor) -> Tensor:
    """To twice the probes' side, which is enough to be turned in."""
    return F.adaptive_avg_pool2d(images.detach().float().cpu().clamp(-1, 1), 2 * _SIDE)


def _tiny(images: Tensor) -> Tensor:
    return F.adaptive_avg_pool2d(images, _SIDE).flatten(1)


def _features(x: Tensor) -> Tensor:
    """`[N, A]` to `[N, F + A + 1]`: random ones, always the same, the plain ones, and a one."""
    dice = torch.Generator().manual_seed(0)
    ways = torch.randn(x.shape[1], _FEATURES, generator=dice) / x.shape[1] ** 0.5
    shifts = torch.randn(_FEATURES, generator=dice)
    return torch.cat([F.relu(x @ ways + shifts), x, torch.ones(len(x), 1)], dim=1)
