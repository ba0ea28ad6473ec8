"""Compiles the kernels with ninja, once: the library stays in a cache. `--all` compiles for all kinds of GPU.

A library lies in `cache/kernels/<hash of sources and architectures>/<compiler version>/`, so one that was built
before, or elsewhere, serves where no nvcc makes one; so does one for all kinds that came with the code.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

SOURCES = ("bias_act.cu", "upfirdn2d.cu")
HEADERS = ("number.cuh", "launch.cuh", "finish.cuh")
NAME = "kernels.so"
KINDS = ("75", "80", "86", "89", "90", "100", "120")
"""Compute capabilities of all kinds of GPU, the newest last."""

_HERE = Path(__file__).parent
SHIPPED = _HERE / "built"
"""Where the image for GPUs, which holds no nvcc, has libraries that were made with it."""
_MINUTES = 10


class BuildError(Exception):
    """There is no library, and none can be made; the message is one line."""


@dataclass(frozen=True)
class Compiler:
    """What turns the sources into a library.

    Attributes:
        program: its path.
        version: as it tells it.
        compile_flags: from a source to an object.
        link_flags: from objects to a library.
    """

    program: str
    version: str
    compile_flags: tuple[str, ...]
    link_flags: tuple[str, ...]


def nvccs() -> list[str]:
    """The paths of NVIDIA's compilers: the system's, then those of the extra `cuda`, which lie among our packages."""
    places = (None, "/usr/local/cuda/bin", *(f"{toolkit}/bin" for toolkit in _packaged()))
    found = [shutil.which("nvcc", path=place) for place in places]
    return list(dict.fromkeys(program for program in found if program))


def _packaged() -> list[Path]:
    """CUDA toolkits that pip installed: `nvidia/cu13` and the like, the newest first."""
    spec = importlib.util.find_spec("nvidia")
    places = spec.submodule_search_locations if spec else None
    return sorted((found for place in places or () for found in Path(place).glob("cu[0-9]*")), reverse=True)


def cuda_compiler(program: str, architectures: Sequence[str]) -> Compiler:
    """An nvcc, for GPUs of these compute capabilities (`"90"`), and newer ones through PTX of the last.

    Raises:
        BuildError: it does not run.
    """
    codes = [f"-gencode=arch=compute_{a},code=sm_{a}" for a in architectures]
    codes.append(f"-gencode=arch=compute_{architectures[-1]},code=compute_{architectures[-1]}")
    flags = ("-std=c++17", "-O3", "--threads=0", "-Xcompiler=-fPIC,-fvisibility=hidden", *codes)
    runtime = Path(program).parent.parent / "lib"  # where packages have it; nvcc itself looks in lib64
    return Compiler(
        program, nvcc_version(program), flags, ("-shared", "-cudart=static", f"-L{runtime}", *codes)
    )


def host_compiler() -> Compiler:
    """The same sources as plain C++ for this processor: for tests, far too slow for anything else.

    Raises:
        BuildError: there is no C++ compiler.
    """
    program = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if program is None:
        raise BuildError("no C++ compiler is installed")
    flags = ("-x", "c++", "-std=c++17", "-O1", "-fPIC", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas")
    return Compiler(program, _ask(program, "-dumpfullversion"), flags, ("-shared",))


def nvcc_version(program: str) -> str:
    """Such as 13.0.88."""
    found = re.search(r"V(\d[\d.]*)", _ask(program, "--version"))
    return found[1] if found else "unknown"


def known(program: str) -> tuple[str, ...]:
    """Those of `KINDS` that this nvcc compiles for."""
    said = _ask(program, "--list-gpu-code").split()
    return tuple(a for a in KINDS if f"sm_{a}" in said)


def compiled(cache: Path, architectures: Sequence[str]) -> Iterator[Path | BuildError]:
    """Libraries of kernels, or why there is none: each nvcc's, made when it is asked for, then those made before.

    An nvcc may be too old for the GPU or too new for the driver: only who tries a library out knows.
    """
    folder = cache / "kernels" / f"{_digest(architectures)}-{'-'.join(architectures)}"
    programs, made = nvccs(), set[Path | BuildError]()
    for program in programs:
        made.add(one := _made(folder, program, architectures))
        yield one
    there = [*folder.glob(f"*/{NAME}"), *SHIPPED.glob(f"*/{NAME}")]
    built = sorted(there, key=lambda path: path.stat().st_mtime, reverse=True)
    yield from (path for path in built if path not in made)
    if not programs and not built:
        yield BuildError("nvcc is not installed")


def _made(folder: Path, program: str, architectures: Sequence[str]) -> Path | BuildError:
    """From the cache, else made now, by one process at a time."""
    try:
        compiler = cuda_compiler(program, architectures)
        return _cached(folder / compiler.version / NAME, compiler)
    except BuildError as error:
        return error


def _cached(target: Path, compiler: Compiler) -> Path:
    try:
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(target.with_suffix(".lock"), timeout=_MINUTES * 60):
                if not target.exists():
                    with tempfile.TemporaryDirectory(dir=target.parent) as work:
                        compile_into(Path(work), compiler).replace(target)
    except OSError as error:
        raise BuildError(f"the cache cannot be written: {error.strerror or error}") from None
    return target


def compile_into(folder: Path, compiler: Compiler) -> Path:
    """Compile in `folder`, and return the library's path.

    Raises:
        BuildError: with the first error that the compiler tells.
    """
    (folder / "build.ninja").write_text(_rules(compiler), encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603 - our own rules
            [sys.executable, "-m", "ninja", "-C", str(folder)],
            capture_output=True,
            text=True,
            timeout=_MINUTES * 60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BuildError(f"{Path(compiler.program).name} took more than {_MINUTES} minutes") from None
    if done.returncode:
        raise BuildError(f"{Path(compiler.program).name}: {_first_error(done.stdout + done.stderr)}")
    return folder / NAME


def _rules(compiler: Compiler) -> str:
    """What ninja does. The folder of the sources is looked up from the build's, so no path stands in them."""
    objects = [f"{Path(source).stem}.o" for source in SOURCES]
    headers = " ".join(_escape(str(_HERE / name)) for name in HEADERS)
    lines = [
        "rule compile",
        f"  command = {_quoted(compiler.program, *compiler.compile_flags)} -c $in -o $out",
        "rule link",
        f"  command = {_quoted(compiler.program, *compiler.link_flags)} $in -o $out",
    ]
    for source, made in zip(SOURCES, objects, strict=True):
        lines.append(f"build {made}: compile {_escape(str(_HERE / source))} | {headers}")
    return "\n".join([*lines, f"build {NAME}: link {' '.join(objects)}", ""])


