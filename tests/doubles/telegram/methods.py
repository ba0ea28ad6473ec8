"""The methods of the Bot API that the double knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.doubles.telegram.errors import NOT_MODIFIED, RefusedError, bad
from tests.doubles.telegram.feed import Feed
from tests.doubles.telegram.params import Params
from tests.doubles.telegram.world import BOT, Wire, World

MAX_TEXT, MAX_CAPTION, MAX_DATA = 4096, 1024, 64
MEDIA = ("photo", "video", "animation", "document")
ACTIONS = {"typing", "choose_sticker", "find_location"} | {
    f"{doing}_{what}"
    for doing, what in (
        *(("upload", what) for what in ("photo", "video", "voice", "document", "video_note")),
        *(("record", what) for what in ("video", "voice", "video_note")),
    )
}


def units(text: str) -> int:
    """Telegram counts in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def checked_text(text: str) -> str:
    if not text.strip():
        raise bad("message text is empty")
    if units(text) > MAX_TEXT:
        raise bad("message is too long")
    return text


def checked_caption(text: str) -> str | None:
    if units(text) > MAX_CAPTION:
        raise bad("message caption is too long")
    return text or None


def checked_markup(params: Params) -> Wire | None:
    markup = params.thing("reply_markup")
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if not button.get("text"):
                raise bad(
                    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
                )
            if not 1 <= len(str(button.get("callback_data", button.get("url", ""))).encode()) <= MAX_DATA:
                raise bad("BUTTON_DATA_INVALID")
            if button.get("style", "primary") not in {"primary", "success", "danger"}:
                raise bad("BUTTON_STYLE_INVALID")
    return markup if isinstance(markup, dict) and markup.get("inline_keyboard") else None


