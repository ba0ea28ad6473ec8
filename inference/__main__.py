"""`typeface-inference`: serve faces, or draw and project one without a server.

Errors are one sentence, and exit code 2.
"""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from inference import settings as configuration
from inference.errors import Box, TypefaceError
from inference.settings import Settings, SettingsError
from inference.wire import Gender, LabelFace

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)

Pack = Annotated[list[Path] | None, typer.Option(help="Folder of a pack; the first is the default.")]
Threads = Annotated[
    int | None, typer.Option(min=1, help="Threads of the device: 1; from 128 px on, all cores pay.")
]
Size = Annotated[int, typer.Option(min=16, max=1024, help="Side of the picture in pixels.")]
Steps = Annotated[int, typer.Option(min=0, max=2000, help="0 lets the engine choose.")]
Out = Annotated[Path, typer.Option(help="The picture; .webp, .png or .jpg.")]


def _settings(pack: list[Path] | None, **flags: Any) -> Settings:
    """Flags win over the environment."""
    configuration.wait_passively()
    if token_file := flags.pop("token_file", None):
        flags["token"] = configuration.read_token(token_file)
    return configuration.load(configuration.environment(), packs=tuple(pack) if pack else None, **flags)


def _command(name: str) -> ModuleType:
    """Loaded when it runs, since torch takes seconds to load and reads how to wait only then."""
    return import_module(f"inference.commands.{name}")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Beyond loopback a token is required.")] = None,
    port: Annotated[int | None, typer.Option(help="0 takes a free one.")] = None,
    pack: Pack = None,
    threads: Threads = None,
    token_file: Annotated[Path | None, typer.Option(help="File that holds the bearer token.")] = None,
    watch_stdin: Annotated[
        bool, typer.Option("--watch-stdin", help="Stop when standard input ends.")
    ] = False,
) -> None:
    """Serve until SIGTERM or Ctrl-C. When warm, prints {"url": ...} as one line."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # while packs load; later signals drain
    given = _settings(pack, host=host, port=port, threads=threads, token_file=token_file)
    _command("logs").configure()
    _command("serving").serve(given, watch_stdin=watch_stdin)


@app.command()
def render(
    out: Out,
    face: Annotated[str | None, typer.Option(help="A face as JSON, or @FILE.")] = None,
    label: Annotated[str | None, typer.Option(help="A label of the pack instead, such as ENFP.")] = None,
    gender: Annotated[Gender, typer.Option(help="Of the label.")] = "either",
    size: Size = 512,
    pack: Pack = None,
) -> None:
    """Draw one face into a file."""
    if (face is None) == (label is None):
        raise SettingsError("Give one of --face and --label.")
    given = _settings(pack)
    local = _command("local")
    asked = local.parse_face(face) if face else LabelFace(label=label or "", gender=gender)
    local.render(given, asked, local.Target(out, size))


@app.command()
def project(
    photo: Annotated[Path, typer.Argument(help="A photo with a face.")],
    out: Out,
    latent: Annotated[
        Path | None, typer.Option(help="File for the face; render --face @FILE takes it.")
    ] = None,
    steps: Steps = 0,
    box: Annotated[str | None, typer.Option(help="left,top,right,bottom of one of several faces.")] = None,
    pack: Pack = None,
) -> None:
    """Find the face of a photo, and draw what was found."""
    given = _settings(pack)
    local = _command("local")
    local.project(given, photo, local.Target(out), latent=latent, steps=steps, box=_box(box))


@app.command()
def bench(
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    photo: Annotated[Path | None, typer.Option(help="A photo with a face, to send.")] = None,
    steps: Steps = 0,
    pack: Pack = None,
    threads: Threads = None,
) -> None:
    """Measure synthesis, rendering and projection: here, by the textbook, and through a server of its own."""
    given = _settings(pack, threads=threads)
    _command("benchmark").run(given, photo, steps=steps, as_json=json)


def _box(text: str | None) -> Box | None:
    if text is None:
        return None
    try:
        left, top, right, bottom = (int(part) for part in text.split(","))
    except ValueError:
        raise SettingsError("A box is four whole numbers: left,top,right,bottom.") from None
    return left, top, right, bottom


def main() -> None:
    """Run the command line."""
    try:
        app()
    except (SettingsError, TypefaceError) as error:
        sys.stderr.write(f"typeface-inference: {error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
