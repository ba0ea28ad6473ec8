"""One iteration of adversarial training: the phases of StyleGAN2-ADA (arXiv 1912.04958, 2006.06676).

Everything random is drawn from torch's default generator, whose state is part of the trainer's state: a run
that was stopped and resumed gives the same bits as one that never stopped. Deviation from the reference: the
fakes of the discriminator's phase are made without a graph, and conditions are drawn as evenly as the batches
are.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from inference.networks.stylegan2.synthesis import NoiseMode
from training.augment.controller import adjusted
from training.augment.pipeline import Pipe, pipe
from training.config import GanConfig
from training.loops.ema import ema_beta, update_ema
from training.loops.freezing import freeze, frozen_in_discriminator, frozen_in_generator
from training.loops.optimisers import lazy_optimiser, step
from training.loops.samples import sample_rows
from training.loops.trainer import Terms
from training.losses.adversarial import discriminator_terms, generator_terms
from training.losses.path_length import image_noise, path_length_terms, path_lengths
from training.losses.r1 import r1_terms


class Batches(Protocol):
    """A source of real pictures `[N, 3, R, R]` in [-1, 1] with one-hot conditions `[N, c_dim]`."""

    def batch(self, size: int) -> tuple[Tensor, Tensor]: ...


class GanTrainer:
    """Generator, discriminator, averaged generator, optimisers, and all counters of one run."""

    def __init__(self, config: GanConfig, data: Batches) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.data = data
        layout = torch.channels_last
        self.generator = Generator(config.generator).to(memory_format=layout)  # type: ignore[call-overload]
        self.discriminator = Discriminator(config.discriminator).to(memory_format=layout)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        if config.precision == "bfloat16":
            self.generator.synthesis.use_low_precision(torch.bfloat16, config.low_from)
            self.discriminator.use_low_precision(torch.bfloat16, config.low_from)
        freeze(self.generator, frozen_in_generator(config.generator, config.freeze_g))
        freeze(self.discriminator, frozen_in_discriminator(config.discriminator, config.freeze_d))
        self.augment: Pipe = pipe(config.augment, config.augment_p)
        kind, d_lr = config.optimiser, config.lr if config.d_lr is None else config.d_lr
        path_interval = config.path_interval if config.path_weight else None
        self.g_adam = lazy_optimiser(self.generator, config.lr, path_interval, kind)
        self.d_adam = lazy_optimiser(self.discriminator, d_lr, config.r1_interval, kind)
        self.iteration = 0
        self.path_average = torch.zeros(())
        self.signs = [0.0, 0.0]  # sum and count of sign(D(real)) since the controller last looked

    @property
    def images_seen(self) -> int:
        return self.iteration * self.config.batch

    def step(self) -> Terms:
        """All phases once: generator, discriminator, their regularisers, the average, ADA's controller."""
        config, i = self.config, self.iteration
        terms = self._train_generator()
        if config.path_weight and i % config.path_interval == 0:
            terms |= self._regularise_generator()
        reals, labels = self.data.batch(config.batch)
        terms |= self._train_discriminator(reals, labels)
        if config.r1_gamma and i % config.r1_interval == 0:
            terms |= self._regularise_discriminator(reals, labels)
        beta = ema_beta(config.batch, config.ema_kimg, self.images_seen, config.ema_ramp)
        update_ema(self.average, self.generator, beta)
        self.iteration += 1
        self._adjust_augmentation()
        return {**terms, "p": float(self.augment.p)}

    def _train_generator(self) -> Terms:
        with _frozen(self.discriminator):
            images, labels = self._fakes(self.config.batch)[::2]
            terms = generator_terms(self.discriminator(self.augment(images), labels))
            _descend(_total(terms))
        step(self.g_adam)
        return _numbers(terms)

    def _regularise_generator(self) -> Terms:
        images, ws, _ = self._fakes(max(self.config.batch // 2, 1), by_code=True)
        lengths = path_lengths(images, ws, image_noise(images))
        terms, self.path_average = path_length_terms(lengths, self.path_average, self.config.path_weight)
        _descend(_total(terms) * self.config.path_interval)
        step(self.g_adam)
        return _numbers(terms)

    def _train_discriminator(self, reals: Tensor, labels: Tensor) -> Terms:
        with torch.no_grad():
            fakes, _, fake_labels = self._fakes(self.config.batch)
        fake_logits = self.discriminator(self.augment(fakes), fake_labels)
        real_logits = self.discriminator(self.augment(reals), labels)
        self._note_signs(real_logits)
        terms = discriminator_terms(real_logits, fake_logits)
        _descend(_total(terms))
        step(self.d_adam)
        return _numbers(terms)

    def _regularise_discriminator(self, reals: Tensor, labels: Tensor) -> Terms:
        reals = reals.detach().requires_grad_(True)
        # Second derivatives want all the digits.
        logits = self.discriminator(self.augment(reals), labels, force_fp32=True)
        self._note_signs(logits)
        terms = r1_terms(logits, reals, self.config.r1_gamma)
        _descend(_total(terms) * self.config.r1_interval)
        step(self.d_adam)
        return _numbers(terms)

    def _fakes(self, n: int, *, by_code: bool = False) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures, their codes, their conditions. `by_code`: pictures are differentiable by their codes."""
        shape = self.config.generator
        z = torch.randn(n, shape.z_dim)
        c_dim = shape.c_dim
        labels = torch.eye(c_dim)[torch.randint(c_dim, (n,))] if c_dim else torch.zeros(n, 0)
        ws = self.generator.mapping(z, labels)
        if torch.rand(()) < self.config.style_mixing:
            cutoff = int(torch.randint(1, shape.num_ws, ()))
            other = self.generator.mapping(torch.randn_like(z), labels, track=False)
            ws = torch.cat([ws[:, :cutoff], other[:, cutoff:]], dim=1)
        if by_code and not ws.requires_grad:  # of a frozen mapping
            ws.requires_grad_()
        return self.generator.synthesis(ws, noise=self.config.noise), ws, labels

    def _note_signs(self, logits: Tensor) -> None:
        self.signs[0] += float(logits.detach().sign().sum())
        self.signs[1] += len(logits)

    def _adjust_augmentation(self) -> None:
        ada = self.config.ada
        if ada is None or self.iteration % ada.interval or not self.signs[1]:
            return
        mean = self.signs[0] / self.signs[1]
        self.augment.p.fill_(adjusted(float(self.augment.p), mean, self.config.batch, ada))
        self.signs = [0.0, 0.0]

    def samples(self, columns: int) -> Tensor:
        """`[classes * 2 * columns, 3, R, R]` of the averaged generator: a row for each class and psi."""
        noise: NoiseMode = "none" if self.config.noise == "none" else "const"
        return sample_rows(self.average, columns, noise=noise)

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next iteration depends on, as tensors and plain values."""
        return {
            "config": self.config.to_dict(),
            "iteration": self.iteration,
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.state_dict(),
            "g_adam": self.g_adam.state_dict(),
            "d_adam": self.d_adam.state_dict(),
            "augment": self.augment.state_dict(),
            "path_average": self.path_average,
            "signs": list(self.signs),
            "random": torch.get_rng_state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken, at the learning rates of this trainer's configuration."""
        rates = [adam.param_groups[0]["lr"] for adam in (self.g_adam, self.d_adam)]
        self.iteration = state["iteration"]
        for name in ("generator", "discriminator", "average", "g_adam", "d_adam", "augment"):
            getattr(self, name).load_state_dict(state[name])
        for adam, rate in zip((self.g_adam, self.d_adam), rates, strict=True):
            adam.param_groups[0]["lr"] = rate
        self.path_average = state["path_average"]
        self.signs = list(state["signs"])
        torch.set_rng_state(state["random"])


@contextmanager
def _frozen(network: nn.Module) -> Iterator[None]:
    """Gradients pass through, but none is computed for the network's own weights."""
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    network.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_()


def _descend(loss: Tensor) -> None:
    torch.autograd.backward(loss)


def _total(terms: Mapping[str, Tensor]) -> Tensor:
    return torch.stack(list(terms.values())).sum()


def _numbers(terms: Mapping[str, Tensor]) -> Terms:
    return {name: float(value.detach()) for name, value in terms.items()}
