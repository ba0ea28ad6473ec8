"""The guide for model builders uses the words that the tools say, and names options that exist."""

import re
from pathlib import Path

import typer.main
from typer.core import TyperGroup

from training.__main__ import app
from training.evaluation import findings
from training.loops.breaking import Broken
from training.watching import diversity, leaking, overfitting

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "training.md").read_text("utf-8")
TROUBLE = GUIDE[GUIDE.index("## When it looks bad") : GUIDE.index("## What the law says")]


def options(group: TyperGroup) -> set[str]:
    found = set()
    for command in group.commands.values():
        if isinstance(command, TyperGroup):
            found |= options(command)
        else:
            found |= {name for parameter in command.params for name in parameter.opts}
    return found


ROOT_COMMAND = typer.main.get_command(app)
assert isinstance(ROOT_COMMAND, TyperGroup)
KNOWN = options(ROOT_COMMAND)


def test_what_is_quoted_is_said_by_the_tools() -> None:
    warnings = " ".join((diversity._SAYS, overfitting._SAYS, leaking._SAYS))
    broken = str(Broken.at(1.0, "a weight", Path("none"), None))
    report = Path(findings.__file__).read_text("utf-8")
    said = " ".join(re.sub(r'"\s+f?"', "", f"{warnings} {broken} {report}").split())
    quoted = re.findall(r'"([^"]+)"', TROUBLE)
    assert len(quoted) == 8
    for words in quoted:
        assert words in said, words


def test_each_warning_of_a_run_is_in_the_guide() -> None:
    for says in (diversity._SAYS, overfitting._SAYS, leaking._SAYS):
        assert says.split(":")[0] in TROUBLE


def test_the_remedies_are_options_that_exist() -> None:
    warnings = " ".join((diversity._SAYS, overfitting._SAYS, leaking._SAYS))
    broken = str(Broken.at(1.0, "a weight", Path("none"), None))
    named = set(re.findall(r"--[a-z][a-z-]+|--p\b", f"{TROUBLE} {warnings} {broken}"))
    assert len(named) > 6 and named <= KNOWN, named - KNOWN
