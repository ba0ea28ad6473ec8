"""One type of a prepared set, as the methods that fine-tune on each type want it."""

from __future__ import annotations

from dataclasses import replace

from training.datasets.prepared import Prepared
from training.errors import SettingError

_SIGNS = ".:-"  # between a label and a gender


def chosen(prepared: Prepared, name: str) -> Prepared:
    """The pictures of one label, with `female` or `male` behind it those of one class: `ENFP`, `ENFP.female`.

    Raises:
        SettingError: the set has no such class.
    """
    kept = [i for i, names in enumerate(prepared.classes) if name in _names(*names)]
    if not kept:
        known = ", ".join(".".join(filter(None, names)) for names in prepared.classes)
        raise SettingError(f"{prepared.path.name} has no pictures of {name}; it has {known}")
    entries = (replace(e, label=kept.index(e.label)) for e in prepared.entries if e.label in kept)
    return replace(prepared, classes=tuple(prepared.classes[i] for i in kept), entries=tuple(entries))


def _names(label: str, gender: str) -> set[str]:
    return {label} | ({label + sign + gender for sign in _SIGNS} if gender else set())
