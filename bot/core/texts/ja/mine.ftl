# What is kept about a person: told, handed over, forgotten.
ask-forget = 本当に忘れてもいいですか？ 顔、画像、会話、同意、選んだものが、このプラットフォームのすべてのチャットからすぐに消え、元には戻せません。
my-data = { $pictures ->
    [0] あなたについて保管しているすべてを、ひとつのファイルにまとめました。数値にした顔が{ $faces }件入っています。
   *[other] あなたについて保管しているすべてを、ひとつのファイルにまとめました。画像が{ $pictures }枚、数値にした顔が{ $faces }件入っています。
}
my-data-private = このファイルにはすべてのチャットの画像が入っていて、ここでは全員に届いてしまいます。わたしとの個人チャットで /mydata と送ってください。
alt-my-data = あなたについて保管しているすべてを入れたzipファイル。
button-forget-sure = はい、忘れてください
button-keep = いいえ、そのままで
button-my-data = 自分のデータをもらう
