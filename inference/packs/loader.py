"""From a pack's folder to modules and tensors, checked to the last number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from inference.errors import PackError
from inference.networks.encoder.encoder import Encoder
from inference.networks.identity import Identity
from inference.networks.registry import (
    build_encoder,
    build_features,
    build_generator,
    build_identity,
    build_upscaler,
)
from inference.networks.stylegan2.discriminator import DiscriminatorFeatures
from inference.networks.stylegan2.generator import Generator
from inference.networks.upscaler import Upscaler
from inference.packs import manifest as manifests
from inference.packs.manifest import FileEntry, Manifest
from inference.wire import Gender


@dataclass(frozen=True)
class LoadedPack:
    """All of a pack in memory. Latents are [num_ws, w_dim] float32 on `device`.

    Attributes:
        manifest: what the pack says of itself.
        device: where everything lies.
        generator: in eval mode, float32, without gradients of its own.
        features: the first blocks of the discriminator, likewise.
        labels: the latent of each class; `either` is the mean of both where the pack has none.
        means: the average face of each gender.
        looks: base faces by gender; a pack that names none has one, its means.
        directions: named vectors.
        w_avg: the mean of all latents.
        encoder: from a photo to a latent, if the pack has one.
        identity: who a face is, if the pack has one.
        upscaler: from a picture to a large one, if the pack has one.
    """

    manifest: Manifest
    device: torch.device
    generator: Generator
    features: DiscriminatorFeatures
    labels: dict[tuple[str, Gender], Tensor]
    means: dict[Gender, Tensor]
    looks: list[dict[Gender, Tensor]]
    directions: dict[str, Tensor]
    w_avg: Tensor
    encoder: Encoder | None = None
    identity: Identity | None = None
    upscaler: Upscaler | None = None


def load(folder: Path, device: torch.device | str = "cpu") -> LoadedPack:
    """Read, check and place a pack.

    Raises:
        PackError: the sentence says what is wrong: the manifest, a file, a name, a shape, a number.
    """
    manifest = manifests.read(folder)
    place = torch.device(device)
    try:
        generator = build_generator(manifest.network.config, manifest.network.family)
        features = build_features(manifest.features.config, manifest.features.blocks, manifest.network.family)
        encoder = None if manifest.encoder is None else build_encoder(manifest.encoder.config)
        identity = None if manifest.identity is None else build_identity(manifest.identity.config)
        upscaler = None if manifest.upscaler is None else build_upscaler(manifest.upscaler.config)
    except (ValueError, TypeError) as error:
        raise PackError(f"{folder.name}: {error}") from error
    _agree(manifest, generator, features)
    _agree_extras(manifest, encoder, identity, upscaler)
    modules: dict[str, nn.Module | None] = {"generator": generator, "features": features, "encoder": encoder}
    modules |= {"identity": identity, "upscaler": upscaler}
    for name, module in modules.items():
        if module is not None:
            _fill(module.to(place), _tensors(folder, getattr(manifest.files, name)), name)
    codes = {name: value.to(place) for name, value in _tensors(folder, manifest.files.labels).items()}
    pack = _Latents(manifest, generator, features, codes).pack(place)
    return replace(pack, encoder=encoder, identity=identity, upscaler=upscaler)


def _agree(manifest: Manifest, generator: Generator, features: DiscriminatorFeatures) -> None:
    said = (manifest.resolution, manifest.num_ws, manifest.w_dim, manifest.resolution)
    built = (generator.config.resolution, generator.num_ws, generator.w_dim, features.config.resolution)
    if said != built:
        raise PackError(
            f"{manifest.name}: the manifest says {said} of resolution, num_ws, w_dim; it is {built}"
        )


def _agree_extras(
    manifest: Manifest, encoder: Encoder | None, identity: Identity | None, upscaler: Upscaler | None
) -> None:
    wanted = (manifest.resolution, manifest.num_ws, manifest.w_dim)
    if encoder is not None:
        built = (encoder.config.resolution, encoder.config.num_ws, encoder.config.w_dim)
        if built != wanted:
            raise PackError(
                f"{manifest.name}: the encoder's resolution, num_ws, w_dim are {built}, not {wanted}"
            )
    for what, network in (("identity network", identity), ("upscaler", upscaler)):
        if network is not None and network.config.resolution != manifest.resolution:
            raise PackError(f"{manifest.name}: the {what} reads {network.config.resolution} px")


def _tensors(folder: Path, entry: FileEntry) -> dict[str, Tensor]:
    try:
        tensors = load_file(manifests.locate(folder, entry))
    except (SafetensorError, OSError, ValueError) as error:
        raise PackError(f"{folder.name}: {entry.path} is not a safetensors file") from error
    for name, value in tensors.items():
        if not torch.isfinite(value).all():
            raise PackError(f"{folder.name}: {entry.path} holds numbers that are not finite, in {name}")
    return {name: value.float() for name, value in tensors.items()}


def _fill(module: nn.Module, state: dict[str, Tensor], what: str) -> None:
    wanted = module.state_dict()
    missing, unknown = sorted(wanted.keys() - state.keys()), sorted(state.keys() - wanted.keys())
    if missing or unknown:
        name, how = (missing[0], "lacks") if missing else (unknown[0], "has an unknown")
        raise PackError(f"the {what} file {how} {name}")
    for name, value in wanted.items():
        if value.shape != state[name].shape:
            raise PackError(
                f"the {what} file: {name} is {tuple(state[name].shape)}, not {tuple(value.shape)}"
            )
    module.load_state_dict(state)
    module.eval().requires_grad_(False)


@dataclass(frozen=True)
class _Latents:
    """Puts the labels file's tensors in order; what is missing follows from what is there."""

    manifest: Manifest
    generator: Generator
    features: DiscriminatorFeatures
    codes: dict[str, Tensor]

    def pack(self, device: torch.device) -> LoadedPack:
        w_avg = self._optional("w_avg")
        if w_avg is None:
            w_avg = self._wide("w_avg", self.generator.mapping.w_avg)
        labels = self._labels()
        means = self._means(labels, w_avg)
        return LoadedPack(
            manifest=self.manifest,
            device=device,
            generator=self.generator,
            features=self.features,
            labels=labels,
            means=means,
            looks=[self._look(look.keys, means) for look in self.manifest.looks] or [means],
            directions={d.name: self._named(d.key) for d in self.manifest.directions},
            w_avg=w_avg,
        )

    def _wide(self, name: str, value: Tensor) -> Tensor:
        shape = (self.manifest.num_ws, self.manifest.w_dim)
        if value.shape not in (shape, shape[1:]):
            raise PackError(f"{self.manifest.name}: {name} is {tuple(value.shape)}, not {shape}")
        return value.expand(shape).contiguous()

    def _named(self, key: str) -> Tensor:
        if key not in self.codes:
            raise PackError(f"{self.manifest.name}: the labels file has no {key}")
        return self._wide(key, self.codes[key])

    def _optional(self, key: str) -> Tensor | None:
        return self._named(key) if key in self.codes else None

    def _labels(self) -> dict[tuple[str, Gender], Tensor]:
        latents = {(label.label, label.gender): self._named(label.key) for label in self.manifest.labels}
        for name in {label.label for label in self.manifest.labels}:
            female, male = latents.get((name, "female")), latents.get((name, "male"))
            if (name, "either") not in latents and female is not None and male is not None:
                latents[name, "either"] = (female + male) / 2
        return latents

    def _means(self, labels: dict[tuple[str, Gender], Tensor], w_avg: Tensor) -> dict[Gender, Tensor]:
        means: dict[Gender, Tensor] = {}
        for gender in ("female", "male"):
            worn = [latent for (_, by), latent in labels.items() if by == gender]
            given = self._optional(f"mean.{gender}")
            if given is not None:
                means[gender] = given
            else:
                means[gender] = torch.stack(worn).mean(dim=0) if worn else w_avg
        either = self._optional("mean.either")
        means["either"] = (means["female"] + means["male"]) / 2 if either is None else either
        return means

    def _look(self, keys: dict[Gender, str], means: dict[Gender, Tensor]) -> dict[Gender, Tensor]:
        given = {gender: self._named(key) for gender, key in keys.items()}
        if "either" not in given and {"female", "male"} <= given.keys():
            given["either"] = (given["female"] + given["male"]) / 2
        return means | given
