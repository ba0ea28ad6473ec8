"""The constructor's arguments that an official checkpoint keeps, taken one by one; what is left over is refused."""

from __future__ import annotations

from typing import Any, TypeVar

from inference.errors import PackError

_Config = TypeVar("_Config")


class Options:
    """Arguments of one network, or of one of its parts.

    Args:
        values: as the file has them; none stands for no arguments.
        owner: whose they are, for sentences.
    """

    def __init__(self, values: object, owner: str) -> None:
        if values is not None and not isinstance(values, dict):
            raise PackError(f"{owner} of the checkpoint has no arguments")
        self._left: dict[Any, Any] = dict(values or {})
        self._owner = owner

    def part(self, name: str) -> Options:
        """The arguments of a part."""
        return Options(self._left.pop(name, None), self._owner)

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number; one that must be there has no default."""
        return self._whole(name, self._left.pop(name, default))

    def optional(self, name: str, default: int | None = None) -> int | None:
        """A whole number or none."""
        value = self._left.pop(name, default)
        return None if value is None else self._whole(name, value)

    def number(self, name: str, default: float) -> float:
        """A finite number."""
        return self._finite(name, self._left.pop(name, default))

    def optional_number(self, name: str) -> float | None:
        """A finite number or none."""
        value = self._left.pop(name, None)
        return None if value is None else self._finite(name, value)

    def choice(self, name: str, default: str, known: tuple[str, ...]) -> str:
        """One of the known words."""
        value = self._left.pop(name, default)
        if not isinstance(value, str) or value not in known:
            raise self._odd(name, value)
        return value

    def taps(self, name: str) -> tuple[float, ...]:
        """The resampling filter in one dimension."""
        value = self._left.pop(name, [1, 3, 3, 1])
        plain = isinstance(value, (list, tuple)) and all(type(tap) in (int, float) for tap in value)
        if not plain or not 0 < len(value) <= 16 or not sum(value):
            raise self._odd(name, value)
        return tuple(float(tap) for tap in value)

    def only(self, name: str, *values: object) -> None:
        """Ours knows no other value; what is not there is the first."""
        value = self._left.pop(name, values[0])
        if not isinstance(value, (str, int, float, type(None))) or value not in values:
            raise self._odd(name, value)

    def ignored(self, *names: str) -> None:
        """These change how fast a network is, or how it is trained, not what it computes."""
        for name in names:
            self._left.pop(name, None)

    def done(self) -> None:
        """Raises `PackError` where something is left that ours does not know."""
        if self._left:
            raise self._odd(str(next(iter(self._left)))[:80], next(iter(self._left.values())))

    def config(self, kind: type[_Config], **values: Any) -> _Config:
        """The configuration. Raises `PackError` where its numbers cannot be."""
        try:
            return kind(**values)
        except ValueError as error:
            raise PackError(f"{self._owner} of the checkpoint: {error}") from error

    def _whole(self, name: str, value: object) -> int:
        number = self._finite(name, value)  # files that came from TensorFlow hold whole numbers as floats
        if number != int(number):
            raise self._odd(name, value)
        return int(number)

    def _finite(self, name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 2**40:
            raise self._odd(name, value)
        return float(value)

    def _odd(self, name: str, value: object) -> PackError:
        told = str(value)[:80] if isinstance(value, (str, int, float, type(None))) else type(value).__name__
        return PackError(f"{self._owner} of the checkpoint has {name} {told}, which our networks cannot be")
