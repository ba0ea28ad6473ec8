"""Four directions of a generator that change shape and expression, and leave skin colour and age as they are.

Found from the model alone: perturb the coarse and middle layers of the average faces, see what that does to
the pictures, take out of the space of perturbations what moves the probes (skin colour, apparent age), and
keep the four directions that change the grey structure of the face region most for their length. A relative
of GANSpace (arXiv 2004.02546), which takes principal components of w whatever they do to a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from training.datasets.manifest import GENDERS
from training.evaluation.probes import Probe, face_region, ridge
from training.export.latents import LatentStatistics, render

LAYERS = 6
"""How many of the first style codes an axis moves: 4 to 16 px, and the first layer of 32 px."""

_SIDE = 24
_COMPONENTS = 32


@dataclass(frozen=True, slots=True)
class AxisSearch:
    """How hard to look. `samples` pictures a gender; perturbations are the model's own spread times `psi`."""

    count: int = 4
    samples: int = 900
    psi: float = 0.7


def on_layers(vector: Tensor, num_ws: int, layers: int = LAYERS) -> Tensor:
    """`[..., w_dim]` to `[..., num_ws, w_dim]`: the vector on the first layers, zeros on the others."""
    wide = vector.unsqueeze(-2).repeat(*[1] * (vector.ndim - 1), num_ws, 1)
    wide[..., layers:, :] = 0
    return wide


@dataclass(frozen=True, slots=True)
class Moves:
    """Perturbations of the average faces, and what they do; all but `x` with each gender's mean taken out.

    Attributes:
        x: `[M, w_dim]`, on the first `LAYERS` style codes.
        images: `[M, 3, R, R]`.
        grey: `[M, D]`, the structure of the face region.
        read: by probe, `[M, k]`: what it reads.
    """

    x: Tensor
    images: Tensor
    grey: Tensor
    read: Mapping[str, Tensor]

    def gradient(self, probes: Iterable[str]) -> Tensor:
        """`[w_dim, k]`: how these probes' numbers follow a move, by least squares."""
        numbers = torch.cat([self.read[probe] for probe in probes], dim=1)
        weak = 1e-3 * float(self.x.square().sum() / self.x.shape[1])
        return ridge(self.x, numbers, strength=weak)


def try_moves(
    generator: Generator, statistics: LatentStatistics, probes: Mapping[str, Probe], search: AxisSearch
) -> Moves:
    """Draw `samples` moves a gender from the model's own spread and look at the pictures."""
    moves = statistics.residuals[:, : search.samples] * search.psi  # [genders, M, w_dim]
    images = torch.stack(
        [
            render(generator, statistics.means[g] + on_layers(moves[i], generator.num_ws))
            for i, g in enumerate(GENDERS)
        ]
    )
    read = {name: _centred(torch.stack([probe(each) for each in images])) for name, probe in probes.items()}
    grey = torch.stack([_structure(each) for each in images])
    return Moves(moves.flatten(0, 1), _centred(images), _centred(grey), read)


def find_axes(statistics: LatentStatistics, moves: Moves, count: int) -> Tensor:
    """`[count, w_dim]`: each as long as one standard deviation of w along it, strongest first."""
    basis, _ = torch.linalg.qr(moves.gradient(moves.read))
    free = torch.eye(len(basis)) - basis @ basis.t()  # leaves out what the probes react to
    whitener = _whitener(statistics.residuals.flatten(0, 1) @ free)
    strength = float(len(moves.x)) * 0.05
    effect = ridge(moves.x @ whitener, moves.grey, strength)  # [components, pixels]
    directions, _, _ = torch.linalg.svd(effect, full_matrices=False)
    axes = _lengths(whitener, directions[:, :count])
    return axes * _signs(moves.x, axes, moves.images)


def _centred(values: Tensor) -> Tensor:
    """`[genders, M, ...]` to `[genders * M, ...]`, each gender's mean taken out."""
    return (values - values.mean(dim=1, keepdim=True)).flatten(0, 1)


def _structure(images: Tensor) -> Tensor:
    """`[N, D]`: the grey face region, small, without its mean: what is left is shape, not colour."""
    grey = F.adaptive_avg_pool2d(face_region(images).mean(dim=1, keepdim=True), _SIDE).flatten(1)
    return grey - grey.mean(dim=1, keepdim=True)


def _whitener(x: Tensor) -> Tensor:
    """`[w_dim, components]`: coordinates in which x has unit spread, along its main components."""
    covariance = x.t() @ x / len(x)
    values, vectors = torch.linalg.eigh(covariance)
    main: Tensor = vectors[:, -_COMPONENTS:] / values[-_COMPONENTS:].clamp_min(1e-8).sqrt()
    return main


def _lengths(whitener: Tensor, directions: Tensor) -> Tensor:
    """Back from whitened coordinates to w: `[count, w_dim]`."""
    lengths: Tensor = (torch.linalg.pinv(whitener.t()) @ directions).t()
    return lengths


def _signs(x: Tensor, axes: Tensor, images: Tensor) -> Tensor:
    """`[count, 1]`: plus is where the mouth region gets lighter, so that it smiles rather than frowns."""
    r = images.shape[-1]
    mouth = images[:, :, r * 5 // 8 : r * 13 // 16, r * 3 // 8 : r * 5 // 8].mean(dim=(1, 2, 3))
    along = (x @ axes.t()) / axes.square().sum(dim=1)
    slope = (along * mouth[:, None]).mean(dim=0)
    return torch.where(slope < 0, -1.0, 1.0)[:, None]
