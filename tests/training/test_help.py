"""The commands read alike: one word for one thing, examples in every help, and every example that is written holds."""

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import NoneType
from typing import get_args

import pytest
import typer
import typer.main
from typer.core import TyperCommand, TyperGroup, TyperOption

from training.__main__ import app

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "docs/training.md",
    "training/README.md",
    *sorted(map(str, Path("training/recipes").glob("*.py"))),
)

SAME = (
    "data",
    "manifest",
    "out",
    "pack",
    "device",
    "threads",
    "seed",
    "kimg",
    "minutes",
    "start",
    "licence",
    "label",
)
"""Parameters that are of one kind wherever they are."""

OTHER_WORDS = {
    "--faces",
    "--dataset",
    "--images",
    "--max-kimg",
    "--max-minutes",
    "--resume",
    "--gpu",
    "--output",
}


def commands(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ROOT_COMMAND = typer.main.get_command(app)
assert isinstance(ROOT_COMMAND, TyperGroup)
COMMANDS = dict(commands(ROOT_COMMAND))


def accepts(line: str) -> None:
    """Raises where a command line of a document names no command, or options that it does not have."""
    words = [word for word in shlex.split(line) if word != "..."]
    path = tuple(words[: 2 if words[0] == "train" else 1])
    with suppress(typer.Exit):  # of --help
        COMMANDS[path].make_context(" ".join(path), words[len(path) :])


def kind(option: TyperOption) -> tuple[object, ...]:
    """What it takes, whether it must be given or not."""
    annotation = option.type_descriptor.annotation
    return tuple(part for part in get_args(annotation) if part is not NoneType) or (annotation,)


def lines(text: str) -> list[str]:
    """Commands of the program in a text, those that go on over a line's end joined."""
    joined = re.sub(r"\\\n\s*", "", text)
    found = re.findall(r"^\s*(?:typeface-training|.*-m training) +([a-z][^`\n]*)$", joined, re.M)
    return [part.split("#")[0].split("&&")[0] for part in found]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_help_has_examples_that_hold(path: tuple[str, ...]) -> None:
    shown = [line for line in lines(COMMANDS[path].help or "") if line.startswith(" ".join(path))]
    assert shown, "an example of its own"
    for line in lines(COMMANDS[path].help or ""):
        accepts(line)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_command_in_the_documents_holds(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    found = lines(text)
    assert found or "typeface-training " not in text
    for line in found:
        accepts(line)


@pytest.mark.parametrize("name", SAME)
def test_one_word_is_one_thing(name: str) -> None:
    kinds = {}
    for path, command in COMMANDS.items():
        for parameter in command.params:
            if parameter.name == name and isinstance(parameter, TyperOption):
                kinds[" ".join(path)] = (kind(parameter), parameter.opts[0])
    assert len(kinds) > 1 and len(set(kinds.values())) == 1, kinds


def test_there_are_no_other_words_for_them() -> None:
    for path, command in COMMANDS.items():
        words = {word for parameter in command.params for word in parameter.opts}
        assert not words & OTHER_WORDS, path


def test_what_computes_can_be_placed() -> None:
    computing = {
        path for path in COMMANDS if path[0] in {"train", "encoder", "identity", "evaluate", "average"}
    }
    computing |= {("directions",), ("bench",)}
    for path in computing:
        names = {parameter.name for parameter in COMMANDS[path].params}
        assert {"device", "threads"} <= names, path
    for path in computing - {("evaluate",), ("average",), ("directions",), ("bench",)}:
        assert {"data", "out", "seed", "minutes"} <= {
            parameter.name for parameter in COMMANDS[path].params
        }, path
