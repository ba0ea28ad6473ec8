"""The model card: a template filled with the numbers of the run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

TEMPLATE = Path(__file__).with_name("card.md")


def card(values: Mapping[str, object]) -> str:
    """Markdown. Raises `KeyError` where the template asks for something that `values` does not have."""
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(values)
