"""Data sets of the official layout: pictures, and a `dataset.json` of nothing but `labels`, or none.

`labels` is a list of `[file, class]`, classes counted from 0, or null. Such a set does not tell who is who, so each
picture counts as a person, and nobody is held out. A few pictures are: the same people may be on others, but they
tell whether a discriminator knows its photos by heart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from training.datasets.archive import Archive
from training.datasets.entries import Entry, Split
from training.datasets.manifest import is_held_out
from training.errors import DataError

ONE_CLASS: Final = "pictures"
"""Of a set without labels."""
MOST_CLASSES: Final = 10_000
WATCHED: Final = 0.02
"""Share of the pictures that only the watch sees, by the hash of their names."""
FEWEST: Final = 8
"""Watched pictures below which they tell nothing, and all are learnt from: sets of some 400 and fewer."""


def plain_entries(archive: Archive, labels: Any) -> tuple[tuple[str, ...], tuple[Entry, ...]]:
    """Names of the classes, and all pictures.

    Args:
        archive: that holds them.
        labels: what `dataset.json` says; None: nothing.

    Raises:
        DataError: there are no pictures, or labels are not what they should be.
    """
    files, name = archive.pictures, archive.path.name
    if not files:
        raise DataError(f"{name} has no pictures, neither of prepare nor any PNG or JPEG")
    if labels is None:
        return (ONE_CLASS,), _entries(dict.fromkeys(files, 0))
    classes = _classes(labels, name)
    if missing := [file for file in files if file not in classes]:
        raise DataError(f"the labels of {name} leave out {len(missing)} of its {len(files)} pictures")
    names = tuple(f"class-{index}" for index in range(max(classes[file] for file in files) + 1))
    return names, _entries({file: classes[file] for file in files})


def _classes(labels: Any, name: str) -> Mapping[str, int]:
    """By file."""
    if not isinstance(labels, list) or not all(map(_is_pair, labels)):
        raise DataError(f"the labels of {name} are no list of [file, class]")
    if odd := [label for _, label in labels if not _is_class(label)]:
        raise DataError(f"the labels of {name} must be numbers of classes from 0 on, not {str(odd[0])[:40]}")
    return dict(labels)


def _is_pair(told: Any) -> bool:
    return isinstance(told, Sequence) and len(told) == 2 and isinstance(told[0], str)


def _is_class(label: Any) -> bool:
    return isinstance(label, int) and not isinstance(label, bool) and 0 <= label < MOST_CLASSES


def _entries(classes: Mapping[str, int]) -> tuple[Entry, ...]:
    watched = {file for file in classes if is_held_out(file, WATCHED)}
    if len(watched) < FEWEST:
        watched = set()
    return tuple(
        _entry(file, label, "watched" if file in watched else "train") for file, label in classes.items()
    )


def _entry(file: str, label: int, split: Split) -> Entry:
    return Entry(file, label, person=file, split=split, source="")
