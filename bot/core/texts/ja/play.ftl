# 顔であそぶ: 混ぜる、変える、並べる、コード、自分の画像。
type-caption = コンピューターが描いた { $type } です。どこを変えましょうか？
kept-shape = 輪郭
kept-features = 目鼻立ち
kept-colours = 色み
seed-caption = シード { $seed } の顔です。/surprise { $seed } で、この顔がまた出てきます。
look-caption = 姿：{ $look }。
look-mean = 平均
look-lighter = 明るい肌
look-darker = 濃い色の肌
look-younger = 若い顔
look-older = 年配の顔
look-lighter-older = 明るい肌の年配の顔
look-darker-older = 濃い色の肌の年配の顔
edits-caption = 変えたところ: { $edits }。
edit-amount = { $direction } { $amount }
made-code = コード: { $code }
made-how = { $code } は、こうして作りました。
made-when = 作った日時: { WHEN($when) } UTC。
no-such-code = { $code } という画像は見つかりません。消されたか、保管の期限が過ぎたか、ほかの人の画像です。
ask-code = 画像の下にあるコードを教えてください。例: /show K7M2QX
nothing-to-undo = これ以上、元に戻すものはありません。
nothing-to-redo = これ以上、やり直すものはありません。
no-directions = 今ある顔には、変えられるところがありません。
no-looks = 今ある顔は、ひとつの姿だけです。
looks-how = 「{ $word }」という姿はありません。あるのは次のものです：{ $looks }。/looks 2 で 2 番目に、/looks older でその名前の姿になり、/looks ですべてを見られます。
surprise-how = 「{ $word }」はわかりませんでした。/surprise は、あなたのタイプの 9 人を見せます。顔の下にあった番号をつけると（例：/surprise 123）、その顔が戻ってきます。
part-shape = 輪郭
part-features = 目鼻立ち
part-colours = 色み
part-all = すべて
mix-how = 「{ $word }」はわかりませんでした。/mix のあとには、タイプをどれだけ混ぜるか（5 から 95 まで）と、顔のどこに混ぜるかを書きます：{ $parts }。例：/mix 40、/mix { part-shape } { part-features } 60。
edit-how = 「{ $word }」はわかりませんでした。/edit のあとには、何をどれだけ変えるかを書きます：/edit { direction-smile } 1.5。変えられるものの例：{ $names }。ボタンを押すと、すべて見られます。
select-direction = 何を変えましょうか？
slider-weight = { $type } の割合
sheet-all = 16タイプの顔です。どれを近くで見ますか？
sheet-looks = { $type } を、いろいろな肌の色と年齢で。今の姿は「{ $look }」です。ほかのものを押すと、その顔にします。
sheet-surprise = コンピューターが考えた { $type } の9人です。番号を押して選んでください。シードは { $seed } からで、/surprise { $seed } で最初の顔がまた出てきます。
alt-sheet-all = コンピューターが作った、タイプごとの顔16枚を並べた画像。
alt-sheet-looks = コンピューターが作った { $type } の顔を、いろいろな肌の色と年齢で並べ、番号をつけた画像。
alt-sheet-surprise = コンピューターが作った { $type } の顔9枚に番号をつけて並べた画像。
gallery = { $total ->
   *[other] あなたの画像は{ $total }枚です。新しい順{ $pages ->
        [1] です。
       *[other] で、{ $pages }ページ中{ $page }ページ目です。
    }コードを押すと、もう一度見たり、そのまま保存したり、消したりできます。
}
gallery-empty = まだ画像がないか、保管の期限が過ぎました。
gallery-one = { $code } の画像をどうしますか？
alt-gallery = { $count ->
   *[other] コンピューターが作ったあなたの顔{ $count }枚と、そのコード。
}
original = 圧縮していない { $code } の画像です。
ask-toss = { $code } の画像を完全に消しますか？
tossed = { $code } の画像を消しました。
now-public = これからは、あなたの顔をこの場のみんながすぐに見られます。/private で元に戻ります。あなたの写真は、許しなく見せることはありません。
now-private = これからは、できる場所では「みんなに見せる」を押すまで、あなただけに見えます。

direction-age = 年齢
direction-gender = 女性らしさ・男性らしさ
direction-smile = 笑顔
direction-hair = 髪
direction-fringe = 前髪
direction-glasses = めがね
direction-turn = 顔の向き
direction-skin = 肌の色
direction-numbered = 変化 { $number } 番
direction-numbered-coarse = 輪郭 { $number } 番
direction-numbered-middle = 目鼻立ち { $number } 番
direction-numbered-fine = 色合い { $number } 番
direction-ei = 内へ・外へ (I, E)
direction-sn = 事実・発想 (S, N)
direction-tf = 頭・心 (T, F)
direction-jp = 計画・気まま (J, P)
directions-letters = 四つの文字
directions-more = ほかの変化

button-mix = 混ぜる
button-edit = 変える
button-looks = ほかの姿
button-look = { $number } · { $look }
button-surprise = おまかせ
button-all-faces = 16タイプの顔
button-more-faces = ほかの9人
button-redo = やり直す
button-done = できあがり
button-unedited = 変更をなしにする
button-plain-type = タイプの顔に戻る
button-keep-features = 自分の目鼻立ちのまま
button-free-features = 目鼻立ちも混ぜる
button-gallery = 自分の画像
button-newer = 新しいほう
button-older = 古いほう
button-show-again = もう一度見る
button-original = 圧縮なしのファイル
button-toss = 消す
button-toss-sure = はい、消します
button-withdraw = 取り下げる
withdrawn = 取り下げました。ここではもう誰にも見えません。コードのある画像は、消すまで /gallery に残ります。
not-removed = そのメッセージを消せませんでした。ここの管理者が消せます。
