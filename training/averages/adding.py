"""Average faces go into a pack as its labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from inference.packs import manifest as manifests
from training.averages.making import Average
from training.export.learned import skew
from training.export.parts import changed


def add_averages(folder: Path, averages: Sequence[Average]) -> str:
    """Write averages as labels of a pack, in the place of those of the same name; the pack's new version.

    A pack in which no label is left that was not learnt stops being illustrative.

    Raises:
        PackError: the pack does not load, or would not; it stays as it was.
    """
    counts = {average.group.name: len(average.group.entries) for average in averages}
    method = averages[0].method
    text = f"{len(averages)} labels are average faces by {method}: {skew(counts)}"
    with changed(folder, "Averages", text) as change:
        path = manifests.locate(folder, manifests.read(folder).files.labels)
        change.write("labels", load_file(path) | {_key(each): each.latent for each in averages})
        change.manifest["labels"] = _labels(change.manifest["labels"], averages)
        learned = {_key(each) for each in averages}
        if all(label["key"] in learned for label in change.manifest["labels"]):
            change.manifest["illustrative"] = False
        change.manifest["provenance"]["averages"] = {"method": method, "counts": counts, "skew": skew(counts)}
    return change.version


def _labels(before: Sequence[dict[str, Any]], averages: Sequence[Average]) -> list[dict[str, Any]]:
    """Those of other names stay; `either` of a name whose women and men are new follows from these."""
    fresh = {(each.group.label, each.group.gender): _key(each) for each in averages}
    derived = {name for name, _ in fresh if {(name, "female"), (name, "male")} <= fresh.keys()}
    kept = [
        entry
        for entry in before
        if (entry["label"], entry["gender"]) not in fresh
        and not (entry["gender"] == "either" and entry["label"] in derived)
    ]
    return [
        *kept,
        *({"label": label, "gender": gender, "key": key} for (label, gender), key in fresh.items()),
    ]


def _key(average: Average) -> str:
    return f"average.{average.group.label}.{average.group.gender}"
