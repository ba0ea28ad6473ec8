"""The contract between the inference server and its clients: expressions, requests, views, events.

Faces and pictures are expressions: small trees that every command composes. A face evaluates to a latent, a picture to
pixels. All models are frozen and refuse unknown fields; `MAX_DEPTH` and `MAX_NODES` bound a tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from inference import errors

MAX_DEPTH = 16
MAX_NODES = 256
MAX_SIDE = 2048
MAX_PHOTOS = 5
MAX_MORPHED = 8
Gender = Literal["female", "male", "either"]
LayerGroup = Literal["coarse", "middle", "fine", "all"]
ImageFormat = Literal["webp", "png", "jpeg"]
FilmFormat = Literal["mp4", "webp", "jpeg"]
"""Of a morph: film, animated picture, and the first frame as a picture."""
_FAR = 2**20  # pixels; a face may reach beyond its photo, but not so far
Priority = Literal["low", "normal", "high"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: frozenset[JobState] = frozenset({"done", "failed", "cancelled"})


def _has_room(box: errors.Box) -> errors.Box:
    left, top, right, bottom = box
    if not (-_FAR <= left < right <= _FAR and -_FAR <= top < bottom <= _FAR):
        raise ValueError(
            "a box is left, top, right and bottom in pixels, left before right and top before bottom"
        )
    return box


Box = Annotated[errors.Box, AfterValidator(_has_room)]
Psi = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Wire(BaseModel):
    """The base of all that travels: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelFace(Wire):
    """A class of the pack: psi 0 is its average; a seed and psi > 0 a person of that class."""

    kind: Literal["label"] = "label"
    label: str = Field(max_length=64)
    gender: Gender = "either"
    look: int = Field(default=0, ge=0)
    seed: Seed | None = None
    psi: Psi = 0


class SeedFace(Wire):
    """A person of no class, by seed."""

    kind: Literal["seed"] = "seed"
    seed: Seed
    gender: Gender = "either"
    psi: Psi = 0.7


class LatentFace(Wire):
    """A latent as data: base64 of little-endian float16 [num_ws, w_dim], row-major."""

    kind: Literal["latent"] = "latent"
    data: str = Field(max_length=200_000)


class MixFace(Wire):
    """Style mixing: on `layers` a is moved towards b by `weight`; the other layers stay a's.

    w = a + weight * (b - a) on those layers. `layers` names a group (coarse 4-8 px = w 0-2, middle 16-32 px = 3-6, fine
    = 7 and up) or lists w indices.
    """

    kind: Literal["mix"] = "mix"
    a: Face
    b: Face
    layers: LayerGroup | Annotated[list[Annotated[int, Field(ge=0, lt=32)]], Field(max_length=32)] = "all"
    weight: float = Field(default=0.5, ge=0, le=1, allow_inf_nan=False)


class EditFace(Wire):
    """Move a face along one of the pack's directions."""

    kind: Literal["edit"] = "edit"
    face: Face
    direction: str = Field(max_length=64)
    amount: float = Field(ge=-10, le=10, allow_inf_nan=False)


Face = Annotated[LabelFace | SeedFace | LatentFace | MixFace | EditFace, Field(discriminator="kind")]


class FacePicture(Wire):
    """The face itself, as pixels."""

    kind: Literal["face"] = "face"
    face: Face


class UpscalePicture(Wire):
    """A face as the pack's upscaler draws it, larger; as it is where the pack has none."""

    kind: Literal["upscale"] = "upscale"
    picture: FacePicture


DrawnPicture = FacePicture | UpscalePicture
"""What a device draws."""


class ComposePicture(Wire):
    """A face put back into the photo that comes with the request: its place, light, colours and sharpness.

    `box` chooses one of several faces in the photo, as in `ProjectRequest`.
    """

    kind: Literal["compose"] = "compose"
    picture: Picture
    box: Box | None = None


Picture = Annotated[FacePicture | UpscalePicture | ComposePicture, Field(discriminator="kind")]


def extent(node: Any) -> tuple[int, int]:
    """How many expressions lie on the longest way down from `node`, and how many there are in all."""
    if not isinstance(node, Wire):
        return 0, 0
    below = [extent(getattr(node, name)) for name in type(node).model_fields]
    return 1 + max(depth for depth, _ in below), 1 + sum(count for _, count in below)


def _check_extent(node: Any) -> None:
    depth, count = extent(node)
    if depth > MAX_DEPTH or count > MAX_NODES:
        raise ValueError(f"the expression is more than {MAX_DEPTH} deep, or has more than {MAX_NODES} parts")


