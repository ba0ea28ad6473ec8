"""The same client in SimCord, another reading of Discord's rules: sync, who sees what, restarts."""

from __future__ import annotations

import discord
import pytest
from simcord.env import Env

from bot.adapters.discord.adapter import DiscordAdapter
from bot.core.commands import COMMANDS
from bot.core.events import Command, Press
from bot.core.replies import Text
from bot.core.wording import say
from bot.settings import DiscordSettings
from tests.bot.adapters.discord.scripted import BLEND, SHOWN, Scripted, picture

SETTINGS = DiscordSettings("a.simulated.token")


@pytest.fixture
def service() -> Scripted:
    return Scripted(lambda _: (SHOWN,))


@pytest.fixture
def simcord_bot(service: Scripted) -> discord.Client:
    return DiscordAdapter(service, SETTINGS, edit_seconds=0.0).client


async def test_a_command_answers_the_asker_alone(simcord_env: Env, service: Scripted) -> None:
    guild = simcord_env.create_guild()
    room = guild.create_text_channel("general")
    ann = guild.add_member(simcord_env.create_user("ann"))
    result = await ann.slash(room, "mbti", type="ENFP", gender="either")
    assert result.acknowledged and result.ephemeral
    (callback,) = [one for one in simcord_env.http_requests if one.path.endswith("/callback")]
    assert callback.json == {"type": 5, "data": {"flags": 64}}
    assert result.response is not None and result.response.ephemeral
    assert [item.filename for item in result.response.attachments] == ["face.jpg"]
    event = service.last
    assert isinstance(event, Command)
    assert dict(event.options) == {"type": "ENFP", "gender": "either"}


async def test_discord_hides_what_only_admins_may(simcord_env: Env) -> None:
    guild = simcord_env.create_guild()
    room = guild.create_text_channel("general")
    ann = guild.add_member(simcord_env.create_user("ann"))
    managers = guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    eve = guild.add_member(simcord_env.create_user("eve"), roles=[managers])
    everyones = {spec.name for spec in COMMANDS if spec.may != "admin" and "discord" in spec.platforms}
    assert (
        set(ann.available_commands(room)) & {spec.name for spec in COMMANDS if "discord" in spec.platforms}
        == everyones
    )
    assert set(eve.available_commands(room)) >= {*everyones, "admin"}


async def test_progress_and_picture_are_one_message(simcord_env: Env, service: Scripted) -> None:
    service.script = lambda _: BLEND
    guild = simcord_env.create_guild()
    room = guild.create_text_channel("general")
    ann = guild.add_member(simcord_env.create_user("ann"))
    result = await ann.slash(room, "mbti", type="ENFP")
    assert result.response is not None and result.followups == []
    assert [item.filename for item in result.response.attachments] == ["face.jpg"]


async def test_a_button_works_after_a_restart_of_the_client(simcord_env: Env, service: Scripted) -> None:
    guild = simcord_env.create_guild()
    room = guild.create_text_channel("general")
    ann = guild.add_member(simcord_env.create_user("ann"))
    result = await ann.slash(room, "mbti", type="ENFP")
    assert result.response is not None
    later = Scripted(lambda _: (type(SHOWN)(picture(), "For all", public=True),))
    await simcord_env.restart_bot(DiscordAdapter(later, SETTINGS, edit_seconds=0.0).client)
    pressed = await ann.click(result.response.message, label="Show everyone")
    assert isinstance(later.last, Press) and later.last.payload == "1.abc.show.1"
    (public,) = pressed.followups
    assert not public.ephemeral and public.content == "For all"


async def test_somebody_elses_message_is_refused_in_its_menu(simcord_env: Env, service: Scripted) -> None:
    guild = simcord_env.create_guild()
    room = guild.create_text_channel("general")
    ann = guild.add_member(simcord_env.create_user("ann"))
    bob = guild.add_member(simcord_env.create_user("bob"))
    message = await ann.send(room, "this is me")
    refused = await bob.context_menu(room, say("en", "context-blend"), message)
    assert refused.response is not None and refused.ephemeral
    assert refused.response.content == say("en", "discord-not-your-photo").replace("_", "\\_")
    assert service.events == []


async def test_words_in_a_direct_message(simcord_env: Env, service: Scripted) -> None:
    service.script = lambda _: (Text("Send me a selfie."),)
    ann = simcord_env.create_user("ann")
    await ann.send_dm("ENFP")
    assert len(service.events) == 1
    assert not service.last.origin.shared


async def test_messages_in_a_guild_are_not_read(simcord_env: Env, service: Scripted) -> None:
    guild = simcord_env.create_guild()
    room = guild.create_text_channel("general")
    ann = guild.add_member(simcord_env.create_user("ann"))
    await ann.send(room, "ENFP")
    assert service.events == []
