"""The loop of the baselines: a step for the discriminator, a step for the generator, by Adam, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from inference.networks.registry import build_baseline
from training.config import BaselineConfig
from training.loops.machine import Machine
from training.loops.samples import seeded_codes
from training.loops.trainer import Terms
from training.losses.adversarial import discriminator_terms, generator_terms
from training.watching.tables import network_table

_HERE = Machine()
_ROWS = 4
_SHEET, _CHECKS = 0, 1000  # seeds
_PART = 64


class Photos(Protocol):
    """A source of real pictures `[N, 3, R, R]` in [-1, 1]; its conditions are not looked at."""

    def batch(self, size: int) -> tuple[Tensor, Tensor]: ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


class BaselineTrainer:
    """Two networks, two optimisers, one counter. What is shown is the generator itself, with running averages."""

    p = 0.0  # nothing is augmented

    def __init__(self, config: BaselineConfig, photos: Photos, machine: Machine = _HERE) -> None:
        torch.manual_seed(config.seed)
        self.config, self.photos, self.machine = config, photos, machine
        generator, discriminator = build_baseline(config.network, config.family)
        self.z_dim = generator.config.z_dim
        self.side = generator.config.resolution
        self.generator: nn.Module = generator.to(machine.device)
        self.discriminator: nn.Module = discriminator.to(machine.device)
        self.g_adam = torch.optim.Adam(self.generator.parameters(), config.lr, config.betas, fused=True)
        self.d_adam = torch.optim.Adam(self.discriminator.parameters(), config.lr, config.betas, fused=True)
        self.iteration = 0

    @property
    def images_seen(self) -> int:
        return self.iteration * self.config.batch

    def step(self) -> Terms:
        """Both networks once, against the same fakes."""
        reals = self.photos.batch(self.config.batch)[0].to(self.machine.device)
        fakes = self.generator(torch.randn(len(reals), self.z_dim, device=self.machine.device))
        judge = self.discriminator
        terms = discriminator_terms(judge(reals), judge(fakes.detach()))
        _descend(self.d_adam, terms)
        wish = generator_terms(judge(fakes))
        _descend(self.g_adam, wish)
        self.iteration += 1
        return {name: float(value.detach()) for name, value in (terms | wish).items()}

    def samples(self, columns: int) -> Tensor:
        """`[4 * columns, 3, R, R]`."""
        return self._drawn(_SHEET, _ROWS * columns)

    def pictures(self, n: int) -> tuple[Tensor, Tensor]:
        """`[n, 3, R, R]`, and no conditions."""
        return self._drawn(_CHECKS, n), torch.zeros(n, 0, device=self.machine.device)

    @torch.no_grad()
    def _drawn(self, seed: int, n: int) -> Tensor:
        z = seeded_codes(seed, n, self.z_dim).to(self.machine.device)
        with _still(self.generator):
            return torch.cat([self.generator(part) for part in torch.split(z, _PART)])

    @torch.no_grad()
    def judged(self, images: Tensor, conditions: Tensor) -> Tensor:
        """Logits `[N]`."""
        del conditions
        with _still(self.discriminator):
            parts = torch.split(images.to(self.machine.device), _PART)
            return torch.cat([self.discriminator(part).flatten() for part in parts])

    def options(self) -> dict[str, Any]:
        """The configuration."""
        return self.config.to_dict()

    def tables(self) -> str:
        """Generator and discriminator."""
        z = torch.zeros(self.config.batch, self.z_dim, device=self.machine.device)
        image = torch.zeros(self.config.batch, 3, self.side, self.side, device=self.machine.device)
        generator = network_table("Generator", self.generator, z)
        return generator + "\n" + network_table("Discriminator", self.discriminator, image)

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, as tensors and plain values."""
        return {
            "config": self.config.to_dict(),
            "iteration": self.iteration,
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "g_adam": self.g_adam.state_dict(),
            "d_adam": self.d_adam.state_dict(),
            "photos": self.photos.state_dict(),
            "random": self.machine.random_state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        for name in ("generator", "discriminator", "g_adam", "d_adam", "photos"):
            getattr(self, name).load_state_dict(state[name])
        self.iteration = state["iteration"]
        self.machine.set_random_state(state["random"])


def _descend(adam: torch.optim.Adam, terms: Mapping[str, Tensor]) -> None:
    adam.zero_grad(set_to_none=True)
    torch.autograd.backward(torch.stack(list(terms.values())).sum())
    adam.step()


@contextmanager
def _still(network: nn.Module) -> Iterator[None]:
    """Running averages in place of the batch's, and nothing left out."""
    network.eval()
    try:
        yield
    finally:
        network.train()
