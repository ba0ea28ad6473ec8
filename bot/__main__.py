"""The `typeface` command and the composition root of the bot: here, and only here, the parts are put together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Protocol, TextIO, runtime_checkable

import typer

from bot import launch
from bot.adapters.terminal.adapter import TerminalAdapter, TerminalOptions
from bot.core import charts
from bot.core.charts import ChartError
from bot.core.ports import Adapter
from bot.core.service import Service
from bot.core.watch import Owners, Watch
from bot.core.wording import LOCALES, pick, say, spoken
from bot.settings import Settings, SettingsError, environment, load
from db.errors import StoreError
from inference import logs

app = typer.Typer(
    help="Typeface gives a personality type a face: in Discord, Telegram, the web and the terminal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
PLATFORMS = ("web", "discord", "telegram")


@runtime_checkable
class HasUrl(Protocol):
    """An adapter that people reach at an address of ours."""

    url: str


def _log_file(home: Path) -> TextIO:
    (home / "logs").mkdir(parents=True, exist_ok=True)
    return (home / "logs" / "bot.log").open("a", buffering=1, encoding="utf-8")


def _adapters(
    service: Service, settings: Settings, platforms: Sequence[str]
) -> dict[str, Callable[[], Adapter]]:
    """What can start with these settings; an SDK is imported only where its platform is used."""

    def web() -> Adapter:
        from bot.adapters.web.adapter import WebAdapter

        return WebAdapter(service, settings.web, settings.retention_seconds)

    def discord() -> Adapter:
        from bot.adapters.discord.adapter import DiscordAdapter

        assert settings.discord is not None
        return DiscordAdapter(service, settings.discord, service.suggestions)

    def telegram() -> Adapter:
        from bot.adapters.telegram.adapter import TelegramAdapter

        assert settings.telegram is not None
        return TelegramAdapter(service, settings.telegram)

    configured = {
        "web": (web, True),
        "discord": (discord, settings.discord is not None),
        "telegram": (telegram, settings.telegram is not None),
    }
    return {name: make for name, (make, usable) in configured.items() if usable and name in platforms}


async def _start(name: str, make: Callable[[], Adapter]) -> Adapter | None:
    """Start one platform; one that cannot start is told and does not keep the others away."""
    adapter = make()
    try:
        await adapter.start()
    except (SettingsError, OSError) as error:
        typer.echo(f"{name.capitalize()} does not start: {error}")
        await adapter.stop()
        return None
    typer.echo(adapter.notice or f"{name.capitalize()} is ready.")
    return adapter


async def _until_stopped(work: Coroutine[None, None, None]) -> None:
    """Run `work` until it ends, or Ctrl-C or SIGTERM cancels it; a second Ctrl-C kills us the hard way."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        for number in signals:
            loop.remove_signal_handler(number)
        task.cancel()

    for number in signals:
        loop.add_signal_handler(number, stop)
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _watch(settings: Settings, inference: launch.Running, adapters: Sequence[Adapter]) -> None:
    """Tell the owners when the inference server stays away, and when it is back."""
    owners = Owners(adapters, settings.owners, pick(settings.locale))
    async with launch.client_of(inference, settings.home) as client:
        await Watch(client.ready, owners.tell, launch.SystemClock()).run()


async def _serve(settings: Settings, platforms: Sequence[str]) -> None:
    """Start everything, say so, and serve until cancelled."""
    server = launch.inference if settings.inference_url else launch.own_inference
    typer.echo("Starting the inference server and loading the faces ...")
    async with server(settings) as inference, launch.service(settings, inference) as service:
        started = [await _start(name, make) for name, make in _adapters(service, settings, platforms).items()]
        live = [adapter for adapter in started if adapter is not None]
        if not live:
            raise SettingsError("No platform could start.")
        running = replace(inference, web_url=next((a.url for a in live if isinstance(a, HasUrl)), None))
        running.write(settings.home)
        typer.echo(f"Typeface is ready: {running.web_url or ', '.join(adapter.name for adapter in live)}")
        sys.stdout.flush()
        watching = asyncio.create_task(_watch(settings, inference, live))
        try:
            await asyncio.Event().wait()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            running.clear(settings.home)
            await service.close()  # who is being answered gets a word, while the adapters can still bring it
            await asyncio.gather(*(adapter.stop() for adapter in live), return_exceptions=True)


def _run(platforms: Sequence[str], port: int | None) -> None:
    settings = _settings()
    if port is not None:
        settings = replace(settings, web=replace(settings.web, port=port))
    with launch.sole(settings.home):
        asyncio.run(_until_stopped(_serve(settings, platforms)))


