telegram-anonymous = グループやチャンネルの名前で書かれているので、どなたの顔なのかわかりません。ご本人のアカウントで話しかけてください。
telegram-no-picture = ここには画像を投稿できません。わたしとの個人チャットなら、いつでも大丈夫です。
telegram-group = グループでは、コマンドとわたしへの返信だけが見えています。写真は、このメッセージへの返信として送ってください。
telegram-inline-open = この顔に自分を重ねてみる
telegram-inline-button = 個人チャットを開く
telegram-inline-none = ENFPのようにタイプを書いてください
