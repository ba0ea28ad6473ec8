"""The numbers that define a network: plain data that a pack's manifest holds as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Self


class Config:
    """The base of frozen dataclasses: to and from the plain dictionaries of a manifest."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; `from_dict` gives an equal object back."""
        return dataclasses.asdict(self)  # type: ignore[call-overload, no-any-return]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Raises `ValueError` on a name that the network does not know, or `TypeError` on one that is missing."""
        known = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        if unknown := sorted(set(values) - set(known)):
            raise ValueError(f"{cls.__name__} knows no {', '.join(unknown)}")
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
