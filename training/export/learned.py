"""A pack of a run of ours whose faces were learnt: the average of every label that it was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from inference.errors import PackError
from inference.wire import Gender
from training.config import GanConfig
from training.datasets.manifest import GENDERS
from training.errors import SettingError
from training.export.imported import named_classes
from training.export.packing import Contents, first_blocks, write_pack
from training.export.starter_pack import averaged_generator

CARD = """# {name} {version}

Faces that do not exist, {resolution} x {resolution} px, by `typeface-training`.

**Training.** Recipe {recipe}, {kimg} thousand pictures shown, {hours} hours on {hardware}.

**Data.** {data}

**Skew.** {skew}

{text}

**Attribution.** {attribution}

**For** what the people on the photos agreed to. **Not for** judging, identifying or classifying anybody.

**Licence.** {licence}
"""


@dataclass(frozen=True, slots=True)
class LearnedPlan:
    """What the run does not tell.

    Attributes:
        licence: of the weights, which must fit that of the photos; there is no pack without one.
        attribution: who made the photos, what has to be named with them.
        name, version: of the pack.
        padding: how wide the photos were cut around the face, as `prepare` has it.
        labels: other names for the classes, in order.
    """

    licence: str
    attribution: str
    name: str = "faces"
    version: str = "0.1.0"
    padding: float = 0.25
    labels: Sequence[str] = ()


def export_learned(state: Mapping[str, Any], out: Path, plan: LearnedPlan) -> None:
    """Write a pack of a checkpoint to the folder `out`, in whose place it comes at the end.

    Raises:
        SettingError: the checkpoint is not of a StyleGAN2, or has no licence, or labels do not fit.
        PackError: the pack would not load; nothing is written.
    """
    if not plan.licence.strip():
        raise SettingError("a pack needs a licence: what may others do with these faces? (--licence)")
    try:
        config, generator = averaged_generator(state)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise SettingError(_no_pack(state)) from error
    counts: Mapping[str, int] = state["about"].get("counts", {})
    classes = config.generator.c_dim
    names = plan.labels or (list(map(_label, counts)) if classes and len(counts) == classes else ())
    try:
        labels = named_classes(names, classes)
    except PackError as error:
        raise SettingError(str(error)) from error
    told = {
        "name": plan.name,
        "version": plan.version,
        "licence": plan.licence,
        "illustrative": not classes,
        "provenance": _provenance(state, config, counts, plan),
    }
    features = first_blocks(config.discriminator, state["discriminator"])
    write_pack(out, Contents(generator, features, labels, told, plan.padding, CARD))


def _no_pack(state: Mapping[str, Any]) -> str:
    recipe = state.get("about", {}).get("recipe", "another command")
    return (
        f"a run of {recipe} cannot become a pack, which draws faces from style codes: "
        "only runs of stylegan2-ada and the starter have these"
    )


def _label(name: str) -> str:
    """A class's name as `named_classes` reads it; a set of two genders knows no labels."""
    return f"mean:{name}" if name in GENDERS else name


def _provenance(
    state: Mapping[str, Any], config: GanConfig, counts: Mapping[str, int], plan: LearnedPlan
) -> dict[str, Any]:
    about = state["about"]
    learned = "Labels are the mean of the style code over all people of a class, learnt from its photos."
    alone = "One average face: the run learnt no labels."
    return {
        "recipe": about.get("recipe", "unknown"),
        "from": about.get("from", "nothing"),
        "before": about.get("before"),
        "held_out": about.get("held_out"),
        "kimg": round(state["images"] / 1000, 1),
        "hours": round(state["seconds"] / 3600, 2),
        "hardware": about.get("hardware", "unknown"),
        "counts": dict(counts),
        "data": ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "not recorded",
        "skew": skew(counts),
        "attribution": plan.attribution,
        "text": learned if config.generator.c_dim else alone,
    }


def skew(counts: Mapping[str, int]) -> str:
    """How evenly labels and genders are shown, in a sentence or three."""
    if not counts:
        return "Not recorded."
    total, least, most = (
        sum(counts.values()),
        min(counts, key=counts.__getitem__),
        max(counts, key=counts.__getitem__),
    )
    ends = f"fewest {least} ({counts[least]:,}), most {most} ({counts[most]:,})"
    said = [f"{total:,} photos of {len(counts)} classes: {ends}."]
    genders = {
        str(g): sum(n for name, n in counts.items() if str(g) in (name, name.partition(":")[2]))
        for g in get_args(Gender)
    }
    known = {name: count for name, count in genders.items() if count}
    if known:
        said.append(
            "By gender: " + ", ".join(f"{name} {count / total:.0%}" for name, count in known.items()) + "."
        )
    said.append("Age, skin colour and origin were not recorded.")
    return " ".join(said)
