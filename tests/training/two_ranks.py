"""What `test_ranks.py` starts by torchrun: one step whose dice are known, then a run with a folder."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from training.config import AdaSettings, GanConfig
from training.loops import gan
from training.loops.fakes import Draw
from training.loops.gan import GanTrainer
from training.loops.machine import Machine, machine
from training.loops.run import Run, RunPlan
from training.losses import path_length
from training.watching.seen import Pictures
from training.watching.watch import UNWATCHED, Watch

BATCH, GROUP = 8, 4


def config() -> GanConfig:
    """Without noise or augmentation, which every rank draws for itself."""
    return GanConfig(
        generator=GeneratorConfig(
            z_dim=8, w_dim=8, resolution=16, mapping_layers=2, channel_base=128, channel_max=8
        ),
        discriminator=DiscriminatorConfig(
            resolution=16, channel_base=128, channel_max=8, mbstd_group_size=GROUP
        ),
        batch=BATCH,
        lr=0.0,  # Adam makes a step of the sign of what is nearly nothing: phases are compared at the same weights
        r1_interval=2,
        path_weight=2.0,
        path_interval=2,
        noise="none",
        augment="none",
        ada=AdaSettings(kimg=1.0, interval=2),
    )


class Shared:
    """One sequence of pictures and codes; of each batch a rank takes what one process's groups would hold.

    A process puts sample n into group n mod (N / G): rank r of two has the samples n mod 2 = r.
    """

    def __init__(self, here: Machine) -> None:
        self.rank, self.size = here.world.rank, here.world.size
        self.dice = torch.Generator().manual_seed(3)

    def _part(self, *shape: int) -> Tensor:
        return torch.randn(shape[0] * self.size, *shape[1:], generator=self.dice)[self.rank :: self.size]

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        return self._part(size, 3, 16, 16).clamp(-1, 1), torch.zeros(size, 0)

    def draw(self, n: int, labels: Tensor | None = None) -> Draw:
        both = self._part(n, 16)
        return Draw(both[:, :8], torch.zeros(n, 0), both[:, 8:], cutoff=3)

    def noise(self, images: Tensor) -> Tensor:
        return self._part(*images.shape) / 16

    def conditions(self, n: int) -> Tensor:
        return torch.zeros(n, 0)

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        del state


def known_steps(here: Machine, config: GanConfig) -> dict[str, Any]:
    """All gradients that the optimisers got in two steps, and what the ranks measured together."""
    data = Shared(here)
    trainer = GanTrainer(config, data, here)
    trainer.draw = data.draw  # type: ignore[assignment]
    gan.image_noise = data.noise  # type: ignore[attr-defined]
    seen: list[Tensor] = []

    def note(optimiser: torch.optim.Optimizer, *_: Any) -> None:
        seen.extend(p.grad.clone() for g in optimiser.param_groups for p in g["params"] if p.grad is not None)

    for optimiser in (trainer.g_adam, trainer.d_adam):
        optimiser.register_step_pre_hook(note)
    terms = trainer.step()
    steps = {"gradients": list(seen), "terms": terms, "path": trainer.path_average}
    trainer.step()
    return steps | {"p": trainer.augment.p, "w_avg": trainer.generator.mapping.w_avg}


class _Flat:
    """A metric that only the first rank takes; all take part in saving the best."""

    name, count = "flat", 4

    def __call__(self, fakes: Pictures) -> float:
        return float(fakes.images.std())


def main(out: Path) -> None:
    with machine("cpu", shared=True) as here:
        torch.save(known_steps(here, config()), out / f"known{here.world.rank}.pt")
        gan.image_noise = path_length.image_noise  # type: ignore[attr-defined]
        own = replace(config(), lr=0.002, noise="random", augment="bgc", augment_p=0.5)
        trainer = GanTrainer(own, Shared(here), here)
        watch = Watch(measure=_Flat()) if here.world.first else UNWATCHED
        run = Run(trainer, RunPlan(out / "run", max_kimg=0.032), watch, here.world)
        run.resume()
        run.go()
        torch.save(trainer.state_dict(), out / f"state{here.world.rank}.pt")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