class Methods:
    """`call` runs a method by its name, whatever its case."""

    def __init__(self, world: World, feed: Feed) -> None:
        self._world = world
        plain = {f"send{kind.capitalize()}": self._sender(kind) for kind in MEDIA}
        table: dict[str, Callable[[Params], Any]] = {
            **plain,
            "getMe": lambda _: BOT,
            "getUpdates": feed.poll,
            "setWebhook": feed.set_webhook,
            "deleteWebhook": feed.drop_webhook,
            "getWebhookInfo": lambda _: feed.info(),
            "sendMessage": self._send_message,
            "sendMediaGroup": self._send_group,
            "sendChatAction": self._act,
            "editMessageText": self._edit_text,
            "editMessageCaption": self._edit_caption,
            "editMessageMedia": self._edit_media,
            "editMessageReplyMarkup": lambda p: self._changed(self._target(p), p, {}),
            "deleteMessage": self._delete,
            "deleteMessages": self._delete_many,
            "answerCallbackQuery": lambda p: self._answer(p.text("callback_query_id")),
            "answerInlineQuery": self._answer_inline,
            "getFile": lambda p: world.files.downloadable(p.text("file_id")),
            "setMyCommands": self._set_commands,
            "getMyCommands": lambda p: world.menus.get(self._audience(p), []),
            "setMyDescription": lambda p: self._set_about(p, "description", 512),
            "getMyDescription": lambda p: self._about(p, "description"),
            "setMyShortDescription": lambda p: self._set_about(p, "short_description", 120),
            "getMyShortDescription": lambda p: self._about(p, "short_description"),
            "setChatMenuButton": lambda _: True,
            "getChat": self._get_chat,
            "getChatMember": self._member,
            "setMessageReaction": self._react,
        }
        self._table = {name.lower(): (name, method) for name, method in table.items()}

    def name(self, given: str) -> str:
        """The method's proper name. Raises 404 when there is none."""
        if given.lower() not in self._table:
            raise RefusedError(404, "Not Found: method not found")
        return self._table[given.lower()][0]

    async def call(self, given: str, params: Params) -> Any:
        result = self._table[self.name(given).lower()][1](params)
        return await result if isinstance(result, Awaitable) else result

    # Sending

    def _post(self, params: Params, content: Wire) -> Wire:
        chat = self._world.chat(params.text("chat_id"))
        thread = params.number("message_thread_id") or None
        about = {
            "reply_markup": checked_markup(params),
            "reply_to_message": self._replied(params, chat["id"]),
        }
        topic = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
        return self._world.post(chat, BOT, {**content, **about, **topic})

    def _replied(self, params: Params, chat: int) -> Wire | None:
        wanted = params.thing("reply_parameters") or {}
        message = self._world.messages.get((chat, int(wanted.get("message_id", 0))))
        if wanted and message is None and not wanted.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        return {k: v for k, v in message.items() if k != "reply_to_message"} if message else None

    def _send_message(self, params: Params) -> Wire:
        return self._post(params, {"text": checked_text(params.text("text"))})

    def _sender(self, kind: str) -> Callable[[Params], Wire]:
        def send(params: Params) -> Wire:
            self._world.chat(params.text("chat_id"))
            caption = checked_caption(params.text("caption"))
            return self._post(params, {**self._world.files.sent(params, kind), "caption": caption})

        return send

    def _send_group(self, params: Params) -> list[Wire]:
        media = params.thing("media") or []
        if not 2 <= len(media) <= 10:
            raise bad("wrong number of media; must be 2-10")
        parts = [self._medium(params, item) for item in media]
        group = f"g{id(parts)}"
        return [self._post(params, {**part, "media_group_id": group}) for part in parts]

    def _medium(self, params: Params, item: Wire) -> Wire:
        caption = checked_caption(str(item.get("caption", "")))
        return {**self._world.files.sent(params, item["type"], item["media"]), "caption": caption}

    def _act(self, params: Params) -> bool:
        self._world.chat(params.text("chat_id"))
        if params.text("action") not in ACTIONS:
            raise bad("wrong parameter action in request")
        return True

    # Editing

    def _target(self, params: Params) -> Wire:
        chat = self._world.chat(params.text("chat_id"))
        number = params.number("message_id")
        return self._world.own(chat["id"], number, "message to edit not found", "message can't be edited")

    def _changed(self, message: Wire, params: Params, content: Wire) -> Wire:
        wanted = {**content, "reply_markup": checked_markup(params)}
        if all(message.get(key) == value for key, value in wanted.items()):
            raise bad(NOT_MODIFIED)
        for key, value in wanted.items():
            if value is None:
                message.pop(key, None)
            else:
                message[key] = value
        self._world.look(message)
        return message

    def _edit_text(self, params: Params) -> Wire:
        message = self._target(params)
        if "text" not in message:
            raise bad("there is no text in the message to edit")
        return self._changed(message, params, {"text": checked_text(params.text("text"))})

    def _edit_caption(self, params: Params) -> Wire:
        message = self._target(params)
        if "text" in message:
            raise bad("there is no caption in the message to edit")
        return self._changed(message, params, {"caption": checked_caption(params.text("caption"))})

    def _edit_media(self, params: Params) -> Wire:
        message = self._target(params)
        content = self._medium(params, params.thing("media"))
        return self._changed(message, params, {**dict.fromkeys(("text", *MEDIA)), **content})

    def _delete(self, params: Params) -> bool:
        chat = self._world.chat(params.text("chat_id"))
        if self._world.messages.pop((chat["id"], params.number("message_id")), None) is None:
            raise bad("message to delete not found")
        return True

    def _delete_many(self, params: Params) -> bool:
        chat = self._world.chat(params.text("chat_id"))
        for number in params.thing("message_ids"):
            self._world.messages.pop((chat["id"], number), None)
        return True

    # The rest

    def _answer(self, query: str) -> bool:
        self._world.answer(query)
        return True

    def _answer_inline(self, params: Params) -> bool:
        if len(params.thing("results") or []) > 50:
            raise bad("RESULTS_TOO_MUCH")
        for result in params.thing("results") or []:
            if "photo_file_id" in result:
                self._world.files.by_id(result["photo_file_id"])
        return self._answer(params.text("inline_query_id"))

    def _audience(self, params: Params) -> tuple[str, str]:
        scope = params.thing("scope") or {"type": "default"}
        return str(scope["type"]), params.text("language_code")

    def _set_commands(self, params: Params) -> bool:
        commands = params.thing("commands") or []
        if len(commands) > 100 or not all(1 <= len(c["description"]) <= 256 for c in commands):
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        if not all(c["command"].isidentifier() and c["command"].islower() for c in commands):
            raise bad("BOT_COMMAND_INVALID")
        self._world.menus[self._audience(params)] = commands
        return True

    def _set_about(self, params: Params, kind: str, limit: int) -> bool:
        if units(params.text(kind)) > limit:
            raise bad(f"bot {kind.replace('_', ' ')} is too long")
        self._world.texts[kind, params.text("language_code")] = params.text(kind)
        return True

    def _about(self, params: Params, kind: str) -> Wire:
        return {kind: self._world.texts.get((kind, params.text("language_code")), "")}

    def _get_chat(self, params: Params) -> Wire:
        return {**self._world.chat(params.text("chat_id")), "accent_color_id": 0, "max_reaction_count": 11}

    def _member(self, params: Params) -> Wire:
        self._world.chat(params.text("chat_id"))
        user = params.number("user_id")
        known = self._world.chats.get(user)
        if user != BOT["id"] and known is None:
            raise bad("user not found")
        wire = BOT if user == BOT["id"] else {"id": user, "is_bot": False, "first_name": "Someone"}
        rights = self._world.rights.get((params.number("chat_id"), user), {"status": "member"})
        return {**rights, "user": wire}

    def _react(self, params: Params) -> bool:
        chat = self._world.chat(params.text("chat_id"))
        if (chat["id"], params.number("message_id")) not in self._world.messages:
            raise bad("message to react not found")
        self._world.reactions.append(params.shown())
        return True
