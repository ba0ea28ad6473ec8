"""A run's configuration and first weights, where it does not begin from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from inference.networks.stylegan2.config import GeneratorConfig
from training.config import GanConfig
from training.loops.freezing import discriminator_layers, frozen_in_generator
from training.loops.gan import GanTrainer
from training.transfer import sources
from training.transfer.conditions import Kin, discriminator_for, generator_for, kin
from training.transfer.errors import TransferError
from training.transfer.growing import grown_discriminator, grown_generator
from training.transfer.sources import Source
from training.transfer.widening import widened

ADA_KIMG = 100.0  # of a transfer (ADA, arXiv 2006.06676): five times as fast as from nothing
_KEPT = ("from", "held_out", "before", "widened")  # of what a run tells of itself, when it goes on


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: weights to start from, of the same size or to grow, and what does not learn.

    `widen` is how many times as many channels as they have the networks get. A freeze of none stands for what the run
    had before, or nothing. `classes` are the names of what is learnt from, as `ENFP:female`: each begins as that class
    of the source, or as its gender.
    """

    start: Path | None = None
    grow_from: Path | None = None
    freeze_d: int | None = None
    freeze_g: int | None = None
    classes: Sequence[str] = ()
    widen: int = 1


@dataclass(frozen=True, slots=True)
class Beginning:
    """The configuration, the weights if the run is new and has some, and what checkpoints tell of it."""

    config: GanConfig
    source: Source | None
    about: dict[str, Any]
    classes: Sequence[str] = ()

    def fill(self, trainer: GanTrainer) -> None:
        """Load the weights; optimisers and counters stay fresh."""
        if self.source is not None:
            begin(trainer, self.source, kin(self.classes, self.source.classes))


def plan(recipe: GanConfig, wish: Wish, out: Path) -> Beginning:
    """What a run in the folder `out` begins with; one that has begun keeps its networks, and what is frozen.

    Raises:
        PackError: the weights cannot be read.
        TransferError: they do not fit, in a sentence.
    """
    if wish.start is not None and wish.grow_from is not None:
        raise TransferError("a run starts from weights of its own size, or grows from others, not both")
    before = sources.stored(out)
    source: Source | None = None
    about: dict[str, Any] = {}
    config = recipe
    if before is not None:
        config, told = before
        about = {key: told[key] for key in _KEPT if key in told}
        _check_same(recipe.generator, config.generator, out)
        if wish.widen not in {1, about.get("widened")}:
            raise TransferError(f"the run in {out} has begun; to widen it take another folder, and --from it")
        config = _gone_on(recipe, config)
    elif path := wish.start or wish.grow_from:
        source = sources.read(path)
        about = {"from": source.name, "held_out": source.held_out, "before": source.kimg}
        if wish.widen > 1:
            source = widened(source, wish.widen)
            about["widened"] = wish.widen
        config = adopted(recipe, source, grow=wish.grow_from is not None)
    if "from" in about:
        config = _hurried(config)
    config = _frozen(config, wish)
    if before is None:
        _check_widening(wish)
        _check_learnt(config, source)
    return Beginning(config, source, about, wish.classes)


def _gone_on(recipe: GanConfig, before: GanConfig) -> GanConfig:
    """The recipe with a run's networks, and the bound that 16 bits need: the run may have begun on a CPU."""
    made: dict[str, Any] = {}
    for name in ("generator", "discriminator"):
        its = getattr(before, name)
        made[name] = replace(its, conv_clamp=its.conv_clamp or getattr(recipe, name).conv_clamp)
    return replace(recipe, **made, freeze_d=before.freeze_d, freeze_g=before.freeze_g)


def _check_widening(wish: Wish) -> None:
    if wish.widen == 1:
        return
    if wish.start is None and wish.grow_from is None:
        raise TransferError("--widen gives more channels to what was learnt before; say --from what")
    if wish.freeze_d or wish.freeze_g:
        raise TransferError("new channels have to learn: --widen goes without --freeze-d and --freeze-g")


def _check_same(wanted: GeneratorConfig, found: GeneratorConfig, out: Path) -> None:
    if wanted.resolution != found.resolution:
        raise TransferError(
            f"the run in {out} is of {found.resolution} px, and {wanted.resolution} px are asked for; "
            "take another folder, and begin it with --from or --grow-from"
        )
    if wanted.c_dim != found.c_dim:
        raise TransferError(
            f"the run in {out} learns {found.c_dim or 'no'} labels, and {wanted.c_dim or 'none'} are asked for; "
            "take another folder, and begin it with --from"
        )


