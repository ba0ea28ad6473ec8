"""One iteration of adversarial training: the phases of StyleGAN2-ADA (arXiv 1912.04958, 2006.06676).

Everything random is drawn from torch's generators, whose states are part of the trainer's state: a run that was
stopped and resumed gives, on a CPU, the same bits as one that never stopped.

Deviations from the reference: the fakes of the discriminator's phase are made without a graph; where a batch goes
through in parts, their gradients are averaged, not summed (Adam does not see the difference); R1 and R2 are computed in
float32 where the rest is in bfloat16, whose seven bits are too few for second derivatives.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import torch
from torch import Tensor, nn

from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from inference.networks.stylegan2.synthesis import NoiseMode
from training.augment.controller import adjusted
from training.augment.pipeline import Pipe, pipe
from training.config import GanConfig
from training.errors import SettingError
from training.loops import shown
from training.loops.ema import ema_beta, update_ema
from training.loops.fakes import Dice, Fakes, codes
from training.loops.freezing import freeze, frozen_in_discriminator, frozen_in_generator, still
from training.loops.machine import Machine
from training.loops.optimisers import lazy_optimiser, step
from training.loops.samples import sample_rows
from training.loops.trainer import Terms
from training.losses.adversarial import (
    discriminator_terms,
    generator_terms,
    paired_discriminator_terms,
    paired_generator_terms,
)
from training.losses.path_length import image_noise, path_length_terms, path_lengths
from training.losses.r1 import r1_terms, r2_terms

MOMENTS: Final = frozenset({"g_adam", "d_adam"})
"""What a run can go on without: with betas of 0 and 0.99 they are new again after some hundred steps."""

_LOW = {"bfloat16": torch.bfloat16, "float16": torch.float16}
_HERE = Machine()

Losses = dict[str, Tensor]
Network = TypeVar("Network", bound=nn.Module)


class Batches(Protocol):
    """A source of real pictures."""

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """`[size, 3, R, R]` in [-1, 1], and their one-hot conditions `[size, c_dim]`."""
        ...

    def conditions(self, n: int) -> Tensor:
        """`[n, c_dim]` of pictures drawn at random."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Where it is, in plain values."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


