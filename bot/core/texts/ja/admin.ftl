# だれがどこで何をできるか、管理者が決めること、タイプの地図。
owners-only = このボットを運営している人だけができます。
owners-only-id = このボットを運営しているなら、TYPEFACE_OWNERS に { $owner } と書いて、ボットを起動し直してください。
only-in-community = サーバーやグループの中だけで使えます。
admins-only = このサーバーやグループを管理できる人だけができます。
blocked = ここの管理者の希望により、この場所ではお答えしていません。個人チャットではお話しできます。
paused = ここではひと休みしています。個人チャットではお答えします。
paused-notice = 管理者より: { $text }
off-here = このチャンネルではお答えしていません。ほかのチャンネルか個人チャットをご利用ください。
error-quota-used = 今日ここで使える回数を使い切りました。{ DURATION($seconds) }後にまた使えます。送った写真はメモリーにある間は残っていますので、もう一度ボタンを押してください。
error-cooldown = 少し早いようです。{ DURATION($seconds) }待ってから、もう一度押してください。写真を送り直す必要はありません。
error-setting-refused = その値には設定できません。ほかの値を選んでください。
error-block-self = 自分自身はブロックできません。

admin-home =
    ここの設定です。変更はすべて記録に残ります。
    · 応答: { $paused }
    · チャンネル: { $channels }
    · 一人あたり一日: { $quota }、{ $role_quotas }
    · 作業の間隔: { $cooldown }
    · 顔の保存期間: { $retention_hours }
    · 相性表: { $match_chart } · 顔モデル: { $pack }
    · ネタバレ防止: { $spoiler } · 最初の公開範囲: { $public }
    · 言語がわからないとき: { $language }