def _settings() -> Settings:
    settings = load(environment())
    charts.load(settings.match_chart)
    _language(settings.locale, "TYPEFACE_LOCALE")
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        logs.configure(sys.stderr if settings.log == "stderr" else _log_file(settings.home))
    except OSError as error:
        raise SettingsError(f"TYPEFACE_HOME {settings.home} cannot be written: {error.strerror}.") from None
    return settings


def _language(said: str, where: str) -> str:
    """Who asks for a language that is not there would wonder at English: they are told which there are."""
    if language := spoken(said):
        return language
    raise SettingsError(
        f"{where} is one of {', '.join(LOCALES)}, not {said!r}: other languages are not there yet."
    )


Locale = Annotated[str | None, typer.Option(help=f"{', '.join(LOCALES)}.")]
Port = Annotated[
    int | None, typer.Option(help="First port to try for the web chat (default 8080).", min=0, max=65535)
]


@app.command()
def up(port: Port = None) -> None:
    """Start the inference server, the web chat, and each bot whose token is set."""
    _run(PLATFORMS, port)


@app.command()
def web(port: Port = None) -> None:
    """Start the web chat alone."""
    _run(("web",), port)


@app.command()
def discord() -> None:
    """Start the Discord bot alone (needs DISCORD_TOKEN)."""
    _run(("discord",), None)


@app.command()
def telegram() -> None:
    """Start the Telegram bot alone (needs TELEGRAM_TOKEN)."""
    _run(("telegram",), None)


async def _chat(settings: Settings, options: TerminalOptions) -> int:
    async with launch.inference(settings) as running, launch.service(settings, running) as service:
        options = replace(options, guest=running.guest)
        return await TerminalAdapter(service, options).run(sys.stdin.buffer, sys.stdout)


@app.command()
def chat(
    json: Annotated[bool, typer.Option("--json", help="One JSON object per reply.")] = False,
    out: Annotated[Path, typer.Option(help="Where pictures are written.")] = Path("typeface-pictures"),
    locale: Locale = None,
    name: Annotated[
        str, typer.Option("--as", help="Who you are: another name is another conversation.")
    ] = "me",
) -> None:
    """Chat here: a command such as /mbti ENFP, @photo.jpg sends a photo, a number presses that button.

    /cancel or Ctrl-C cancels the work that goes on; Ctrl-C at the prompt ends the chat.
    """
    language = None if locale is None else _language(locale, "--locale")
    settings = _settings()
    options = TerminalOptions(person=name, locale=language or settings.locale, json=json, out=out)
    try:
        code = asyncio.run(_chat(settings, options))
    except KeyboardInterrupt:
        code = 130
    raise typer.Exit(code)


@app.command()
def init(
    discord_token_file: Annotated[
        Path | None, typer.Option(help="A file that holds the Discord token.")
    ] = None,
    telegram_token_file: Annotated[
        Path | None, typer.Option(help="A file that holds the Telegram token.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Check what is set, and write nothing.")] = False,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Write without checking.")] = False,
    ask: Annotated[bool, typer.Option("--input/--no-input", help="Ask for what is not given.")] = True,
    yes: Annotated[bool, typer.Option("--yes", help="Replace what is there without asking.")] = False,
    file: Annotated[Path, typer.Option(help="The file to write.")] = Path(".env"),
    locale: Locale = None,
) -> None:
    """Set the bots up: asks for their tokens, checks them, writes .env, and says how to invite the bots."""
    from bot.setup.dialogue import Init, Wishes, token_in

    env = environment()
    given = {"discord": discord_token_file, "telegram": telegram_token_file}
    tokens = {name: token_in(path) for name, path in given.items() if path is not None}
    language = pick(env.get("LANG") or "en")
    if setting := env.get("TYPEFACE_LOCALE"):
        language = _language(setting, "TYPEFACE_LOCALE")
    if locale is not None:
        language = _language(locale, "--locale")
    dialogue = Init(Wishes(env, language, file, tokens, ask=ask, replace=yes, check=not unchecked))
    try:
        good = dialogue.check() if check else dialogue.run()
    except KeyboardInterrupt:
        typer.echo(f"\n{say(language, 'init-cancelled')}", err=True)
        raise typer.Exit(130) from None
    raise typer.Exit(0 if good else 1)


def main() -> None:
    try:
        app()
    except (SettingsError, StoreError, ChartError) as error:
        logs.refuse("typeface", str(error))
        sys.exit(2)


if __name__ == "__main__":
    main()
