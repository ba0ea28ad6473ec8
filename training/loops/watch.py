"""The watch that a training command keeps: terminal, log, TensorBoard, the folder's page, checks, metric."""

from __future__ import annotations

from training.loops.run import RunPlan
from training.loops.trainer import Trainer
from training.watching.bar import Bar
from training.watching.best import Measure
from training.watching.examination import examination
from training.watching.journal import Journal
from training.watching.scalars import Scalars
from training.watching.seen import Source
from training.watching.story import Story
from training.watching.watch import Watch


def full_watch(
    trainer: Trainer, plan: RunPlan, photos: Source, held_out: Source | None, measure: Measure | None = None
) -> Watch:
    """Everything that there is.

    Args:
        trainer: What is watched.
        plan: Its folder and limits.
        photos: What it learns from.
        held_out: Photos that it does not learn from; none leaves the discriminator's overfitting untold.
        measure: Of the best snapshot; none keeps no best.
    """
    told = {"about": dict(plan.about), "training": trainer.options()}
    tellers = (
        Bar(plan.max_kimg, plan.max_minutes),
        Journal(plan.out),  # before the page, which reads it
        Scalars(plan.out),
        Story(plan.out, told, trainer.tables()),
    )
    augment = str(told["training"].get("augment", "none"))
    return Watch(tellers, examination(augment, photos, held_out), measure)
