"""Official PyTorch pickles of StyleGAN2-ADA (and of what is converted to them), read without running anything.

Such a file holds whole objects together with the source text that made them. The text is never looked at: an
object is taken as its class's name and its state, and the networks are built from our own code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from torch import Tensor

from inference.errors import PackError
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.packs.foreign.checkpoint import ForeignCheckpoint, fitting
from inference.packs.foreign.machine import Machine
from inference.packs.foreign.options import Options
from inference.packs.foreign.standins import Stored, meanings

KIND = "stylegan2-ada-pytorch"
_MOST_MODULES = 2000
_DEEPEST = 8


def read(file: BinaryIO) -> ForeignCheckpoint:
    """The networks of an official pickle.

    Raises:
        PackError: it is not one, is broken, or its networks have parts that ours have not.
    """
    told = Machine(meanings()).run(file)
    if not isinstance(told, dict) or "G_ema" not in told:
        raise PackError("the pickle is no checkpoint of stylegan2-ada-pytorch: it has no G_ema")
    config, average = _generator(told["G_ema"])
    generator = None
    if told.get("G") is not None:
        other, generator = _generator(told["G"])
        if other != config:
            raise PackError("the checkpoint's G and G_ema are networks of different shapes")
    judge_config, judge = (None, None) if told.get("D") is None else _discriminator(told["D"])
    return ForeignCheckpoint(KIND, config, average, generator, judge_config, judge, _facts(told))


def _generator(stored: object) -> tuple[GeneratorConfig, dict[str, Tensor]]:
    top = _of_class(stored, "Generator")
    options = Options(top.state.get("_init_kwargs"), "the generator")
    w_dim = options.integer("w_dim", 512)
    mapping, synthesis = options.part("mapping_kwargs"), options.part("synthesis_kwargs")
    mapping.only("activation", "lrelu")
    synthesis.only("activation", "lrelu")
    synthesis.only("use_noise", True)
    synthesis.only("kernel_size", 3)
    synthesis.ignored("fp16_channels_last")
    config = options.config(
        GeneratorConfig,
        z_dim=options.integer("z_dim", 512),
        c_dim=options.integer("c_dim", 0),
        w_dim=w_dim,
        resolution=options.integer("img_resolution"),
        channels=options.integer("img_channels", 3),
        mapping_layers=mapping.integer("num_layers", 8),
        lr_multiplier=mapping.number("lr_multiplier", 0.01),
        w_avg_beta=mapping.number("w_avg_beta", 0.995),
        **_shared(synthesis, "skip"),
        taps=synthesis.taps("resample_filter"),
    )
    mapping.only("layer_features", None, w_dim)
    _embedded(mapping, w_dim if config.c_dim else 0)
    for part in (options, mapping, synthesis):
        part.done()
    return config, fitting(config, dict(_walk(top)))


def _discriminator(stored: object) -> tuple[DiscriminatorConfig, dict[str, Tensor]]:
    top = _of_class(stored, "Discriminator")
    options = Options(top.state.get("_init_kwargs"), "the discriminator")
    block, mapping, epilogue = (options.part(f"{n}_kwargs") for n in ("block", "mapping", "epilogue"))
    for part in (block, mapping, epilogue):
        part.only("activation", "lrelu")
    block.ignored("fp16_channels_last", "freeze_layers")
    mapping.ignored("w_avg_beta")
    config = options.config(
        DiscriminatorConfig,
        c_dim=options.integer("c_dim", 0),
        resolution=options.integer("img_resolution"),
        channels=options.integer("img_channels", 3),
        **_shared(options, "resnet"),
        cmap_dim=options.optional("cmap_dim"),
        mapping_layers=mapping.integer("num_layers", 8),
        lr_multiplier=mapping.number("lr_multiplier", 0.01),
        mbstd_group_size=epilogue.optional("mbstd_group_size", 4),
        mbstd_channels=epilogue.integer("mbstd_num_channels", 1),
        taps=block.taps("resample_filter"),
    )
    _embedded(mapping, config.condition_dim)
    if config.condition_dim:
        mapping.only("layer_features", None, config.condition_dim)
    mapping.ignored("layer_features")
    for part in (options, block, mapping, epilogue):
        part.done()
    return config, fitting(config, dict(_walk(top)))


def _embedded(mapping: Options, width: int) -> None:
    """A condition is embedded as widely as the mapping is; without one the number is idle."""
    if width:
        mapping.only("embed_features", None, width)
    mapping.ignored("embed_features")


def _shared(options: Options, architecture: str) -> dict[str, Any]:
    """What both networks' blocks are told."""
    return {
        "architecture": options.choice("architecture", architecture, ("skip", "resnet", "orig")),
        "channel_base": options.integer("channel_base", 32768),
        "channel_max": options.integer("channel_max", 512),
        "num_fp16_res": options.integer("num_fp16_res", 0),
        "conv_clamp": options.optional_number("conv_clamp"),
    }


def _of_class(stored: object, name: str) -> Stored:
    if not isinstance(stored, Stored) or stored.class_name != name:
        kind = stored.class_name[:80] if isinstance(stored, Stored) else type(stored).__name__
        raise PackError(f"the checkpoint holds a {kind} where a {name} of StyleGAN2 should be")
    return stored


def _walk(top: Stored) -> Iterator[tuple[str, Tensor]]:
    """Parameters and buffers by their full names."""
    waiting: list[tuple[str, Stored, int]] = [("", top, 0)]
    for _ in range(_MOST_MODULES):
        if not waiting:
            return
        prefix, module, depth = waiting.pop()
        for table in ("_parameters", "_buffers"):
            for name, value in _table(module, table):
                if isinstance(value, Tensor):
                    yield prefix + name, value
        for name, child in _table(module, "_modules"):
            if isinstance(child, Stored) and depth < _DEEPEST:
                waiting.append((f"{prefix}{name}.", child, depth + 1))
            elif child is not None:
                raise PackError("the checkpoint's modules are not those of StyleGAN2")
    raise PackError(f"the checkpoint has more than {_MOST_MODULES} modules")


def _table(module: Stored, name: str) -> Iterator[tuple[str, Any]]:
    table = module.state.get(name, {})
    if not isinstance(table, dict):
        raise PackError("the checkpoint's modules are not those of StyleGAN2")
    yield from ((str(key), value) for key, value in table.items())


def _facts(told: Mapping[str, Any]) -> dict[str, Any]:
    """The probability of augmentation, and how many pictures it was trained on, where the file says so."""
    facts: dict[str, Any] = {}
    pipe, data = told.get("augment_pipe"), told.get("training_set_kwargs")
    if isinstance(pipe, Stored):
        p = dict(_table(pipe, "_buffers")).get("p")
        if isinstance(p, Tensor) and p.numel() == 1:
            facts["augment_p"] = round(float(p.nan_to_num(0.0)), 4)
    if isinstance(data, dict) and type(data.get("max_size")) is int:
        facts["pictures"] = data["max_size"]
    return facts
