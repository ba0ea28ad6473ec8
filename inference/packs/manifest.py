"""What a pack says of itself: `manifest.json`, read and checked before any weight is. Free of torch.

A pack is a folder: the manifest and safetensors files. One without a licence, with a missing or altered file,
or with a path that leaves the folder does not load.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from inference.alignment import Framing
from inference.errors import PackError
from inference.wire import DirectionInfo, Gender, LabelInfo, PackInfo

FILE = "manifest.json"
FORMAT = 1
_MAX_BYTES = 2**20
Name = Annotated[str, Field(min_length=1, max_length=64)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """The base of all parts: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FramingPart(Part):
    """How the training photos were cut; selfies are cut the same way."""

    detector: Literal["dlib-5"] = "dlib-5"
    padding: float = Field(default=0.25, ge=0, le=2, allow_inf_nan=False)
    size: int = Field(ge=16, le=1024)


class Network(Part):
    """A network's family and its configuration, as `inference.networks.registry` takes them."""

    family: Literal["stylegan2"] = "stylegan2"
    config: dict[str, Any]


class Features(Part):
    """The first blocks of the discriminator, which projections compare pictures with."""

    blocks: int = Field(default=3, ge=1, le=8)
    config: dict[str, Any]


class Extra(Part):
    """The configuration of a network that a pack may have: its encoder, its identity network, its upscaler."""

    config: dict[str, Any]


class FileEntry(Part):
    """A file of the pack, by a path relative to its folder."""

    path: str = Field(min_length=1, max_length=200)
    sha256: Sha256


class Files(Part):
    """All files of the pack; an optional one goes with the part of the same name."""

    generator: FileEntry
    features: FileEntry
    labels: FileEntry
    encoder: FileEntry | None = None
    identity: FileEntry | None = None
    upscaler: FileEntry | None = None

    @property
    def entries(self) -> list[FileEntry]:
        """Those that are there."""
        every = (self.generator, self.features, self.labels, self.encoder, self.identity, self.upscaler)
        return [entry for entry in every if entry is not None]


class Label(Part):
    """A class worn by a gender; `key` names its latent in the labels file."""

    label: Name
    gender: Gender
    key: Name


class Look(Part):
    """A base face; `keys` name its latent for each gender. One without keys is the gender's mean."""

    name: Name
    keys: dict[Gender, Name] = Field(default_factory=dict)


class Direction(Part):
    """A named direction; `key` names its vector, [w_dim] or [num_ws, w_dim], in the labels file."""

    name: Name
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    how: str = Field(max_length=500)
    key: Name


class Condition(Part):
    """What one entry of the generator's one-hot condition means; a null stands for any."""

    label: Name | None = None
    gender: Gender | None = None


class Manifest(Part):
    """The whole of `manifest.json`.

    `conditions` names the entries of a conditional generator's one-hot vector, in order; a generator with two
    and no names is taken to know women and men, in this order.
    """

    format: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    version: str = Field(min_length=1, max_length=32)
    resolution: int = Field(ge=16, le=1024)
    framing: FramingPart
    num_ws: int = Field(ge=1, le=32)
    w_dim: int = Field(ge=1, le=2048)
    network: Network
    files: Files
    features: Features
    encoder: Extra | None = None
    identity: Extra | None = None
    upscaler: Extra | None = None
    labels: list[Label] = Field(min_length=1, max_length=1000)
    conditions: list[Condition] = Field(default_factory=list)
    looks: list[Look] = Field(default_factory=list, max_length=100)
    directions: list[Direction] = Field(default_factory=list, max_length=200)
    operations: list[str] = Field(default_factory=list)
    provenance: dict[str, Any]
    licence: str = Field(min_length=1, pattern=r"\S")
    illustrative: bool

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.framing.size != self.resolution:
            raise ValueError("framing.size is not the resolution")
        for what, names in (
            ("labels", [(label.label, label.gender) for label in self.labels]),
            ("looks", [look.name for look in self.looks]),
            ("directions", [direction.name for direction in self.directions]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"{what} has a name twice")
        c_dim = self.network.config.get("c_dim", 0)
        if self.conditions and len(self.conditions) != c_dim:
            raise ValueError(f"conditions names {len(self.conditions)} of {c_dim} entries")
        if c_dim not in (0, 2) and not self.conditions:
            raise ValueError(f"conditions names none of {c_dim} entries")
        for what, part, file in (
            ("encoder", self.encoder, self.files.encoder),
            ("identity", self.identity, self.files.identity),
            ("upscaler", self.upscaler, self.files.upscaler),
        ):
            if (part is None) != (file is None):
                raise ValueError(f"{what} has only one of its part and its file")
        return self

    @property
    def cut(self) -> Framing:
        """The framing as `inference.alignment` takes it."""
        return Framing(size=self.framing.size, padding=self.framing.padding)

    @property
    def known_conditions(self) -> list[Condition]:
        """The entries of the one-hot condition; empty for an unconditional generator."""
        if self.conditions or not self.network.config.get("c_dim", 0):
            return self.conditions
        return [Condition(gender="female"), Condition(gender="male")]


def read(folder: Path) -> Manifest:
    """Read `manifest.json` and check every file it names.

    Raises:
        PackError: the sentence says what is wrong.
    """
    path = folder / FILE
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PackError(f"{FILE} has more than {_MAX_BYTES} bytes")
        text = path.read_bytes()
    except OSError as error:
        raise PackError(f"{folder.name} has no readable {FILE}") from error
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise PackError(f"{folder.name}/{FILE}: {_sentence(error)}") from error
    for entry in manifest.files.entries:
        _check(folder, entry)
    return manifest


def locate(folder: Path, entry: FileEntry) -> Path:
    """The file of an entry. Raises `PackError` on a path that leaves the folder, by `..` or by a link."""
    path = (folder / entry.path).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise PackError(f"{folder.name}: the path {entry.path} leaves the pack's folder")
    return path


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def info(manifest: Manifest, default: bool) -> PackInfo:
    """What clients are told of a pack."""
    genders: dict[str, list[Gender]] = {}
    for label in manifest.labels:
        genders.setdefault(label.label, []).append(label.gender)
    for worn in genders.values():
        if "either" not in worn and {"female", "male"} <= set(worn):
            worn.append("either")
    return PackInfo(
        name=manifest.name,
        version=manifest.version,
        resolution=manifest.resolution,
        num_ws=manifest.num_ws,
        w_dim=manifest.w_dim,
        labels=[LabelInfo(label=name, genders=worn) for name, worn in genders.items()],
        looks=[look.name for look in manifest.looks],
        directions=[
            DirectionInfo(name=d.name, low=d.low, high=d.high, how=d.how) for d in manifest.directions
        ],
        operations=[*manifest.operations, *(["upscale"] if manifest.upscaler else [])],
        licence=manifest.licence,
        attribution=str(manifest.provenance.get("attribution", "")),
        illustrative=manifest.illustrative,
        default=default,
    )


def _check(folder: Path, entry: FileEntry) -> None:
    path = locate(folder, entry)
    try:
        found = sha256(path)
    except FileNotFoundError as error:
        raise PackError(f"{folder.name}: the file {entry.path} is missing") from error
    except OSError as error:
        raise PackError(f"{folder.name}: {entry.path} cannot be read: {error.strerror}") from error
    if found != entry.sha256:
        raise PackError(
            f"{folder.name}: {entry.path} is not the file that the manifest names (SHA-256 differs)"
        )


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
