"""The images without a daemon: what they copy, who they run as, and that their packages are enough, and no more."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.docker.recipe import DOCKER, KNOWN, ROOT, Step, seen, stages, steps

BLOCKED = """
import importlib, importlib.metadata as metadata, sys
from packaging.requirements import Requirement

def normal(name):
    return name.lower().replace("_", "-").replace(".", "-")

def closure(texts):
    found, waiting = set(), [Requirement(text) for text in texts]
    while waiting:
        requirement = waiting.pop()
        extras = requirement.extras or {""}
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if (key := (normal(requirement.name), *sorted(extras))) in found:
            continue
        found.add(key)
        for text in metadata.requires(requirement.name) or ():
            inner = Requirement(text)
            if not inner.marker or any(inner.marker.evaluate({"extra": extra}) for extra in extras):
                inner.marker = None
                waiting.append(inner)
    return {key[0] for key in found}

installed = closure(sys.argv[1].split("|"))
tops = {m: {normal(d) for d in ds} for m, ds in metadata.packages_distributions().items()}

class Missing:
    def find_spec(self, name, path=None, target=None):
        owners = tops.get(name.partition(".")[0], set()) - {"typeface"}
        if owners and not owners & installed:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)

for name in list(sys.modules):
    if name.partition(".")[0] in {"packaging", "setuptools", "pkg_resources"}:
        del sys.modules[name]
sys.meta_path.insert(0, Missing())
for name in sys.argv[2].split("|"):
    importlib.import_module(name)
print(len(installed))
"""


def modules(*rooms: str) -> list[str]:
    paths = [p for room in rooms for p in (ROOT / room).rglob("*.py")]
    kept = [p for p in paths if p.name != "__init__.py" and "versions" not in p.parts and p.name != "env.py"]
    return [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in kept]


def imported_with(requirements: list[str], names: list[str]) -> subprocess.CompletedProcess[str]:
    arguments = (sys.executable, "-W", "ignore", "-c", BLOCKED, "|".join(requirements), "|".join(names))
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=110)


def wanted(extra: str) -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"][extra]]


def test_the_recipe_is_one() -> None:
    assert {step.word for step in steps()} <= KNOWN
    names = list(stages())
    assert names[-3:] == ["bot", "inference", "inference-cuda"]
    for name, inner in stages().items():
        base = inner[0].rest.split()[0]
        assert base == "${BASE}" or base in names[: names.index(name)]
        froms = [s.rest.split()[0].removeprefix("--from=") for s in inner if s.rest.startswith("--from=")]
        assert set(froms) <= set(names[: names.index(name)])


@pytest.mark.parametrize("image", ["bot", "inference"])
def test_an_image_runs_as_nobody_and_its_code_comes_after_its_packages(image: str) -> None:
    inner = stages()[image]
    assert [s.rest for s in inner if s.word == "USER"] == ["10001:10001"]
    words = [s.rest.split()[0] for s in inner if s.word == "COPY"]
    assert words[0] == f"--from={image}-packages"
    assert len(words) > 1
    assert {"COPY", "RUN"}.isdisjoint(s.word for s in inner[inner.index(_step(inner, "USER")) :])


def _step(inner: list[Step], word: str) -> Step:
    return next(step for step in inner if step.word == word)


def test_packages_are_installed_by_the_same_project_whatever_the_linters_say(tmp_path: Path) -> None:
    command = _step(stages()["project"], "RUN").rest
    (tmp_path / "whole.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, timeout=60)
    kept = tomllib.loads((tmp_path / "pyproject.toml").read_text())
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert kept == {**whole, "tool": {"setuptools": whole["tool"]["setuptools"]}}
    assert "ruff" in whole["tool"]


def test_what_is_copied_is_there_and_seen_and_nothing_else_is_seen() -> None:
    paths = {path for step in steps() for path in step.copied}
    copied = {path.partition("/")[0] for path in paths}
    assert {"pyproject.toml", "constraints.txt", "bot", "db", "inference"} <= copied
    assert copied == seen(), "the build sees just what the images copy: no .env, no .git, no keys"
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert "**/.env*" in (ROOT / ".dockerignore").read_text().splitlines()


def test_the_bots_packages_are_enough_for_the_bot_and_hold_no_torch() -> None:
    done = imported_with(wanted("bot"), modules("bot", "db"))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
    without = imported_with(wanted("bot"), ["inference.engine.engine"])
    assert "torch is not in the image" in without.stderr


def test_the_servers_packages_are_enough_for_the_server_and_hold_no_chat() -> None:
    done = imported_with(wanted("inference"), modules("inference"))
    assert done.returncode == 0, done.stderr
    without = imported_with(wanted("inference"), ["bot.adapters.discord.adapter"])
    assert "is not in the image" in without.stderr


def test_images_are_built_with_the_first_tool_that_works(tmp_path: Path) -> None:
    """Docker is installed here, and its daemon does not answer."""
    for tool, script in {"docker": "exit 1", "podman": 'echo "$@"'}.items():
        (tmp_path / tool).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / tool).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "TYPEFACE_DEVICE": "cuda"}
    arguments = ["sh", str(DOCKER / "images.sh"), "--pull"]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "podman builds typeface-bot" in done.stdout
    bot, inference = (line for line in done.stdout.splitlines() if line.startswith("build "))
    assert "--target bot --tag typeface-bot --pull ." in bot
    assert (
        "--target inference-cuda --tag typeface-inference-cuda --build-arg TORCH_INDEX= --pull ." in inference
    )


def test_no_tool_at_all_is_told(tmp_path: Path) -> None:
    for tool in ("dirname", "sh"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    arguments = ["/bin/sh", str(DOCKER / "images.sh")]
    done = subprocess.run(arguments, env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "docker, podman or buildah" in done.stderr
