# `typeface init`: what an admin is asked and told.
init-hello = Typeface looks for the bots' tokens. They are not shown while you type, and go into a file that only you can read.
init-yes = yY
init-written = Written: { $file } (only you can read it).
init-nothing-new = { $file } stays as it is.
init-web-only = No bot has a token yet. The web chat and the terminal work without one.
init-next = Start everything with: make run
init-refused = { $setting } is not accepted, so nothing was written.
init-there-already = { $setting } is set already, and stays as it is. To replace it, add --yes.
init-cancelled = Stopped. Nothing was written.

init-discord-how =
    Discord: open https://discord.com/developers/applications and press New Application. Then Bot > Reset Token > Copy.
init-discord-ask = Discord token (Enter: no Discord bot):
init-discord-there = There is a Discord token already. Replace it? [y/N]
init-discord-good = Discord knows this bot: { $name }.
init-discord-shape = This does not look like a Discord token. On the page of your application: Bot > Reset Token > Copy. The Client ID, Public Key and Client Secret are something else.
init-discord-token = Discord does not accept this token. It is void once you press Reset Token: press it again (Bot > Reset Token), and copy the new one.
init-discord-unreachable = Discord does not answer. Is this machine online, and is DISCORD_API_BASE right, if it is set?
init-discord-odd = Discord answers, but not as expected. Try again in a few minutes; status: https://discordstatus.com
init-discord-code-grant = Please change: Bot > Requires OAuth2 Code Grant must be off. While it is on, nobody can invite the bot.
init-discord-private = Note: Bot > Public Bot is off, so only you can invite the bot.
init-discord-no-person = Note: Installation > User Install is off, so people cannot add the bot to their own account and use it everywhere.
init-discord-intents = Note: a privileged intent is on (Bot > Privileged Gateway Intents). Typeface needs none: you can switch them all off.
init-discord-server = Invite the bot to a server: { $link }
init-discord-person = Add it to your own account: { $link }

init-telegram-how =
    Telegram: write /newbot to https://t.me/BotFather and answer its two questions. It sends you the token.
init-telegram-ask = Telegram token (Enter: no Telegram bot):
init-telegram-there = There is a Telegram token already. Replace it? [y/N]
init-telegram-good = Telegram knows this bot: { $name }.
init-telegram-shape = This does not look like a Telegram token. They look like 123456789:AAE-x7..., numbers and a colon first.
init-telegram-token = Telegram does not accept this token. Write /token to @BotFather, choose the bot, and copy what it sends.
init-telegram-unreachable = Telegram does not answer. Is this machine online, and is TELEGRAM_API_BASE right, if it is set?
init-telegram-odd = Telegram answers, but not as expected. Try again in a few minutes.
init-telegram-no-inline = Note: inline mode is off. For "@bot ENFP" in any chat, write /setinline to @BotFather, choose the bot, and send a placeholder such as: ENFP
init-telegram-no-groups = Note: the bot may not join groups. To change that, write /setjoingroups to @BotFather, choose the bot, Enable.
init-telegram-no-privacy = Note: privacy mode is off, so Telegram sends the bot every message of its groups. Typeface does not need them: write /setprivacy to @BotFather, choose the bot, Enable.
init-telegram-chat = Chat with the bot: { $link }
init-telegram-group = Add it to a group: { $link }
