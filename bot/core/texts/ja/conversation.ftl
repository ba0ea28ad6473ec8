welcome =
    こんにちは！ タイプに顔を贈るボットです。
    十六のタイプからひとつ選ぶと、その顔をお見せします。自撮りを送ってもらえれば、ふたつをブレンドします。最後は、あなたといちばん相性のいいタイプに会いに行きましょう。
help =
    /mbti ENFP 女性: タイプの顔を見て、自分の顔とブレンド
    /quiz: どのタイプに近いかを見つける
    /me: 新しい自撮りをブレンド、または前の自撮りをもう一度
    /mix、/edit、/looks、/surprise: 顔であそぶ、/undo: 元に戻す
    /morph: 動画で見る · /card: 見せるカード
    /match: いちばん相性のいいタイプに会う
    /us @友だち: ふたりとも同意すれば、ふたりの画像
    /all: 16タイプすべて · /gallery: 自分の画像 · /show コード: その一枚
    /public、/private: 画像を誰が見るか
    /language: 話す言語を選ぶ
    /privacy: 何がいつまで保管されるか
    /forget: すべてを今すぐ消す
    ボタンを押しても、タイプを書いても、自撮りをそのまま送っても大丈夫です。
disclaimer = どれも気軽なお楽しみです。タイプと顔の関係は証明されておらず、顔はコンピューターが作ったものです。MBTI は The Myers-Briggs Company の商標で、このボットは同社とは関係ありません。

ask-type = どのタイプをお見せしましょうか？
ask-type-photo = 写真、受け取りました！ どのタイプとブレンドしましょうか？
ask-gender = { $type }、いいですね。どんな顔を見てみたいですか？
ask-selfie = 次はあなたの番です。自撮りを送ってもらえれば、この顔とブレンドします。明るいところで、ひとりで、正面から撮ったものがいちばんです。
ask-match = どんな人に会ってみたいですか？ 一度だけうかがって、覚えておきます。
match-needs-type = 相性を調べるには、まずあなたのタイプが必要です。どのタイプですか？
offer-selfie = ご自分の顔も重ねてみませんか？ それには自撮りが必要です。
no-room = 今はお預かりしている写真がとても多く、受け取れませんでした。数分たってから、もう一度送ってください。
consent-photo = 写真、受け取りました！ まだ中は見ていません。
consent =
    自撮りを見る前に、どうか読んでください。
    · 写っているのはご本人で、成人であること。ほかの人の写真は送らないでください。
    · 写真そのものは、長くても15分、メモリーの中にあるだけです。そのあいだは、ご希望があれば新しい顔をその写真に戻せます。保存はしません。
    · 保管するのは、顔を表す数字の並びだけです。暗号化しておき、{ $hours }時間たつと消します。
    · /forget で、いつでもすぐにすべて消せます。
    よろしいですか？
declined = わかりました、写真なしで楽しみましょう。相性のいいタイプに会ったり、ほかのタイプを見たりできます。
declined-later = わかりました。前にいただいた同意を取り消すには「わたしを忘れて」を押してください。保管しているものがすべて消えます。
still-photo = まだ自撮りを見ているところです。終わりしだい、ブレンドした顔をお見せします。
still-compose = まだ写真に顔を入れているところです。できしだい、お見せします。
face-found = 自撮りの準備ができました。
ask-photo = ご自分の別の写真を送ってもらえれば、今の顔をそのまま入れます。ほかの人の写真は送らないでください。
ask-photo-gone = 写真を持っているのは長くても15分なので、もう手元にありません。同じ写真か、ご自分の別の写真を送ってもらえれば、今の顔をそのまま入れます。
ask-reveal = ブレンドした顔の入ったあなたの写真を、ここにいる全員が見ることになります。髪も、服も、うしろに写ったものも見えます。見せてもいいですか？
already-shown = もうみんなに見えています。

