# 持っている人に画像を一枚見せるリンク。
command-share = 自分の画像を一枚見せるリンクを作ります
option-share-code = 画像の下にあるコード
ask-share-code = 画像の下にあるコードを教えてください。例: /share K7M2QX
share-elsewhere = リンクはウェブのチャットで作れます。ここでは画像を保存して送ってください。
share-no-film = リンクで動画は見せられません。動画は保存して送ってください。
link-made = このリンクを持つ人には画像 { $code } だけが見え、あなたについてほかのことは何も見えません。長くても { WHEN($until) } UTC までで、ボタンを押すか、画像を消すか、/forget するとすぐに終わります。
links-open = この画像を見せるリンクが { $count } 件あります。
links-ended = { $count ->
    [0] 画像 { $code } へのリンクはありません。
   *[other] 画像 { $code } へのリンク { $count } 件をすべて終わらせました。
}
button-share = 共有リンク
button-unshare = リンクを終わらせる
shared-title-face = { $type } の顔
shared-title-card = { $type } のカード
shared-title-all = 16タイプの顔
shared-title-sheet = { $type } の顔たち
shared-alt-face = コンピューターが作った顔: だれかの顔にタイプ { $type } を混ぜたもの。
shared-alt-card = だれかの顔に { $type } を混ぜたものと、コンピューターが作った { $type } と相性のいちばんよい { $match } の顔があるカード。
web-share = 共有リンク
web-copy = リンクをコピー
web-copied = コピーしました
web-link = 画像へのリンク
web-shared-note = コンピューターが遊びで作りました。タイプと顔の関係は証明されていません。
web-shared-own = 自分のタイプの顔を作る
web-shared-gone = このリンクは終わりました
web-shared-gone-more = 作った人が画像を取り下げたか、期限が切れました。
web-shared-busy = 今は画像を表示できません
web-shared-busy-more = アクセスが集中しているか、画像を作るところが休んでいます。1分ほどしてからもう一度お試しください。

# Coming back to the page.
command-back = どこまで進んだか
back = おかえりなさい。
back-type = 選んだタイプは { $type } です。
back-face = { $type } を混ぜたあなたの顔はまだ残っています。
