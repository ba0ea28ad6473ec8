"""Train a network that tells people apart, by contrast."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.networks.identity import Identity
from training.augment.views import views
from training.datasets.people import People
from training.loops.checkpoint import LATEST, as_asked, load_checkpoint, save_checkpoint
from training.loops.machine import Machine
from training.loops.optimisers import pace
from training.loops.signals import stop_signals
from training.losses.contrast import nt_xent
from training.recipes.identity import IdentityTraining

_REPORT = 25  # iterations
_SAVE_SECONDS = 120
_HERE = Machine()


class IdentityTrainer:
    """The network, its optimiser, and how far they are."""

    def __init__(self, config: IdentityTraining, data: People, machine: Machine = _HERE) -> None:
        torch.manual_seed(config.seed)
        self.config, self.data, self.machine = config, data, machine
        self.network = Identity(config.network).to(machine.device)
        self.iteration = 0
        self._optimiser = torch.optim.AdamW(self.network.parameters(), config.rate, weight_decay=config.decay)

    def step(self) -> float:
        """One iteration; the loss."""
        for group in self._optimiser.param_groups:
            group["lr"] = self.config.rate * pace(self.iteration / self.config.iterations, self.config.warm)
        first, second, people = self.data.pairs(self.config.batch)
        loss = nt_xent(
            self.embed(first), self.embed(second), people.to(self.machine.device), self.config.temperature
        )
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        self.iteration += 1
        return loss.item()

    def embed(self, images: Tensor) -> Tensor:
        """`[N, dim]` of another view of `images [N, 3, R, R]`."""
        found: Tensor = self.network(views(images, self.config.network.resolution).to(self.machine.device))
        return found

    def state_dict(self) -> dict[str, Any]:
        return {
            "config": self.config.to_dict(),
            "iteration": self.iteration,
            "network": self.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "random": self.machine.random_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.iteration = state["iteration"]
        self.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.machine.set_random_state(state["random"])


@torch.no_grad()
def told_apart(network: Identity, people: People, *, limit: int = 256) -> float:
    """Share of held-out people whom one view finds, by the nearest, among the other views of all."""
    state = torch.get_rng_state()
    torch.manual_seed(1)
    images = people.images[:limit].float() / 127.5 - 1
    place = next(network.parameters()).device
    first, second = (network(views(images, network.config.resolution).to(place)) for _ in range(2))
    torch.set_rng_state(state)
    nearest = (first @ second.T).argmax(dim=1).cpu()
    return float((people.people[:limit][nearest] == people.people[:limit]).float().mean())


def train(trainer: IdentityTrainer, out: Path, minutes: float | None, say: Callable[[str], None]) -> None:
    """Go on from the folder's checkpoint, if it has one, to the last iteration, the time's end, or a signal."""
    if (out / LATEST).exists():
        with as_asked(out / LATEST):
            trainer.load_state_dict(load_checkpoint(out / LATEST))
        say(f"resumed at iteration {trainer.iteration}")
    end = math.inf if minutes is None else time.monotonic() + 60 * minutes
    saved, losses = time.monotonic(), []
    with stop_signals() as stop:
        while not stop and trainer.iteration < trainer.config.iterations and time.monotonic() < end:
            losses.append(trainer.step())
            if trainer.iteration % _REPORT == 0:
                say(json.dumps({"iteration": trainer.iteration, "loss": round(sum(losses) / len(losses), 4)}))
                losses.clear()
            if time.monotonic() - saved > _SAVE_SECONDS:
                save_checkpoint(out / LATEST, trainer.state_dict())
                saved = time.monotonic()
    save_checkpoint(out / LATEST, trainer.state_dict())
