"""What the numbers of a report mean, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from training.evaluation.judging import Judgement
from training.evaluation.neighbours import HEART

FEW: Final = 200
"""Pictures on a side below which all distances shake."""
_LEARNT = 3  # times the share of strangers
_PART = 0.5  # of the floor's recall
_ALIKE = 0.75  # of the photos' diversity
_FOREIGN = 0.5  # of the floor's precision


def findings(judgements: Sequence[Judgement], compared: int) -> list[str]:
    """Sentences on the whole, then on each subject; the first of `judgements` is the floor."""
    floor, *subjects = judgements
    said = []
    if compared < FEW:
        said.append(
            f"Only {compared} photos stand on each side of a comparison: differences between two checkpoints "
            f"mean little below {FEW}. The kernel distance, which does not depend on the number, is the one to go by."
        )
    if len(subjects) > 1:
        best = min(subjects, key=lambda judgement: _main(judgement).kernel.value)
        said.append(f"{best.name} is nearest to the photos by the kernel distance of {_space(best)}.")
    return said + [sentence for subject in subjects for sentence in _of(subject, floor)]


def _of(subject: Judgement, floor: Judgement) -> list[str]:
    own, least = _main(subject), _main(floor)
    said = []
    if subject.heart and subject.heart.share > _LEARNT * HEART:
        said.append(
            f"{subject.heart.share:.0%} of its samples are as near to one training photo, and to no other, as fewer "
            f"than {HEART:.0%} of photos of strangers are: it repeats photos. Look at the pairs below; take more "
            "photos, an earlier checkpoint, or more augmentation, and do not publish it while real people can be "
            "recognised."
        )
    if subject.diversity < _ALIKE:
        said.append(
            f"Two of its samples differ only {subject.diversity:.0%} as much as two photos do: it draws few faces."
        )
    if own.precision < _FOREIGN * least.precision:
        said.append(
            f"{own.precision:.0%} of its samples lie where photos lie ({least.precision:.0%} of other photos do): "
            "most do not look like faces of this data set yet."
        )
    elif own.recall < _PART * least.recall:
        said.append(
            f"It reaches {own.recall:.0%} of the photos ({least.recall:.0%} are reached by other photos): whole "
            "groups of people are missing from its samples."
        )
    if not said:
        said.append("Nothing stands out: the samples lie where the photos lie, and repeat none of them.")
    return [f"{subject.name}: {sentence}" for sentence in said]


def _main(judgement: Judgement) -> Any:
    return judgement.distances[_space(judgement)]


def _space(judgement: Judgement) -> str:
    return next(iter(judgement.distances))


def numbers(judgements: Sequence[Judgement]) -> list[dict[str, Any]]:
    """The same as plain values, a table for each judgement."""
    return [
        {
            "name": judgement.name,
            "side": judgement.side,
            "diversity": round(judgement.diversity, 4),
            "by_heart": judgement.heart and round(judgement.heart.share, 4),
            **{
                name: {
                    "frechet": round(distance.frechet, 5),
                    "kernel": round(distance.kernel.value, 4),
                    "kernel_spread": round(distance.kernel.spread, 4),
                    "precision": round(distance.precision, 4),
                    "recall": round(distance.recall, 4),
                }
                for name, distance in judgement.distances.items()
            },
        }
        for judgement in judgements
    ]
