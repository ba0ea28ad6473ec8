"""What a command says when it cannot go on: one sentence, and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from inference.errors import PackError
from training.errors import TrainingError


@contextmanager
def sentences() -> Iterator[None]:
    """Ends the command where the body raises an error that is for the person at the terminal."""
    try:
        yield
    except (PackError, TrainingError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