def _quoted(*words: str) -> str:
    return shlex.join(words).replace("$", "$$")


def _escape(path: str) -> str:
    return path.replace("$", "$$").replace(" ", "$ ").replace(":", "$:")


def _first_error(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (wrong or lines or ["it failed without a word"])[0]


def _digest(architectures: Sequence[str]) -> str:
    parts = [(_HERE / name).read_bytes() for name in (*SOURCES, *HEADERS)]
    return hashlib.sha256(b"\0".join([*parts, " ".join(architectures).encode()])).hexdigest()[:12]


def _ask(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildError(f"{Path(command[0]).name} does not run: {type(error).__name__}") from None


def compile_all(folder: Path) -> str:
    """Compile in `folder` for every kind of GPU that the first nvcc knows; one line on how it went.

    Raises:
        BuildError: they do not compile.
    """
    programs = nvccs()
    if not programs:
        return "nvcc is not installed here: the CUDA kernels were not compiled."
    program = programs[0]
    began, architectures = time.monotonic(), known(program)
    folder = folder / nvcc_version(program)
    folder.mkdir(parents=True, exist_ok=True)
    compile_into(folder, cuda_compiler(program, architectures))
    names = ", ".join(f"sm_{a}" for a in architectures)
    took = time.monotonic() - began
    return f"nvcc {nvcc_version(program)} compiles the CUDA kernels for {names} ({took:.0f} s)."


def main() -> None:
    """`python -m inference.networks.ops.cuda.build --all FOLDER`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--all", type=Path, required=True, metavar="FOLDER", help="of the library, and of what makes it"
    )
    try:
        sys.stdout.write(f"{compile_all(parser.parse_args().all)}\n")
    except BuildError as error:
        sys.exit(f"The CUDA kernels do not compile: {error}")


if __name__ == "__main__":
    main()
