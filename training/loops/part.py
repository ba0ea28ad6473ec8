"""What the trainings of a pack's further networks have in common: an average, a rate that rises and falls, counters."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import torch
from torch import Tensor

from inference.networks.encoder.encoder import Encoder
from inference.networks.upscaler import Upscaler
from inference.packs.loader import LoadedPack
from training.config import PartTraining
from training.loops.ema import ema_beta, update_ema
from training.loops.generated import Generated
from training.loops.machine import Machine
from training.loops.optimisers import pace

Terms = dict[str, float]
Losses = dict[str, Tensor]


def kimg_shown(state: Mapping[str, Any]) -> float:
    """Thousand pictures, by a checkpoint."""
    config = state["config"]
    return float(state["iteration"] * (config["photos"] + config["samples"]) / 1000)


class Photos(Protocol):
    """A source of real pictures `[N, 3, S, S]` in [-1, 1], with labels that are not looked at."""

    def batch(self, size: int) -> tuple[Tensor, Tensor]: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pictures `[N, 3, S, S]` in [-1, 1] for people to look at, in rows of `columns`, enlarged `zoom` times."""

    images: Tensor
    columns: int
    zoom: int = 1


class PartTrainer(ABC):
    """A network of a pack, its average, its optimiser, and all counters of one run.

    `name` is the network's in checkpoints. Whoever makes the network sows torch's generator first.
    """

    name: Literal["encoder", "upscaler"]

    def __init__(self, config: PartTraining, pack: LoadedPack, network: Encoder | Upscaler) -> None:
        self.config, self.pack = config, pack
        self.machine = Machine(pack.device)
        self.carry(network)
        self.generated = Generated(pack)
        self.iteration = 0

    def carry(self, network: Encoder | Upscaler) -> None:
        """This is the network that learns."""
        self.network = network
        self.average = copy.deepcopy(network).eval().requires_grad_(False)
        self.adam = torch.optim.Adam(network.parameters(), lr=self.config.rate, betas=self.config.betas)

    @property
    def images_seen(self) -> int:
        return self.iteration * (self.config.photos + self.config.samples)

    def low(self) -> torch.autocast:
        """Where the network computes in the precision that the recipe asks for."""
        wanted = self.config.precision == "bfloat16"
        return torch.autocast(self.pack.device.type, torch.bfloat16, enabled=wanted)

    def step(self, done: float) -> Terms:
        """One step; `done` is the share of the run that lies behind, 0 to 1."""
        config = self.config
        for group in self.adam.param_groups:
            group["lr"] = config.rate * pace(done, config.warm)
        losses = self.learn(done)
        beta = ema_beta(config.photos + config.samples, config.ema_kimg, self.images_seen, config.ema_ramp)
        update_ema(self.average, self.network, beta)
        self.iteration += 1
        return {name: float(value.detach()) for name, value in losses.items()}

    @abstractmethod
    def learn(self, done: float) -> Losses:
        """Draw a batch and move the weights; what it was moved by."""

    @abstractmethod
    def judge(self, photos: Tensor) -> float:
        """The averaged network's mean loss on `photos [N, 3, S, S]` in [-1, 1]."""

    @abstractmethod
    def sheet(self, photos: Tensor) -> Sheet:
        """Some photos, and what the averaged network makes of them."""

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, as tensors and plain values."""
        return {
            "config": self.config.to_dict(),
            "network": self.network.config.to_dict(),
            "iteration": self.iteration,
            self.name: self.network.state_dict(),
            "average": self.average.state_dict(),
            "adam": self.adam.state_dict(),
            "random": self.machine.random_state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        self.take_over(state)
        self.adam.load_state_dict(state["adam"])
        self.iteration = state["iteration"]
        self.machine.set_random_state(state["random"])

    def take_over(self, state: Mapping[str, Any]) -> None:
        """Begin with the network of another run, and its average."""
        self.network.load_state_dict(state[self.name])
        self.average.load_state_dict(state["average"])
