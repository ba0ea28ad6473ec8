"""How long each phase of adversarial training takes, on made-up pictures, beside the textbook's networks."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, Final

import torch

from training.augment.pipeline import AugmentPipe
from training.benching import textbook
from training.config import GanConfig
from training.datasets.pictures import Kept
from training.datasets.training_set import TrainingSet, Use
from training.loops.gan import GanTrainer
from training.loops.machine import Machine

PHASES: Final = {
    "_train_generator": "generator",
    "_regularise_generator": "path lengths",
    "_train_discriminator": "discriminator",
    "_regularise_discriminator": "R1",
    "_follow": "average",
}
CYCLE: Final = 16
"""Iterations after which every lazy phase has run as often as it should."""


@dataclass
class Spent:
    """Seconds of each call by phase, on the clock and of processors."""

    clock: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    processors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def total(self, phase: str) -> tuple[float, float, float]:
        """On the clock, of processors, and of processors had every call taken as little as the least."""
        spent = self.processors[phase]
        return sum(self.clock[phase]), sum(spent), min(spent, default=0.0) * len(spent)

    def timed(self, name: str, work: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
        """The same work, noted."""

        @wraps(work)
        def noted(*arguments: Any, **more: Any) -> Any:
            clock, processors = time.perf_counter(), time.process_time()
            result = work(*arguments, **more)
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            self.clock[name].append(time.perf_counter() - clock)
            self.processors[name].append(time.process_time() - processors)
            return result

        return noted


def own(config: GanConfig, machine: Machine) -> GanTrainer:
    """A trainer on noise: how fast it is does not depend on what is on the pictures."""
    side = config.generator.resolution
    pictures = torch.randint(256, (256, 3, side, side), dtype=torch.uint8)
    classes = max(config.generator.c_dim, 1)
    use = Use(conditional=classes > 1)
    data = TrainingSet(Kept(pictures), torch.arange(256) % classes, classes, use, machine.device)
    return GanTrainer(config, data, machine)


def by_the_textbook(config: GanConfig, machine: Machine) -> GanTrainer:
    """The same with the textbook's networks, and every picture warped whether it is moved or not."""
    trainer = own(config, machine)
    for network in (trainer.generator, trainer.discriminator, trainer.average):
        textbook.plain(network)
    synthesis = trainer.generator.synthesis
    synthesis.forward = partial(textbook.synthesise, synthesis)  # type: ignore[method-assign]
    trainer.discriminator.forward = partial(textbook.judge, trainer.discriminator)  # type: ignore[method-assign]
    if isinstance(trainer.augment, AugmentPipe):
        trainer.augment.sparse = False
    return trainer


def measure(trainers: dict[str, GanTrainer], cycles: int) -> dict[str, Spent]:
    """Seconds of `cycles` times 16 iterations, turn by turn, so that a busy moment meets all alike."""
    spent = {name: Spent() for name in trainers}
    for name, trainer in trainers.items():
        trainer.step()  # what is built once is built
        trainer.iteration = 0
        device = trainer.machine.device
        for method, phase in PHASES.items():
            setattr(trainer, method, spent[name].timed(phase, getattr(trainer, method), device))
    for _ in range(cycles * CYCLE):
        for trainer in trainers.values():
            trainer.step()
    return spent