class GanTrainer:
    """Generator, discriminator, averaged generator, optimisers, and all counters of one run."""

    def __init__(self, config: GanConfig, data: Batches, machine: Machine = _HERE) -> None:
        torch.manual_seed(config.seed)
        self.config, self.data, self.machine = config, data, machine
        self.paired = config.loss == "relativistic"
        self.rows, self.rounds = _portions(config, machine)
        self.generator = _placed(Generator(config.generator), machine)
        self.discriminator = _placed(Discriminator(config.discriminator), machine)
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        if low := _LOW.get(config.precision):
            self.generator.synthesis.use_low_precision(low, config.low_from)
            self.discriminator.use_low_precision(low, config.low_from)
        freeze(self.generator, frozen_in_generator(config.generator, config.freeze_g))
        freeze(self.discriminator, frozen_in_discriminator(config.discriminator, config.freeze_d))
        self.augment: Pipe = pipe(config.augment, config.augment_p).to(machine.device)
        self.augment.p = self.augment.p.cpu()  # read at every pass, and a GPU would have to be waited for
        kind, d_lr = config.optimiser, config.lr if config.d_lr is None else config.d_lr
        path_interval = config.path_interval if config.path_weight else None
        self.g_adam = lazy_optimiser(self.generator, config.lr, path_interval, kind)
        self.d_adam = lazy_optimiser(self.discriminator, d_lr, config.r1_interval, kind)
        self.draw = Dice(self.generator, data, config.style_mixing, machine.device)
        self._synthesis: nn.Module = _compiled(self.generator.synthesis, machine)
        self._judge: nn.Module = _compiled(self.discriminator, machine)
        self.iteration = self.images_seen = 0
        self.path_average = torch.zeros((), device=machine.device)
        self.signs = torch.zeros(2, device=machine.device)  # sum and count of sign(D(real)) since ADA looked
        if machine.world.size > 1:  # the same weights everywhere, but other dice
            torch.manual_seed(config.seed * machine.world.size + machine.world.rank)

    def step(self) -> Terms:
        """All phases once: generator, discriminator, their regularisers, the average, ADA's controller."""
        config, i = self.config, self.iteration
        losses = self._train_generator()
        if config.path_weight and i % config.path_interval == 0:
            losses |= self._regularise_generator()
        parts = [self.data.batch(self.rows) for _ in range(self.rounds)]
        reals = [(images.to(self.machine.device), c.to(self.machine.device)) for images, c in parts]
        losses |= self._train_discriminator(reals)
        if config.r1_gamma and i % config.r1_interval == 0:
            losses |= self._regularise_discriminator(reals)
        self._follow()
        self.iteration += 1
        self.images_seen += config.batch
        self._adjust_augmentation()
        return {**self._numbers(losses), "p": float(self.augment.p)}

    def _train_generator(self) -> Losses:
        def part() -> Losses:
            fakes = self._fakes(self.rows)
            return generator_terms(self._judge(self.augment(fakes.images), fakes.labels))

        def pair() -> Losses:
            images, labels = (x.to(self.machine.device) for x in self.data.batch(self.rows))
            with torch.no_grad():
                real_logits = self._judge(self.augment(images), labels)
            fakes = self._fakes(self.rows, labels)
            return paired_generator_terms(real_logits, self._judge(self.augment(fakes.images), labels))

        with still(self.discriminator):
            losses = self._accumulate([pair if self.paired else part] * self.rounds)
        return self._move(self.g_adam, losses)

    def _regularise_generator(self) -> Losses:
        weight = self.config.path_weight

        def part() -> Losses:
            fakes = self._fakes(max(self.rows // 2, 1), by_code=True)
            lengths = path_lengths(fakes.images, fakes.ws, image_noise(fakes.images))
            mean = self.machine.world.mean(lengths.mean())
            terms, self.path_average = path_length_terms(lengths, mean, self.path_average, weight)
            return terms

        losses = self._accumulate([part] * self.rounds, self.config.path_interval)
        return self._move(self.g_adam, losses)

    def _train_discriminator(self, reals: list[tuple[Tensor, Tensor]]) -> Losses:
        def part(images: Tensor, labels: Tensor) -> Losses:
            with torch.no_grad():
                fakes = self._fakes(len(images), labels if self.paired else None)
            fake_logits = self._judge(self.augment(fakes.images), fakes.labels)
            real_logits = self._judge(self.augment(images), labels)
            if self.paired:  # zero has no meaning of its own: what lies between the two has
                middle = (real_logits.mean() + fake_logits.mean()) / 2
                self._note_signs(real_logits - middle)
                return paired_discriminator_terms(real_logits, fake_logits)
            self._note_signs(real_logits)
            return discriminator_terms(real_logits, fake_logits)

        losses = self._accumulate([partial(part, *pair) for pair in reals])
        return self._move(self.d_adam, losses)

    def _regularise_discriminator(self, reals: list[tuple[Tensor, Tensor]]) -> Losses:
        gamma = self.config.r1_gamma

        def part(images: Tensor, labels: Tensor) -> Losses:
            images = images.detach().requires_grad_(True)
            logits = self._exact(images, labels)
            terms = r1_terms(logits, images, gamma)
            if not self.paired:
                self._note_signs(logits)
                return terms
            with torch.no_grad():
                made = self._fakes(len(images), labels).images
            made.requires_grad_(True)
            return terms | r2_terms(self._exact(made, labels), made, gamma)

        parts = [partial(part, *pair) for pair in reals]
        losses = self._accumulate(parts, self.config.r1_interval)
        return self._move(self.d_adam, losses)

    def _exact(self, images: Tensor, labels: Tensor) -> Tensor:
        """Logits that can be differentiated twice."""
        exact = self.config.precision == "bfloat16"
        logits: Tensor = self.discriminator(self.augment(images), labels, force_fp32=exact)
        return logits

    def _fakes(self, n: int, labels: Tensor | None = None, *, by_code: bool = False) -> Fakes:
        """`by_code`: pictures are differentiable by their codes, twice."""
        draw = self.draw(n, labels)
        ws = codes(self.generator, draw)
        if by_code and not ws.requires_grad:  # of a frozen mapping
            ws.requires_grad_()
        synthesis = self.generator.synthesis if by_code else self._synthesis
        return Fakes(synthesis(ws, noise=self.config.noise), ws, draw.labels)

    def _accumulate(self, parts: Sequence[Callable[[], Losses]], strength: float = 1.0) -> Losses:
        """Gradients of the mean of all parts' losses, `strength` times as strong; the losses, as they are."""
        sums: Losses = {}
        for part in parts:
            losses = part()
            torch.autograd.backward(torch.stack(list(losses.values())).sum() * (strength / len(parts)))
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + value.detach() / len(parts)
        return sums

    def _move(self, optimiser: torch.optim.Optimizer, losses: Losses) -> Losses:
        parameters = (p for group in optimiser.param_groups for p in group["params"])
        self.machine.world.average_gradients(parameters)
        step(optimiser)
        return losses

    def _follow(self) -> None:
        """The average follows; `w_avg` first becomes that of all ranks' codes."""
        config, world = self.config, self.machine.world
        if world.size > 1:
            self.generator.mapping.w_avg.copy_(world.sum(self.generator.mapping.w_avg.clone()) / world.size)
        beta = ema_beta(config.batch, config.ema_kimg, self.images_seen, config.ema_ramp)
        update_ema(self.average, self.generator, beta)

    def _note_signs(self, logits: Tensor) -> None:
        signs = logits.detach().sign()
        self.signs += torch.stack([signs.sum(), torch.ones_like(signs).sum()])

    def _adjust_augmentation(self) -> None:
        ada = self.config.ada
        if ada is None or self.iteration % ada.interval:
            return
        total, count = self.machine.world.sum(self.signs.clone()).tolist()
        if count:
            p = adjusted(float(self.augment.p), total / count, self.config.batch, ada)
            self.augment.p.fill_(p)
        self.signs.zero_()

    def _numbers(self, losses: Losses) -> Terms:
        """Means over ranks, fetched from the device at once."""
        world = self.machine.world
        values = (world.sum(torch.stack(list(losses.values()))) / world.size).tolist()
        return dict(zip(losses, values, strict=True))

    @property
    def p(self) -> float:
        """Of the augmentation."""
        return float(self.augment.p)

    def pictures(self, n: int) -> tuple[Tensor, Tensor]:
        """`[n, 3, R, R]` of the averaged generator, and conditions `[n, c_dim]`."""
        return shown.pictures(self.average, n, "none" if self.config.noise == "none" else "const")

    def judged(self, images: Tensor, conditions: Tensor) -> Tensor:
        """Logits `[M]`."""
        return shown.judged(self.discriminator, images, conditions, self.rows)

    def options(self) -> dict[str, Any]:
        """The configuration."""
        return self.config.to_dict()

    def tables(self) -> str:
        """Generator and discriminator."""
        return shown.gan_tables(self.generator, self.discriminator, self.rows)

    def samples(self, columns: int) -> Tensor:
        """`[classes * 2 * columns, 3, R, R]` of the averaged generator: a row for each class and psi."""
        noise: NoiseMode = "none" if self.config.noise == "none" else "const"
        return sample_rows(self.average, columns, noise=noise)

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next iteration depends on, as tensors and plain values. Every rank calls it."""
        world = self.machine.world
        return {
            "config": self.config.to_dict(),
            "iteration": self.iteration,
            "images": self.images_seen,
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.state_dict(),
            "g_adam": self.g_adam.state_dict(),
            "d_adam": self.d_adam.state_dict(),
            "augment": self.augment.state_dict(),
            "path_average": self.path_average,
            "signs": world.sum(self.signs.clone()),
            "data": self.data.state_dict(),
            "random": world.gather(self.machine.random_state()),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken, with rates and betas of this trainer's configuration.

        With another number of processes the dice are new ones; of a halved run (`training.transfer.halving`) the
        optimisers begin anew.
        """
        world, config = self.machine.world, self.config
        self.iteration, self.images_seen = state["iteration"], state["images"]
        for name in ("generator", "discriminator", "average", "augment", "data"):
            getattr(self, name).load_state_dict(state[name])
        for name in MOMENTS & state.keys():
            adam: torch.optim.Optimizer = getattr(self, name)
            adam.load_state_dict({**adam.state_dict(), "state": state[name]["state"]})
        if config.ada is None:
            self.augment.p.fill_(config.augment_p)
        self.path_average = state["path_average"].to(self.machine.device)
        self.signs.copy_(state["signs"] * world.first)  # the sum of all ranks'
        if len(state["random"]) == world.size:
            self.machine.set_random_state(state["random"][world.rank])
        else:
            torch.manual_seed((config.seed + self.iteration) * world.size + world.rank)


def _portions(config: GanConfig, machine: Machine) -> tuple[int, int]:
    """How many pictures go through at once, and how often, on one rank.

    Raises:
        SettingError: the batch does not come out even.
    """
    share = machine.world.share(config.batch)
    rows = min(config.at_once or share, share)
    group = config.discriminator.mbstd_group_size or rows
    if share % rows:
        raise SettingError(f"{share} pictures a process do not go through in parts of {rows}")
    if rows % min(group, rows):
        raise SettingError(f"{rows} pictures at once cannot be compared in groups of {group}")
    return rows, share // rows


def _placed(network: Network, machine: Machine) -> Network:
    return network.to(machine.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _compiled(network: nn.Module, machine: Machine) -> nn.Module:
    return torch.compile(network) if machine.compiled else network  # type: ignore[return-value]
