# ターミナルが自分で言うこと。
terminal-no-such-file = 読めるファイルがありません: { $path }
terminal-no-file-named = @ のあとに写真のファイル名を書いてください。例: @me.jpg
terminal-no-folder = このフォルダーには画像を保存できません: { $path }（--out で別のフォルダーを選んでください）
terminal-no-such-button = { $number } 番のボタンは今ありません。
terminal-file = ファイル
terminal-cancelling = キャンセルしています… もう一度 Ctrl-C を押すと会話が終わります。
terminal-house-away = `typeface up` は止まっていますか? もう一度始めれば、この会話が自動で見つけます。