progress-photo = ありがとうございます！ 顔を探しています…
progress-queued = 順番は { $position } 番目です。あと { DURATION($seconds) }ほどです。
progress-photo-running = 顔に近づいています… { $percent }%、あと { DURATION($seconds) }ほどです。
progress-compose = 写真に顔を入れています…
alt-preview = プレビュー: 写真から、ここまでに見つかった顔。

blend-caption = あなたと { $type }: あなた { $mine }%、{ $type } { $percent }%。どこを変えましょうか？
blend-caption-kept = あなたと { $type }: { $kept }はあなたのまま、ほかは { $type } { $percent }%。どこを変えましょうか？
composed-caption = あなたの写真の中の、{ $type } になったあなたです。顔を変えたいときは、顔に戻って変えてから、もう一度写真に入れてください。
match-caption = { $mine } といちばん相性がいいのは…
match-others = このタイプともすてきな相性です: { $types }
alt-type-female = コンピューターが作った、{ $type } タイプの女性の顔。
alt-type-male = コンピューターが作った、{ $type } タイプの男性の顔。
alt-type-either = コンピューターが作った、{ $type } タイプの顔。
alt-blend = コンピューターが作った顔: あなたの顔に { $type } タイプの顔を { $percent }% ブレンド。
alt-composed = コンピューターが作った顔を入れたあなたの写真: あなたの顔に { $type } タイプの顔をブレンド。
alt-boxes = 見つかった{ $count }人の顔に、左から番号をつけた写真。

privacy =
    あなたについて保管しているものです。お名前はなく、アカウントは読み取れない符号としてだけ残ります。
    · 写真: 長くても15分、メモリーの中だけで、保存はしません。そのあいだは、送り直してもらわなくても、その写真に顔を入れられます。
    · 顔を表す、暗号化した数字と、画像の作り方（これも暗号化）: { $hours }時間で消えます。
    · 会話がどこまで進んだかと、クイズの答え: 最後のメッセージから { $conversation_days } 日。
    · 選んだタイプと性別、作業がいつどれだけかかったか: { $session_days } 日。
    · 使っている言語、会ってみたい相手、同意の有無: /forget まで。
    /forget で、これらはすべてすぐに消えます。残るのは、誰のものでもない件数だけです。
privacy-agreed = 自撮りを見ることに同意いただいています。
privacy-photo = 今、あなたの写真が1枚メモリーにあります。
privacy-faces = 今保管している顔のデータ: { $count }件。遅くとも { WHEN($until) } UTC までです。
privacy-no-face = 今保管している顔はありません。
forgotten = { $faces ->
    [0] 忘れました。会話も、同意も、メモリーにあった写真も、もうありません。
   *[other] 忘れました。{ $faces }件の顔のデータも、会話も、同意も、メモリーにあった写真も、もうありません。
}
forgotten-key = 暗号化に使った鍵も、一緒に捨てました。

unknown-command = 知らないコマンドです。できるのはこちらです。
lost = うまく聞き取れませんでした。ENFP のようにタイプを書くか、自撮りを送るか、ボタンを押してください。
lost-type = うまく聞き取れませんでした。どのタイプですか？ たとえば ENFP のように書いてください。
lost-gender = うまく聞き取れませんでした。女性の顔、男性の顔、それともどちらでも？
lost-match = うまく聞き取れませんでした。会ってみたいのは女性、男性、それともどちらでも？
lost-consent = うまく聞き取れませんでした。ボタンで教えてください。自撮りを見てもいいですか？
lost-selfie = うまく聞き取れませんでした。自撮りを写真として送るか、ボタンを押してください。
lost-photo = うまく聞き取れませんでした。顔を入れたいご自分の写真を送るか、ボタンを押してください。
interrupted-compose = ごめんなさい、写真に顔を入れている途中で中断してしまいました。ボタンを押すと、もう一度やってみます。
interrupted-photo = ごめんなさい、自撮りを見ている途中で中断してしまいました。ボタンを押すか、写真をもう一度送ってください。
stopped = 止めました。
stopped-forgotten = 忘れてほしいとのことでしたので、止めました。
nothing-runs = 今は何も動いていません。
not-yours = これはほかの方のボタンです。あなたのボタンはこちらです！
bad-button = 知らないボタンです。ここから続けましょう。
expired = 前のボタンなので、もう使えません。あらためて始めましょう。

