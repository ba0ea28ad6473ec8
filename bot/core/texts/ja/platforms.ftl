# 各プラットフォームに並ぶコマンド、オプション、選択肢。それぞれ100文字以内。
command-start = あいさつと、このボットでできること
command-help = 使い方を見る
command-mbti = タイプの顔を見て、自分の顔とブレンドする
command-me = 自撮りを送る、または前の自撮りを今のタイプでもう一度ブレンドする
command-match = いちばん相性のいいタイプに会う
command-privacy = わたしについて何がいつまで保管されるかを見る
command-forget = 保管されているものを今すぐすべて消す
option-mbti-type = タイプ（例: ENFP）
option-mbti-gender = どんな顔を見るか: 女性、男性、どちらでも
option-mbti-photo = ご本人の自撮り
option-me-photo = ご本人の自撮り
option-match-gender = 会ってみたいのは: 女性、男性、どちらでも
choice-female = 女性
choice-male = 男性
choice-either = どちらでも
context-blend = この写真をブレンド
bot-description = タイプに顔を贈ります。タイプを選んで自撮りを送ると、ふたつをブレンドした顔と、いちばん相性のいいタイプに会えます。気軽なお楽しみです。