class RenderRequest(Wire):
    """`POST /v1/render`: one of `face` or `picture`; as JSON, or with a photo as the parts `render` and `image`.

    `size` is the side of a square picture in pixels, and the longest that a composed photo may have.
    """

    pack: str | None = None
    face: Face | None = None
    picture: Picture | None = None
    size: int = Field(default=512, ge=16, le=MAX_SIDE)
    format: ImageFormat = "webp"

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.face is None) == (self.picture is None):
            raise ValueError("give one of face or picture")
        _check_extent(self.face or self.picture)
        return self

    @property
    def asked(self) -> Picture:
        if self.picture is not None:
            return self.picture
        assert self.face is not None
        return FacePicture(face=self.face)


class ProjectRequest(Wire):
    """The `job` part of `POST /v1/jobs`: find the latent of the person in the `image` parts, one to `MAX_PHOTOS`.

    `owner` is an opaque key of the person: one projection per owner runs at a time. `client` is one of whoever
    sends many people's jobs (a community): clients get equal shares of a device that runs several at once. `box`
    chooses one of several faces, where one photo is sent. `steps` None lets the server choose, 0 is the encoder's
    answer alone. After `deadline` seconds the job ends with what it has found by then, which may be the encoder's
    answer alone, or as `too_late` when that is not there yet. `preview_size` is the side in
    pixels of the previews in the event stream.
    """

    kind: Literal["project"] = "project"
    pack: str | None = None
    owner: str = Field(min_length=1, max_length=64)
    client: str = Field(default="", max_length=64)
    priority: Priority = "normal"
    deadline: float | None = Field(default=None, gt=0, le=86_400, allow_inf_nan=False)
    box: Box | None = None
    steps: int | None = Field(default=None, ge=0, le=2000)
    preview_size: int = Field(default=256, ge=16, le=512)


class MorphRequest(Wire):
    """`POST /v1/jobs` as JSON: a loop in which each face turns into the next, and the last into the first.

    `owner` is as in `ProjectRequest`; one morph per owner waits or runs at a time. `seconds` is how long the loop
    takes, `size` the side in pixels, even since H.264 halves it for colours. `formats` are made and may be fetched.
    """

    kind: Literal["morph"] = "morph"
    pack: str | None = None
    faces: Annotated[list[Face], Field(min_length=2, max_length=MAX_MORPHED)]
    owner: str = Field(min_length=1, max_length=64)
    seconds: float = Field(default=4.5, ge=1, le=10, allow_inf_nan=False)
    size: int = Field(default=512, ge=64, le=640, multiple_of=2)
    formats: Annotated[list[FilmFormat], Field(min_length=1, max_length=3)] = ["mp4", "webp", "jpeg"]
    preview_size: int = Field(default=256, ge=16, le=512)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        for face in self.faces:
            _check_extent(face)
        return self


JobRequest = Annotated[ProjectRequest | MorphRequest, Field(discriminator="kind")]


class JobView(Wire):
    """`GET /v1/jobs/{id}`: where a job stands. `position` is 0 when it runs; `eta` is in seconds."""

    id: str
    kind: str
    state: JobState
    position: int = 0
    eta: float = 0
    step: int = 0
    steps: int = 0
    queue_ms: int = 0
    run_ms: int = 0
    problem: dict[str, Any] | None = None


class JobEvent(Wire):
    """One event of the SSE stream; the last has state done, failed or cancelled. `preview` is base64 JPEG."""

    job: JobView
    preview: str | None = None


class ProjectResult(Wire):
    """`GET /v1/jobs/{id}/result` of a projection: the latent itself; the server keeps nothing about a person."""

    face: LatentFace
    pack: str
    version: str
    steps: int
    queue_ms: int = 0
    run_ms: int = 0
    loss: float = Field(allow_inf_nan=False)


class LabelInfo(Wire):
    """A class of a pack and the genders it is worn by."""

    label: str
    genders: list[Gender]


@dataclass(frozen=True, repr=False)
class Film:
    """A morph's files, as a client has fetched them: `mp4` and `webp` loop, `jpeg` is the first frame."""

    files: Mapping[FilmFormat, bytes]


class DirectionInfo(Wire):
    """A named direction: its useful range and how it was found."""

    name: str
    low: float
    high: float
    how: str


class PackInfo(Wire):
    """`GET /v1/packs`: what a client may ask of a pack."""

    name: str
    version: str
    resolution: int
    num_ws: int
    w_dim: int
    labels: list[LabelInfo]
    looks: list[str]
    directions: list[DirectionInfo]
    operations: list[str]
    licence: str
    attribution: str
    illustrative: bool
    default: bool = False


class ServerState(Wire):
    """`GET /v1/state`: what a server is doing, without anything about whom it does it for."""

    ready: bool
    waiting: int
    running: int
    devices: list[str]
    version: str


class Problem(BaseModel):
    """An RFC 9457 problem document; `inference.errors` draws the tree of codes."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str
    code: str


for _model in (MixFace, EditFace, ComposePicture):
    _model.model_rebuild()
