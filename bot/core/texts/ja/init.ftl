# `typeface init` が管理者に尋ね、伝えること。
init-hello = Typeface にボットのトークンを登録します。入力中は画面に表示されず、本人だけが読めるファイルに保存されます。
init-yes = yYはう
init-written = 保存しました: { $file }（本人だけが読めます）
init-nothing-new = { $file } はそのままです。
init-web-only = トークンのあるボットはまだありません。ウェブチャットとターミナルはトークンなしで使えます。
init-next = 始めるには: make run
init-refused = { $setting } を確認できなかったため、何も保存していません。
init-there-already = { $setting } はすでにあるので、そのままにしました。置き換えるには --yes を付けてください。
init-cancelled = 中止しました。何も保存していません。

init-discord-how =
    Discord: https://discord.com/developers/applications で New Application を押し、Bot > Reset Token > Copy と進んでください。
init-discord-ask = Discord のトークン（使わないなら Enter）:
init-discord-there = Discord のトークンはすでにあります。置き換えますか？ [y/N]
init-discord-good = Discord でボットを確認しました: { $name }
init-discord-shape = Discord のトークンの形ではありません。アプリケーションのページで Bot > Reset Token > Copy を押してください。Client ID、Public Key、Client Secret はトークンではありません。
init-discord-token = Discord がこのトークンを受け付けません。Reset Token を押すと前のトークンは無効になります。もう一度 Bot > Reset Token を押し、新しいトークンをコピーしてください。
init-discord-unreachable = Discord につながりません。インターネット接続と、設定していれば DISCORD_API_BASE を確認してください。
init-discord-odd = Discord の応答が想定と違います。数分後にもう一度お試しください。状態: https://discordstatus.com
init-discord-code-grant = 変更が必要です: Bot > Requires OAuth2 Code Grant をオフにしてください。オンのままでは誰もボットを招待できません。
init-discord-private = メモ: Bot > Public Bot がオフなので、招待できるのはご本人だけです。
init-discord-no-person = メモ: Installation > User Install がオフなので、利用者が自分のアカウントに追加してどこでも使うことはできません。
init-discord-intents = メモ: 特権インテントがオンです（Bot > Privileged Gateway Intents）。Typeface には不要なので、すべてオフにできます。
init-discord-server = サーバーに招待する: { $link }
init-discord-person = 自分のアカウントに追加する: { $link }

init-telegram-how =
    Telegram: https://t.me/BotFather に /newbot を送り、二つの質問に答えると、トークンが届きます。
init-telegram-ask = Telegram のトークン（使わないなら Enter）:
init-telegram-there = Telegram のトークンはすでにあります。置き換えますか？ [y/N]
init-telegram-good = Telegram でボットを確認しました: { $name }
init-telegram-shape = Telegram のトークンの形ではありません。123456789:AAE-x7... のように、数字とコロンで始まります。
init-telegram-token = Telegram がこのトークンを受け付けません。@BotFather に /token を送り、ボットを選んで、届いたものをコピーしてください。
init-telegram-unreachable = Telegram につながりません。インターネット接続と、設定していれば TELEGRAM_API_BASE を確認してください。
init-telegram-odd = Telegram の応答が想定と違います。数分後にもう一度お試しください。
init-telegram-no-inline = メモ: インラインモードがオフです。どのチャットでも「@ボット ENFP」と使うには、@BotFather に /setinline を送り、ボットを選んで、ENFP などの案内文を送ってください。
init-telegram-no-groups = メモ: ボットはグループに入れません。変えるには、@BotFather に /setjoingroups を送り、ボットを選んで Enable を押してください。
init-telegram-no-privacy = メモ: プライバシーモードがオフなので、グループの全メッセージがボットに届きます。Typeface には不要です。@BotFather に /setprivacy を送り、ボットを選んで Enable を押してください。
init-telegram-chat = ボットと話す: { $link }
init-telegram-group = グループに追加する: { $link }
