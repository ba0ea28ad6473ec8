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

from inference import logs
from inference import settings as configuration
from inference.errors import TypefaceError
from inference.settings import Settings, SettingsError
from inference.wire import Gender, LabelFace

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)

Pack = Annotated[list[Path] | None, typer.Option(help="Folder of a pack; the first is the default.")]
Threads = Annotated[
    int | None, typer.Option(min=1, help="Threads of the device: 1; from 128 px on, all cores pay.")
]
Size = Annotated[int, typer.Option(min=16, max=1024, help="Side of the picture in pixels.")]
Steps = Annotated[
    int | None, typer.Option(min=0, max=2000, help="0 is the encoder's answer; the engine chooses else.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Face = Annotated[str | None, typer.Option(help="A face as JSON, or @FILE.")]
Label = Annotated[str | None, typer.Option(help="A label of the pack instead, such as ENFP.")]
Worn = Annotated[Gender, typer.Option("--gender", help="Of the label.")]
Photo = Annotated[Path, typer.Argument(help="A photo with a face.")]
Which = Annotated[str | None, typer.Option("--box", help="left,top,right,bottom of one of several faces.")]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda, or a name such as cuda:0.")]
Precision = Annotated[str | None, typer.Option(help="auto, fp32 or bf16.")]
Out = Annotated[Path, typer.Option(help="The picture; .webp, .png or .jpg.")]


def _told(pack: list[Path] | None, **flags: Any) -> Settings:
    """Flags win over the environment."""
    if token_file := flags.pop("token_file", None):
        flags["token"] = configuration.read_token(token_file)
    return configuration.load(configuration.environment(), packs=tuple(pack) if pack else None, **flags)


def _settled(told: Settings) -> Settings:
    """What nobody told is chosen by what is there. Loads torch: check first all that can be checked without."""
    configuration.wait_passively()
    settled: Settings = _command("loading").settled(told)
    return settled


def _command(name: str) -> ModuleType:
    """Loaded when it runs, since torch takes seconds to load and reads how to wait only then."""
    return import_module(f"inference.commands.{name}")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Beyond loopback a token is required.")] = None,
    port: Annotated[int | None, typer.Option(help="0 takes a free one.")] = None,
    pack: Pack = None,
    pack_dir: Annotated[Path | None, typer.Option(help="Folder whose subfolders are packs too.")] = None,
    memory_mb: Annotated[int | None, typer.Option(help="Of each device, for packs; 4096.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, or names: cuda:0,cuda:1.")] = None,
    width: Annotated[int | None, typer.Option(help="Projections at once; 1 on a CPU, 8 on a GPU.")] = None,
    precision: Precision = None,
    threads: Threads = None,
    token_file: Annotated[Path | None, typer.Option(help="File that holds the bearer token.")] = None,
    watch_stdin: Annotated[
        bool, typer.Option("--watch-stdin", help="Stop when standard input ends.")
    ] = False,
) -> None:
    """Serve until SIGTERM or Ctrl-C. When warm, prints {"url": ...} as one line."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # while packs load; later signals drain
    logs.configure(sys.stderr)
    flags = {"host": host, "port": port, "pack_dir": pack_dir, "memory_mb": memory_mb, "device": device}
    flags |= {"width": width, "precision": precision, "threads": threads, "token_file": token_file}
    told = _told(pack, **flags)
    _command("given").there(told.packs)
    settings = _settled(told)
    raise typer.Exit(_command("serving").serve(settings, watch_stdin=watch_stdin))


@app.command()
def render(
    out: Out,
    face: Face = None,
    label: Label = None,
    gender: Worn = "either",
    size: Size = 512,
    pack: Pack = None,
    device: Device = None,
    precision: Precision = None,
) -> None:
    """Draw one face into a file."""
    told, given = _told(pack, device=device, precision=precision), _command("given")
    wanted, target = _face(given, face, label, gender), given.Target(out, size)
    given.there(told.packs)
    settings = _settled(told)
    _command("local").render(settings, wanted, target)


@app.command()
def compose(
    photo: Photo,
    out: Out,
    face: Face = None,
    label: Label = None,
    gender: Worn = "either",
    size: Annotated[int, typer.Option(min=16, max=2048, help="The longest side, in pixels.")] = 2048,
    box: Which = None,
    pack: Pack = None,
    device: Device = None,
    precision: Precision = None,
) -> None:
    """Put a face into the place of the one in a photo."""
    told, given = _told(pack, device=device, precision=precision), _command("given")
    wanted, target = _face(given, face, label, gender), given.Target(out, size)
    found = given.place(told, photo, given.box(box), size)
    settings = _settled(told)
    _command("local").compose(settings, found, wanted, target)


@app.command()
def morph(
    out: Annotated[Path, typer.Option(help="The film; .mp4 or .webp.")],
    face: Annotated[list[str] | None, typer.Option(help="A face as JSON, or @FILE; again for each.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="A label of the pack; again for each.")] = None,
    gender: Worn = "either",
    seconds: Annotated[float, typer.Option(min=1, max=10, help="Of the whole loop.")] = 4.5,
    size: Annotated[int, typer.Option(min=64, max=640, help="Side in pixels, even.")] = 512,
    pack: Pack = None,
    device: Device = None,
    precision: Precision = None,
) -> None:
    """Turn faces into one another, in a loop: the labels first, then the faces."""
    told, given = _told(pack, device=device, precision=precision), _command("given")
    faces = [LabelFace(label=name, gender=gender) for name in label or ()]
    wanted = given.morph([*faces, *map(given.face, face or ())], out, seconds=seconds, size=size)
    given.there(told.packs)
    settings = _settled(told)
    _command("local").morph(settings, wanted, out)


@app.command()
def project(
    photos: Annotated[list[Path], typer.Argument(help="One to five photos of one person.")],
    out: Out,
    latent: Annotated[
        Path | None, typer.Option(help="File for the face; render --face @FILE takes it.")
    ] = None,
    steps: Steps = None,
    box: Which = None,
    pack: Pack = None,
    device: Device = None,
    precision: Precision = None,
) -> None:
    """Find the face of a person, and draw what was found, by the pack's upscaler if it has one."""
    told, given = _told(pack, device=device, precision=precision), _command("given")
    target = given.Target(out)
    if latent is not None:
        given.writable(latent)
    portraits = given.portraits(told, photos, given.box(box))
    settings = _settled(told)
    _command("local").project(settings, portraits, target, latent=latent, steps=steps)


@app.command()
def likeness(
    photos: Annotated[Path, typer.Option(help="Folder of photos.")],
    json: Json = False,
    contact_sheet: Annotated[Path | None, typer.Option(help="Picture of them all; .png.")] = None,
    label: Annotated[str | None, typer.Option(help="What blends are made with; the pack's first.")] = None,
    steps: Steps = None,
    lpips: Annotated[Path | None, typer.Option(help="LPIPS-VGG weights, to measure with as well.")] = None,
    pack: Pack = None,
    threads: Threads = None,
) -> None:
    """Measure how alike the projections of photos are, on raw renders.

    identity is dlib's distance between two faces: lower is nearer, and below 0.6, dlib's line, they count as one
    person's. MS-SSIM and PSNR (dB) are higher the more alike.
    """
    told, given = _told(pack, threads=threads), _command("given")
    given.album(photos)
    if contact_sheet is not None:
        given.writable(contact_sheet, (".png",))
    settings = _settled(told)
    command = _command("likeness")
    asked = command.Asked(photos, label=label, steps=steps, sheet=contact_sheet, lpips=lpips)
    command.run(settings, asked, as_json=json)


@app.command()
def doctor(pack: Pack = None, json: Json = False) -> None:
    """Tell which device, precision and kernels run here, and whether the packs load.

    Exit code 1: it looked, and some pack does not load or draw.
    """
    _command("doctor").run(_settled(_told(pack)), as_json=json)


@app.command()
def bench(
    json: Json = False,
    config: Annotated[str, typer.Option(help="starter, or 256, 512, 1024: random weights.")] = "starter",
    device: Device = None,
    photo: Annotated[Path | None, typer.Option(help="A photo with a face, to send.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Folder for plots.")] = None,
    pack: Pack = None,
    threads: Threads = None,
) -> None:
    """Measure synthesis, projection and waiting, beside the textbook's way and the machine's own ceilings."""
    told, checks = _told(pack, threads=threads, device=device), _command("bench.asked")
    asked = checks.Asked(config, photo=photo, plot=plot)
    checks.check(asked, told, pack_given=bool(pack))
    settings = _settled(told)
    _command("bench.command").run(settings, asked, as_json=json)


def _face(given: ModuleType, face: str | None, label: str | None, gender: Gender) -> Any:
    if (face is None) == (label is None):
        raise SettingsError("Give one of --face and --label.")
    return given.face(face) if face else LabelFace(label=label or "", gender=gender)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except (SettingsError, TypefaceError) as error:
        logs.refuse("typeface-inference", str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
