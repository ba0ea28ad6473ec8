"""The REST half: login, commands, interaction callbacks, follow-ups, channel messages, CDN.

Traps that live here: the exact content type, `Via` on every 429, rate limit headers all together or none,
`with_response=1`, and what a PATCH does to attachments.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.doubles.discord.faults import Faults
from tests.doubles.discord.forms import Form, read_form
from tests.doubles.discord.limits import (
    RefusedError,
    check_commands,
    check_message,
    check_modal,
    check_suggestions,
)
from tests.doubles.discord.world import (
    CALLBACK_SECONDS,
    EPHEMERAL,
    TOKEN_SECONDS,
    Attachment,
    Call,
    Channel,
    Json,
    Message,
    World,
)

API = "/api/v10"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON with exactly `application/json`: discord.py takes anything else for text."""
    head = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=head)


@dataclass(frozen=True)
class Seen:
    """One line of the transcript: `method` is a verb, or `GATEWAY` with the event in `path`."""

    at: float
    method: str
    path: str
    status: int
    body: Json


class Rest:
    """The routes over a `World`. `changed` is called after everything that a test may wait for."""

    def __init__(self, world: World, faults: Faults, token: str, changed: Callable[[], None]) -> None:
        self.world, self.faults, self._changed = world, faults, changed
        self.token = token
        self.application_id = world.ids.new()
        self.base = ""
        self.transcript: list[Seen] = []
        self.broken: list[Exception] = []
        self._bodies: dict[int, Json] = {}

    def bot_user(self) -> Json:
        return {
            "id": self.application_id,
            "username": "typeface",
            "discriminator": "0001",
            "global_name": None,
            "avatar": None,
            "bot": True,
            "verified": True,
        }

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._middleware], client_max_size=64 * 2**20)
        hook = API + "/webhooks/{app}/{token}"
        app.router.add_get(API + "/users/@me", self._me)
        app.router.add_get(API + "/oauth2/applications/@me", self._about)
        app.router.add_get(API + "/applications/@me", self._about)
        app.router.add_put(API + "/applications/{app}/commands", self._commands)
        app.router.add_put(API + "/applications/{app}/guilds/{guild}/commands", self._commands)
        app.router.add_post(API + "/interactions/{id}/{token}/callback", self._callback)
        app.router.add_post(hook, self._follow_up)
        for method, handler in (("GET", self._read), ("PATCH", self._edit), ("DELETE", self._remove)):
            app.router.add_route(method, hook + "/messages/{message}", handler)
        app.router.add_post(API + "/users/@me/channels", self._open_dm)
        app.router.add_post(API + "/channels/{channel}/messages", self._post)
        app.router.add_patch(API + "/channels/{channel}/messages/{message}", self._edit_posted)
        app.router.add_delete(API + "/channels/{channel}/messages/{message}", self._remove_posted)
        app.router.add_post(API + "/channels/{channel}/typing", self._typing)
        app.router.add_get("/cdn/{channel}/{id}/{name}", self._file)
        return app

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/gw"):
            return await handler(request)
        await self.faults.thaw()
        headers: dict[str, str] = {}
        try:
            if not request.path.startswith("/cdn"):
                headers = self.faults.check(request.method, request.path)
            self._authorise(request)
            response = await handler(request)
            response.headers.update(headers)
        except RefusedError as refused:
            via = {"Via": "1.1 double"} if refused.status == 429 else {}
            response = reply(refused.body, refused.status, via)
        except web.HTTPNotFound:
            response = reply({"code": 0, "message": "404: Not Found"}, 404)
        except Exception as error:
            # The library would only see a 500 and try again; the test that runs the double is to see this.
            self.broken.append(error)
            raise
        body = self._bodies.pop(id(request), {})
        self.transcript.append(Seen(time.monotonic(), request.method, request.path, response.status, body))
        self._changed()
        return response

    def _authorise(self, request: web.Request) -> None:
        free = ("/cdn", f"{API}/interactions", f"{API}/webhooks")
        if not request.path.startswith(free) and request.headers.get("Authorization") != f"Bot {self.token}":
            raise RefusedError(401, 0, "401: Unauthorized")

    async def _form(self, request: web.Request) -> Form:
        form = await read_form(request)
        self._bodies[id(request)] = form.body
        return form

    # login and commands

    async def _me(self, _: web.Request) -> web.Response:
        return reply(self.bot_user())

    async def _about(self, _: web.Request) -> web.Response:
        about: Json = {
            "id": self.application_id,
            "name": "Typeface",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "owner": self.bot_user(),
            "team": None,
            "integration_types_config": {"0": {}, "1": {}},
        }
        return reply(about | self.world.application)

    async def _commands(self, request: web.Request) -> web.Response:
        commands: list[Json] = await request.json()
        check_commands(commands)
        fixed = {"application_id": self.application_id, "version": "1"}
        self.world.commands = [
            {"type": 1, "description": "", **item, "id": self.world.ids.new(), **fixed} for item in commands
        ]
        return reply(self.world.commands)

    # messages

    def _open(self, channel: Channel) -> None:
        """A locked thread takes no answers, whoever asked in it."""
        if channel.locked:
            raise RefusedError(403, 50083 if channel.bot_inside else 50001, "Thread is archived")

    def _store_files(self, form: Form, channel: Channel, limit: int) -> list[Attachment]:
        if form.files and not channel.attach_files:
            raise RefusedError(403, 50013, "Missing Permissions")
        notes = {int(item["id"]): item for item in form.body.get("attachments") or []}
        stored = []
        for index, upload in sorted(form.files.items()):
            if len(upload.data) > limit:
                raise RefusedError(413, 40005, "Request entity too large")
            note = notes.get(index, {})
            item = self.keep(channel, upload.name, upload.data, upload.content_type)
            item.description = note.get("description")
            stored.append(item)
        return stored

    def keep(self, channel: Channel, name: str, data: bytes, content_type: str) -> Attachment:
        """Put a file on the CDN."""
        file_id = self.world.ids.new()
        url = f"{self.base}/cdn/{channel.id}/{file_id}/{name}?ex=7fffffff&is=0&hm=signed"
        item = Attachment(file_id, name, data, content_type, url, len(data))
        return self.world.files.setdefault(file_id, item)

    def _write(self, message: Message, form: Form, limit: int) -> None:
        """POST or PATCH: only what is given changes; a PATCH that lists attachments keeps only those."""
        check_message(form.body, [upload.name for upload in form.files.values()])
        self._open(message.channel)
        added = self._store_files(form, message.channel, limit)
        if "attachments" in form.body:
            listed = {str(item["id"]) for item in form.body["attachments"] or []}
            message.attachments = [item for item in message.attachments if item.id in listed]
        message.attachments += added
        message.content = form.body.get("content", message.content) or ""
        message.embeds = form.body.get("embeds", message.embeds) or []
        message.components = form.body.get("components", message.components) or []
        message.allowed_mentions = form.body.get("allowed_mentions", message.allowed_mentions)
        if not (message.content or message.embeds or message.attachments or message.components):
            raise RefusedError(400, 50006, "Cannot send an empty message")
        message.loading = False
        message.remember()

    def _new(self, channel: Channel, form: Form, limit: int, call: Call | None = None) -> Message:
        message = Message(self.world.ids.new(), channel, None)
        message.flags = form.body.get("flags", 0) & EPHEMERAL if call else 0
        message.only_for = call.user if call and message.flags else None
        self._write(message, form, limit)
        self.world.add(message)
        if call:
            call.made.append(message)
        return message

    def _shown(self, message: Message) -> web.Response:
        return reply(message.payload(self.bot_user()))

    # interactions

    async def _callback(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        call = self.world.calls.get(request.match_info["id"])
        if call is None or call.token != request.match_info["token"] or call.age > CALLBACK_SECONDS:
            raise RefusedError(404, 10062, "Unknown interaction")
        if call.callback is not None:
            raise RefusedError(400, 40060, "Interaction has already been acknowledged.")
        kind, data = form.body["type"], form.body.get("data") or {}
        allowed = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}[call.type]
        if kind not in allowed:
            raise RefusedError(400, 50035, "Invalid Form Body")
        self._answer(call, kind, Form(data, form.files))
        call.callback, call.answered_after = form.body, call.age
        resource: Json = {"type": kind}
        if call.original is not None and kind in {4, 5, 7}:
            resource["message"] = call.original.payload(self.bot_user())
        body = {"interaction": self._acknowledged(call), "resource": resource}
        return reply(body) if request.query.get("with_response") else web.Response(status=204)

    def _acknowledged(self, call: Call) -> Json:
        body: Json = {"id": call.id, "type": call.type}
        if (message := call.original) is not None:
            body |= {"response_message_id": message.id, "response_message_loading": message.loading}
            body |= {"response_message_ephemeral": message.ephemeral}
        return body

    def _answer(self, call: Call, kind: int, form: Form) -> None:
        if kind == 4:
            call.original = self._new(call.channel, form, call.size_limit, call)
        elif kind == 5:
            self._open(call.channel)
            flags = form.body.get("flags", 0) & EPHEMERAL
            only_for = call.user if flags else None
            call.original = self.world.add_message(
                call.channel, None, flags=flags, only_for=only_for, loading=True
            )
            call.made.append(call.original)
        elif kind in {6, 7}:
            call.original = call.source
            if kind == 7 and call.source is not None:
                self._write(call.source, form, call.size_limit)
        elif kind == 8:
            check_suggestions(form.body.get("choices") or [])
        elif kind == 9:
            call.fields = check_modal(form.body)

    def _call(self, request: web.Request) -> Call:
        token = request.match_info["token"]
        call = next((one for one in self.world.calls.values() if one.token == token), None)
        if call is None or request.match_info["app"] != self.application_id:
            raise RefusedError(404, 10015, "Unknown Webhook")
        if call.age > TOKEN_SECONDS:
            raise RefusedError(401, 50027, "Invalid Webhook Token")
        if call.callback is None:
            raise RefusedError(404, 10015, "Unknown Webhook")
        return call

    async def _follow_up(self, request: web.Request) -> web.Response:
        call, form = self._call(request), await self._form(request)
        if call.original is not None and call.original.loading:
            # The first follow-up takes the place of "thinking", and stays as visible as that was.
            self._write(call.original, form, call.size_limit)
            return self._shown(call.original)
        call.followups += 1
        if call.user_installed_only and call.followups > 5:
            raise RefusedError(400, 40094, "Maximum number of follow-up messages reached")
        return self._shown(self._new(call.channel, form, call.size_limit, call))

    def _message_of(self, request: web.Request, call: Call) -> Message:
        wanted = request.match_info["message"]
        message = call.original if wanted == "@original" else self.world.messages.get(wanted)
        if message is None or message.deleted or (message not in call.made and message is not call.source):
            raise RefusedError(404, 10008, "Unknown Message")
        return message

    async def _read(self, request: web.Request) -> web.Response:
        return self._shown(self._message_of(request, self._call(request)))

    async def _edit(self, request: web.Request) -> web.Response:
        call = self._call(request)
        message = self._message_of(request, call)
        self._write(message, await self._form(request), call.size_limit)
        if message not in call.made:
            call.made.append(message)
        return self._shown(message)

    async def _remove(self, request: web.Request) -> web.Response:
        message = self._message_of(request, self._call(request))
        message.deleted, message.loading = True, False
        return web.Response(status=204)

    # channels

    def _channel(self, request: web.Request) -> Channel:
        channel = self.world.channels.get(request.match_info["channel"])
        if channel is None:
            raise RefusedError(404, 10003, "Unknown Channel")
        if not channel.bot_inside:
            raise RefusedError(403, 50001, "Missing Access")
        return channel

    async def _open_dm(self, request: web.Request) -> web.Response:
        user = self.world.users.get(str((await request.json())["recipient_id"]))
        if user is None:
            raise RefusedError(404, 10013, "Unknown User")
        return reply(self.world.dm_with(user).payload())

    async def _post(self, request: web.Request) -> web.Response:
        channel, form = self._channel(request), await self._form(request)
        if channel.kind == 1 and not channel.recipients[0].takes_dms:
            raise RefusedError(403, 50007, "Cannot send messages to this user")
        if not channel.may_send:
            raise RefusedError(403, 50013, "Missing Permissions")
        return self._shown(self._new(channel, form, 10 * 2**20))

    def _own(self, request: web.Request) -> Message:
        self._channel(request)
        message = self.world.messages.get(request.match_info["message"])
        if message is None or message.deleted or message.ephemeral:
            raise RefusedError(404, 10008, "Unknown Message")
        if message.author is not None:
            raise RefusedError(403, 50005, "Cannot edit a message authored by another user")
        return message

    async def _edit_posted(self, request: web.Request) -> web.Response:
        message = self._own(request)
        self._write(message, await self._form(request), 10 * 2**20)
        return self._shown(message)

    async def _remove_posted(self, request: web.Request) -> web.Response:
        self._own(request).deleted = True
        return web.Response(status=204)

    async def _typing(self, request: web.Request) -> web.Response:
        self._channel(request)
        return web.Response(status=204)

    # CDN

    async def _file(self, request: web.Request) -> web.Response:
        item = self.world.files.get(request.match_info["id"])
        signed = {"ex", "is", "hm"} <= request.query.keys()
        if item is None or not signed or item.gone or time.monotonic() > item.expires:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=item.data, content_type=item.content_type)