admin-ask-channels = 応答する場所: { $value }。ほかのチャンネルを選ぶには、そのチャンネルで /admin を呼んでください。
admin-ask-quota = 一人が一日(UTC)に写真と動画で使えるのは何回ですか。現在: { $value }。特定のロールだけ決めるには、/admin でロールを選んでください。
admin-ask-cooldown = 次に使うまでどのくらい待ちますか。現在: { $value }。
admin-ask-retention-hours = ここでは顔と画像をどのくらい保存しますか。現在: { $value }。
admin-ask-match-chart = だれとだれが合いますか。現在: { $value }。
admin-ask-pack = ここではどの顔モデルを使いますか。現在: { $value }。変えると、自撮りを送り直すことになります。
admin-ask-spoiler = タップするまで画像を隠しますか。現在: { $value }。
admin-ask-public = 最初はだれが画像を見ますか。各自が /public と /private で選べます。現在: { $value }。
admin-ask-locale = 言語がわからない人には何語で話しますか。現在: { $value }。
admin-ask-role = このロールは一日に写真何枚ですか。現在: { $value }。ロールが複数あれば、いちばん大きい数になります。
admin-ask-notice = その間、みなさんに何と伝えますか。次のメッセージで300文字以内で書いてください。
admin-ask-block = { $platform ->
    [telegram] だれに応答しないようにしますか。その人のメッセージに /admin block で返信してください。
   *[other] だれに応答しないようにしますか。/admin でその人を選んでください。
}
admin-ask-reset = { $platform ->
    [telegram] だれの今日の枚数を数え直しますか。その人のメッセージに /admin reset で返信してください。
   *[other] だれの今日の枚数を数え直しますか。/admin でリセットとその人を選んでください。
}
admin-reset = { $who } さんは、今日の枚数をはじめから使えます。名前は残さず、印だけを残します。
admin-blocks = { $count ->
    [0] ブロックされている人はいません。ブロックのしかたは /admin block で見られます。
   *[other] { $count }人がブロックされています。名前は保存せず、目印だけがあります。
}
admin-page = { $pages } ページ中 { $page } ページ目です。
admin-block = { $who }、{ WHEN($when) } UTC から
admin-log = 変更 { $count } 件。{ $pages } ページ中 { $page } ページ目、時刻は UTC です。
admin-entry = { WHEN($when) } · { $who } · { $what }: { $old } → { $new }
admin-forgotten = 忘れられた人
admin-stats = この{ $count }日間のここの記録です。名前なしで数だけを数えています。
setting-channels = チャンネル
setting-quota = 一日の写真
setting-role-quotas = ロール
setting-cooldown = 作業の間隔
setting-pack = 顔モデル
setting-match-chart = 相性表
setting-retention-hours = 保存期間
setting-spoiler = ネタバレ防止
setting-public = 最初の公開範囲
setting-paused = 休み
setting-locale = 言語
setting-block = ブロック
setting-reset = 枚数のリセット
value-no-limit = 制限なし
value-none = なし
value-house = 標準
value-channels = { $count ->
    [0] すべての場所
   *[other] { $count } チャンネル
}
value-role-quotas = { $count ->
    [0] すべてのロールで同じ
   *[other] 個別のロール { $count } 個
}
value-a-day = 一日 { $count } 回
value-seconds = { DURATION($seconds) }
value-on = オン
value-off = オフ
value-public = みんなに公開
value-private = 本人だけ
value-language = { $text ->
    [ko] 韓国語
    [ja] 日本語
   *[en] 英語
}
value-answering = はい
value-paused = いいえ、休み中
value-like-all = みんなと同じ
value-here-on = このチャンネルでは応答します。
value-here-off = このチャンネルでは応答しません。
button-admin-channels = チャンネル
button-admin-quota = 一日の写真
button-admin-cooldown = 作業の間隔
button-admin-retention-hours = 保存期間
button-admin-match-chart = 相性表
button-admin-pack = 顔モデル
button-admin-spoiler = ネタバレ防止
button-admin-public = 公開範囲
button-admin-locale = 言語
modal-notice-title = 休む
modal-notice = その間、みなさんに何と伝えますか。
button-admin-pause = 休む
button-admin-resume = 再開する
button-admin-blocks = ブロック中の人
button-admin-log = 記録
button-admin-stats = 統計
button-admin-back = すべての設定
button-channels-here = このチャンネルで応答する
button-channels-leave = このチャンネルでは応答しない
button-channels-all = どこでも応答する
button-pause-silent = 何も言わずに休む
button-unblock = { $who } のブロックを解除
button-days = { $count }日間
plot-title = この{ $count }日間
plot-days = 一日のセッション
plot-types = タイプ
plot-genders = 性別
plot-waiting = 待ち時間
plot-running = 処理時間
plot-half = 半分がこの時間内
plot-most = 100件中95件がこの時間内
plot-failures = 失敗の原因
plot-consent = 同意
plot-agreed = { $people }人中{ $agreed }人が同意
plot-others = その他
plot-nothing = まだありません

types-title = みんなのタイプ地図
types-map = { $count ->
    [0] ここのタイプ地図には、まだだれもいません。
   *[other] ここのタイプ地図には{ $count }人がいます。
}
types-mine = { $type } として数えています。だれかは表示されず、数だけが見えます。
types-not-mine = まだ数えていません。よければあなたのタイプも数えます。だれかは表示されず、数だけが見えます。
alt-types = 16タイプそれぞれの人数を示す地図: { $types }。
button-types-join = 私も数える
button-types-leave = 私を外す

# ボットを運営する人へ。
owner-away = 顔の工房(推論サーバー)が{ DURATION($seconds) }応答していません。今はだれも顔を作れません。サーバーのログをご確認ください。状態は /health で見られます。
owner-back = 顔の工房がまた応答しています。{ DURATION($seconds) }不在でした。
health-ready = サーバーは準備できています。デバイス: { $device }。待ち { $waiting } 件、処理中 { $running } 件。
health-warming = サーバーは応答しますが、まだ作業を受け付けていません。デバイス: { $device }。待ち { $waiting } 件、処理中 { $running } 件。
health-away = サーバーが応答しません ({ $code })。
health-version = バージョン: ボット { $bot }、サーバー { $server }。
health-pack = モデル { $name } { $version }、{ $size } ピクセル。
health-failure = { WHEN($when) } UTC: { $what }、{ $code }
health-no-failure = 最近、問題は起きていません。
button-refresh = もう一度見る