def adopted(recipe: GanConfig, source: Source, *, grow: bool) -> GanConfig:
    """The recipe with the source's networks, at the recipe's resolution and with its classes.

    Raises:
        TransferError: the source has another resolution than needed.
    """
    _check_size(recipe.generator.resolution, source, grow)
    mine, its = recipe.generator, source.generator_config
    # Precision is the recipe's, and with it the bound that 16 bits need.
    generator = replace(
        its,
        resolution=mine.resolution,
        c_dim=mine.c_dim,
        num_fp16_res=mine.num_fp16_res,
        conv_clamp=its.conv_clamp or mine.conv_clamp,
    )
    discriminator = recipe.discriminator
    if source.discriminator_config is not None:
        discriminator = replace(
            source.discriminator_config,
            resolution=mine.resolution,
            c_dim=discriminator.c_dim,
            num_fp16_res=discriminator.num_fp16_res,
            conv_clamp=source.discriminator_config.conv_clamp or discriminator.conv_clamp,
            mbstd_group_size=discriminator.mbstd_group_size,
        )
    return replace(recipe, generator=generator, discriminator=discriminator)


def _check_size(wanted: int, source: Source, grow: bool) -> None:
    found = source.generator_config.resolution
    if source.generator_config.channels != 3:
        raise TransferError(f"{source.name} draws {source.generator_config.channels} channels, not colours")
    if grow and wanted != 2 * found:
        raise TransferError(
            f"{source.name} is of {found} px and grows to {2 * found}, not to the {wanted} of this run"
        )
    if not grow and wanted != found:
        hint = f"; --grow-from {source.name} doubles it" if wanted == 2 * found else ""
        raise TransferError(f"{source.name} is of {found} px, this run of {wanted}{hint}")


def begin(trainer: GanTrainer, source: Source, kin: Kin | None = None) -> None:
    """Fill a new trainer's networks from a source whose networks its configuration has adopted."""
    config = trainer.config
    trainer.average.load_state_dict(_generator(source, source.average, trainer, kin))
    trainer.generator.load_state_dict(_generator(source, source.generator, trainer, kin))
    if config.freeze_g:  # what does not learn stays what is shown: the average
        still = tuple(frozen_in_generator(config.generator, config.freeze_g))
        kept = {n: value for n, value in trainer.average.state_dict().items() if n.startswith(still)}
        trainer.generator.load_state_dict(kept, strict=False)
    if source.discriminator_config is not None:
        trainer.discriminator.load_state_dict(_discriminator(source, trainer, kin))


def _generator(
    source: Source, weights: sources.Weights, trainer: GanTrainer, kin: Kin | None
) -> sources.Weights:
    config = trainer.config.generator
    fresh = {name: value.cpu() for name, value in trainer.generator.state_dict().items()}
    weights = generator_for(config, source.generator_config, weights, fresh, kin)
    if config.resolution != source.generator_config.resolution:
        weights = grown_generator(config, weights, fresh)
    return weights


def _discriminator(source: Source, trainer: GanTrainer, kin: Kin | None) -> sources.Weights:
    assert source.discriminator_config is not None
    config, weights = trainer.config.discriminator, source.discriminator
    fresh = {name: value.cpu() for name, value in trainer.discriminator.state_dict().items()}
    if config.resolution != source.discriminator_config.resolution:
        weights = grown_discriminator(config, weights, fresh)
    return discriminator_for(config, source.discriminator_config, weights, fresh, kin)


def _hurried(config: GanConfig) -> GanConfig:
    """Of a transfer: no ramp, which would throw the average away at the first step, and a faster controller."""
    ada = config.ada
    if ada is not None:
        ada = replace(ada, kimg=min(ada.kimg, ADA_KIMG))
    return replace(config, ema_ramp=None, ada=ada)


def _frozen(config: GanConfig, wish: Wish) -> GanConfig:
    layers = config.freeze_d if wish.freeze_d is None else wish.freeze_d
    side = config.freeze_g if wish.freeze_g is None else wish.freeze_g
    most = len(discriminator_layers(config.discriminator))
    if not 0 <= layers <= most:
        raise TransferError(f"--freeze-d takes 0 to {most} layers here, not {layers}")
    if side and side not in config.generator.resolutions[:-1]:
        known = ", ".join(map(str, config.generator.resolutions[:-1]))
        raise TransferError(f"--freeze-g takes one of {known} px here, not {side}")
    return replace(config, freeze_d=layers, freeze_g=side)


def _check_learnt(config: GanConfig, source: Source | None) -> None:
    """What stays still must have been learnt before: a new run, and a pack's discriminator, begin with chance."""
    if source is None:
        if config.freeze_d or config.freeze_g:
            raise TransferError("--freeze-d and --freeze-g hold what was learnt before; say --from what")
        return
    its = source.discriminator_config or config.discriminator
    learnt = [
        x for x in discriminator_layers(its) if any(name.startswith(x) for name in source.discriminator)
    ]
    if its.resolution == config.discriminator.resolution and config.freeze_d > len(learnt):
        has = f"the first {len(learnt)} layers" if learnt else "nothing"
        raise TransferError(
            f"{source.name} has {has} of its discriminator, and --freeze-d {config.freeze_d} would hold chance still; "
            "take less, or --from a run, which has all"
        )