error-unknown-type = { $word } というタイプは知りません。もしかして、この中にありますか？ { $types }
error-bad-image = 写真として読めないファイルです。ふつうの JPEG、PNG、WebP の画像を送ってください。
error-too-large = 写真が大きすぎます。20 MB、4000万画素より小さいものを送ってください。
error-no-face = 写真に顔が見つかりませんでした。明るいところで、サングラスやマスクなしで、正面から撮った写真を送ってください。
error-many-faces = { $count ->
    [1] 顔がひとつ見つかりました。これはあなたですか？
   *[other] { $count }人の顔が見つかりました。あなたはどれですか？ 番号を押してください。
}
error-face-too-small = 写真の中の顔がとても小さいです。もう少し近くで撮るか、元のサイズのまま送ってください。
error-face-cut = 顔の一部が切れているか、横を向いています。正面から、顔全体が写った写真を送ってください。
error-photo-gone = 写真を持っているのは少しのあいだだけで、もう手元にありません。もう一度送ってください。
error-busy = 今は大勢の方が来ています。{ DURATION($seconds) }ほどしてから、もう一度どうぞ。
already-compose = 今ちょうど、あなたの写真に顔を入れています。少し待つか、取り消してください。
already-photo = { error-already-running }
error-already-running = 今ちょうど、あなたの自撮りを見ています。少し待つか、取り消してください。
error-cancelled = 取り消しました。いつでもまたどうぞ。
error-stopping = 今、再起動しているところです。1分ほどしてから、もう一度どうぞ。
error-unreachable = 顔の工房から今は返事がありません。1分ほどしてから、もう一度どうぞ。
error-internal = こちらで問題が起きました、ごめんなさい。もう一度お試しください。
error-unauthorized = 顔の工房に入れてもらえません。このボットを運営している方に知らせてください。
error-bad-pack = 今は顔を読み込めません。このボットを運営している方に知らせてください。
error-bad-latent = 前の顔は、今の顔モデルとは合わなくなりました。新しい自撮りを送ってください。
error-face-gone = 前の顔は、もう保管していません。新しい自撮りを送ってください。
error-too-late = 大勢の方が来ていて、順番が間に合いませんでした。1分ほどしてから、もう一度どうぞ。
error-out-of-memory = 顔の工房が一度に抱えられる量を超えてしまいました。1分ほどしてから、もう一度どうぞ。
error-store-down = 今は手帳を開けず、先へ進めません。1分ほどしてから、もう一度どうぞ。

button-plain = { $text }
button-begin = タイプを選ぶ
button-help = 使い方
button-privacy = プライバシー
button-forget = わたしを忘れて
button-all-types = 16タイプすべて
button-other-type = ほかのタイプ
button-agree = 同意します
button-decline = いいえ、やめておきます
button-match = 相性のいいタイプに会う
button-other-match = ほかの人に会う
button-again = 前の自撮りを使う
button-blend-back = 自分の顔に戻る
button-send-selfie = 自撮りを送る
button-new-photo = 別の写真
button-retry = もう一度
button-cancel = 取り消す
button-more-me = もっとわたしに
button-more-type = もっと { $type } に
button-keep-shape = 輪郭をそのまま残す
button-free-shape = 輪郭もブレンド
button-keep-colours = 色みをそのまま残す
button-free-colours = 色みもブレンド
button-undo = 元に戻す
button-show = みんなに見せる
button-in-photo = わたしの写真に入れる
button-other-photo = 別の写真に入れる
button-reveal = はい、写真を見せます
