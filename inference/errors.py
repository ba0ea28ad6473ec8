"""Everything that can go wrong with a request, as one tree.

TypefaceError
├── BadRequest               400 bad_request       the request does not follow the contract
│   ├── UnknownLabel         404 unknown_label
│   ├── UnknownPack          404 unknown_pack
│   ├── UnknownDirection     404 unknown_direction
│   ├── UnknownLook          404 unknown_look
│   ├── BadLatent            400 bad_latent        not a latent of this pack, or not finite
│   ├── NotFound             404 not_found         no such route
│   └── MethodNotAllowed     405 method_not_allowed
├── PhotoError                                     the photo cannot be used
│   ├── BadImage             415 bad_image         not an image, or a broken one
│   ├── TooLarge             413 too_large         more bytes or pixels than are read
│   ├── NoFace               422 no_face
│   ├── ManyFaces            422 many_faces        `boxes` says where
│   ├── FaceTooSmall         422 face_too_small
│   └── FaceCut              422 face_cut          the face leaves the photo
├── Busy                     429 busy              `retry_after` says when
├── AlreadyRunning           409 already_running   one projection per owner at a time
├── NoSuchJob                404 no_such_job
├── NotReady                 409 not_ready         the job has no result yet
├── Cancelled                410 cancelled
├── Unauthorized             401 unauthorized
├── PackError                500 bad_pack          a pack that does not load
├── TooLate                  504 too_late          the deadline passed before anything was found
├── Stopping                 503 stopping          the server is draining
├── OutOfMemory              503 out_of_memory     the device had no memory left for this job
├── Unreachable              503 unreachable       raised by the client alone: no answer from the server
└── InternalError            500 internal          our own bug; the log has it

The server turns an error into an RFC 9457 problem document (`problem`), the client turns the document back
into the same class (`from_problem`). Texts for people live with the bot, keyed by `code`; `detail` is for
engineers.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the upright photo (EXIF orientation applied)."""


class TypefaceError(Exception):
    """The root: what happened, a stable `code`, an HTTP `status`, and data a client may act on."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or (self.__doc__ or self.code).strip().splitlines()[0])
        self.extra: dict[str, Any] = extra

    @property
    def detail(self) -> str:
        return str(self.args[0])

    def problem(self) -> dict[str, Any]:
        """The RFC 9457 problem document, `extra` as extension members."""
        return {
            "type": f"urn:typeface:error:{self.code}",
            "title": type(self).__name__,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.extra,
        }


class BadRequest(TypefaceError):
    """The request does not follow the contract."""

    code, status = "bad_request", 400


class UnknownLabel(BadRequest):
    """The pack has no such label."""

    code, status = "unknown_label", 404


class UnknownPack(BadRequest):
    """No pack of that name is loaded."""

    code, status = "unknown_pack", 404


class UnknownDirection(BadRequest):
    """The pack has no such direction."""

    code, status = "unknown_direction", 404


class UnknownLook(BadRequest):
    """The pack has no such look."""

    code, status = "unknown_look", 404


class BadLatent(BadRequest):
    """The latent is not of this pack, or not finite."""

    code, status = "bad_latent", 400


class NotFound(BadRequest):
    """There is no such route."""

    code, status = "not_found", 404


class MethodNotAllowed(BadRequest):
    """The route does not take this method."""

    code, status = "method_not_allowed", 405


class PhotoError(TypefaceError):
    """The photo cannot be used."""

    code, status = "bad_image", 422


class BadImage(PhotoError):
    """The file is not an image that can be read."""

    code, status = "bad_image", 415


class TooLarge(PhotoError):
    """The file has more bytes or pixels than are read."""

    code, status = "too_large", 413


class NoFace(PhotoError):
    """No face was found in the photo."""

    code, status = "no_face", 422


class ManyFaces(PhotoError):
    """Several faces were found and none was chosen."""

    code, status = "many_faces", 422

    def __init__(self, detail: str = "", boxes: Sequence[Sequence[int]] = (), **extra: Any) -> None:
        super().__init__(detail, boxes=[list(box) for box in boxes], **extra)

    @property
    def boxes(self) -> list[Box]:
        return [(int(a), int(b), int(c), int(d)) for a, b, c, d in self.extra["boxes"]]


class FaceTooSmall(PhotoError):
    """The face has too few pixels."""

    code, status = "face_too_small", 422


class FaceCut(PhotoError):
    """The face leaves the photo, or is turned too far away."""

    code, status = "face_cut", 422


class Busy(TypefaceError):
    """The queue is full."""

    code, status, retryable = "busy", 429, True

    def __init__(self, detail: str = "", retry_after: float = 5, **extra: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **extra)

    @property
    def retry_after(self) -> float:
        """Seconds until a place in the queue is likely."""
        return float(self.extra["retry_after"])


class AlreadyRunning(TypefaceError):
    """A projection of this owner waits or runs already."""

    code, status = "already_running", 409


class NoSuchJob(TypefaceError):
    """No job has this id: it never ran here, or its result was given up."""

    code, status = "no_such_job", 404


class NotReady(TypefaceError):
    """The job has no result yet."""

    code, status, retryable = "not_ready", 409, True


class Cancelled(TypefaceError):
    """The job was cancelled."""

    code, status = "cancelled", 410


class Unauthorized(TypefaceError):
    """The bearer token is missing or wrong."""

    code, status = "unauthorized", 401


class PackError(TypefaceError):
    """A pack does not load."""

    code, status = "bad_pack", 500

    @property
    def passing(self) -> bool:
        """Whether the system could not read a file that is there, which it may do the next time."""
        cause = self.__cause__
        return isinstance(cause, OSError) and cause.errno != errno.ENOENT


class TooLate(TypefaceError):
    """The deadline passed before anything was found."""

    code, status, retryable = "too_late", 504, True


class Stopping(TypefaceError):
    """The server is draining and takes no new work."""

    code, status, retryable = "stopping", 503, True


class OutOfMemory(TypefaceError):
    """The device had no memory left for this job."""

    code, status, retryable = "out_of_memory", 503, True


class Unreachable(TypefaceError):
    """The inference server does not answer."""

    code, status, retryable = "unreachable", 503, True


class InternalError(TypefaceError):
    """Something broke inside; the log has the cause."""

    code, status, retryable = "internal", 500, True


def _classes(root: type[TypefaceError]) -> list[type[TypefaceError]]:
    return [c for child in root.__subclasses__() for c in (child, *_classes(child))]


def from_problem(problem: Mapping[str, Any]) -> TypefaceError:
    """Rebuild the error that a problem document tells of; an unknown code becomes `InternalError`."""
    extra = {k: v for k, v in problem.items() if k not in {"type", "title", "status", "detail", "code"}}
    # Leaves come last, so a leaf wins over a parent that shares its code.
    by_code = {c.code: c for c in _classes(TypefaceError)}
    return by_code.get(str(problem.get("code")), InternalError)(str(problem.get("detail", "")), **extra)
