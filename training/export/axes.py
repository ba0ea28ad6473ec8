"""Four directions of a generator that change shape and expression, and leave skin colour and age as they are.

Found from the model alone: perturb the coarse and middle layers of the average faces, see what that does to
the pictures, take out of the space of perturbations what moves the probes (skin colour, apparent age), and
keep the four directions that change the grey structure of the face region most for their length. A relative
of GANSpace (arXiv 2004.02546), which takes principal components of w whatever they do to a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def find_axes(
    generator: Generator, statistics: LatentStatistics, probes: Sequence[Probe], search: AxisSearch
) -> Tensor:
    """`[count, w_dim]`: each as long as one standard deviation of w along it, strongest first."""
    moves = statistics.residuals[:, : search.samples] * search.psi  # [genders, M, w_dim]
    images = torch.stack(
        [
            render(generator, statistics.means[g] + on_layers(moves[i], generator.num_ws))
            for i, g in enumerate(GENDERS)
        ]
    )
    nuisances = torch.stack([torch.cat([probe(each) for probe in probes], dim=1) for each in images])
    grey = torch.stack([_structure(each) for each in images])
    x = moves.flatten(0, 1)
    free = _free_space(x, _centred(nuisances))
    whitener = _whitener(statistics.residuals.flatten(0, 1) @ free)
    effect = ridge(x @ whitener, _centred(grey), strength=float(len(x)) * 0.05)  # [components, pixels]
    directions, _, _ = torch.linalg.svd(effect, full_matrices=False)
    axes = _lengths(whitener, directions[:, : search.count])
    return axes * _signs(x, axes, _centred(images))


def _centred(values: Tensor) -> Tensor:
    """`[genders, M, ...]` to `[genders * M, ...]`, each gender's mean taken out."""
    return (values - values.mean(dim=1, keepdim=True)).flatten(0, 1)


def _structure(images: Tensor) -> Tensor:
    """`[N, D]`: the grey face region, small, without its mean: what is left is shape, not colour."""
    grey = F.adaptive_avg_pool2d(face_region(images).mean(dim=1, keepdim=True), _SIDE).flatten(1)
    return grey - grey.mean(dim=1, keepdim=True)


def _free_space(x: Tensor, nuisances: Tensor) -> Tensor:
    """`[w_dim, w_dim]`: the projection that leaves out what the probes react to, by least squares."""
    gradient = ridge(x, nuisances, strength=1e-3 * float(x.square().sum() / x.shape[1]))  # [w_dim, k]
    basis, _ = torch.linalg.qr(gradient)
    projection: Tensor = torch.eye(x.shape[1]) - basis @ basis.t()
    return projection


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
