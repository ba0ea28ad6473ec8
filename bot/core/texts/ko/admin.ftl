# 누가 어디에서 무엇을 할 수 있는지, 관리자가 정하는 것, 유형 지도.
owners-only = 이 봇을 운영하는 분만 할 수 있어요.
owners-only-id = 이 봇을 운영한다면 TYPEFACE_OWNERS에 { $owner } 값을 쓰고 봇을 다시 시작하세요.
only-in-community = 서버나 그룹 안에서만 쓸 수 있어요.
admins-only = 이 서버나 그룹을 관리하는 분만 할 수 있어요.
blocked = 이곳 관리자의 부탁으로 여기서는 답하지 않아요. 개인 대화에서는 계속 이야기할 수 있어요.
paused = 여기서는 잠시 쉬고 있어요. 개인 대화에서는 답해요.
paused-notice = 관리자의 말: { $text }
off-here = 이 채널에서는 답하지 않아요. 다른 채널이나 개인 대화를 이용해 주세요.
error-quota-used = 오늘 여기서 쓸 수 있는 횟수를 다 썼어요. { DURATION($seconds) } 뒤에 다시 할 수 있어요. 보내신 사진은 메모리에 있는 동안 그대로 있으니 버튼만 다시 눌러 주세요.
error-cooldown = 조금 빨라요! { DURATION($seconds) } 뒤에 다시 눌러 주세요. 사진은 다시 보내지 않아도 돼요.
error-setting-refused = 그렇게는 정할 수 없어요. 다른 값을 골라 주세요.
error-block-self = 자기 자신은 차단할 수 없어요.

admin-home =
    이곳의 설정이에요. 바꾼 것은 모두 기록에 남아요.
    · 답하는지: { $paused }
    · 채널: { $channels }
    · 한 사람당 하루: { $quota }; { $role_quotas }
    · 작업 사이의 간격: { $cooldown }
    · 얼굴 보관: { $retention_hours }
    · 궁합표: { $match_chart } · 얼굴 모델: { $pack }
    · 스포일러 가리기: { $spoiler } · 처음 공개 범위: { $public }
    · 언어를 모를 때: { $language }
admin-ask-channels = 답하는 곳: { $value }. 다른 채널을 고르려면 그 채널에서 /admin을 불러 주세요.
admin-ask-quota = 한 사람이 하루(UTC)에 사진과 영상을 몇 번까지 쓸 수 있나요? 지금: { $value }. 한 역할만 따로 정하려면 /admin에 역할을 골라 주세요.
admin-ask-cooldown = 한 번 쓴 뒤 다음까지 얼마나 기다려야 하나요? 지금: { $value }.
admin-ask-retention-hours = 여기서는 얼굴과 그림을 얼마나 보관할까요? 지금: { $value }.
admin-ask-match-chart = 누가 누구와 잘 맞나요? 지금: { $value }.
admin-ask-pack = 여기서는 어떤 얼굴 모델을 쓸까요? 지금: { $value }. 바꾸면 셀카를 새로 보내야 해요.
admin-ask-spoiler = 누르기 전까지 그림을 가릴까요? 지금: { $value }.
admin-ask-public = 처음에 그림을 누가 보나요? 각자 /public, /private으로 고를 수 있어요. 지금: { $value }.
admin-ask-locale = 언어를 모르는 분에게는 어떤 언어로 말할까요? 지금: { $value }.
admin-ask-role = 이 역할은 하루에 사진 몇 장인가요? 지금: { $value }. 역할이 여럿이면 가장 큰 수를 따라요.
admin-ask-notice = 쉬는 동안 뭐라고 알려 줄까요? 다음 메시지로 300자까지 적어 주세요.
admin-ask-block = { $platform ->
    [telegram] 누구에게 답하지 않을까요? 그 사람의 메시지에 /admin block으로 답장해 주세요.
   *[other] 누구에게 답하지 않을까요? /admin에 그 사람을 골라 주세요.
}
admin-ask-reset = { $platform ->
    [telegram] 누구의 오늘 사진 수를 처음부터 다시 셀까요? 그 사람의 메시지에 /admin reset으로 답장해 주세요.
   *[other] 누구의 오늘 사진 수를 처음부터 다시 셀까요? /admin에서 초기화와 그 사람을 골라 주세요.
}
admin-reset = 됐어요. { $who } 님은 오늘 사진을 처음부터 다시 쓸 수 있어요. 이름은 보관하지 않고 표시만 있어요.
admin-blocks = { $count ->
    [0] 차단된 사람이 없어요. 차단하는 방법은 /admin block으로 볼 수 있어요.
   *[other] { $count }명이 차단되어 있어요. 이름은 보관하지 않고 표시만 있어요.
}
admin-page = { $pages }쪽 가운데 { $page }쪽이에요.
admin-block = { $who }, { WHEN($when) } UTC부터
admin-log = 바뀐 것 { $count }건. { $pages }쪽 가운데 { $page }쪽, 시각은 UTC예요.
admin-entry = { WHEN($when) } · { $who } · { $what }: { $old } → { $new }
admin-forgotten = 잊힌 사람
admin-stats = 지난 { $count }일 동안 이곳의 기록이에요. 이름 없이 수만 셌어요.
setting-channels = 채널
setting-quota = 하루 사진 수
setting-role-quotas = 역할
setting-cooldown = 작업 간격
setting-pack = 얼굴 모델
setting-match-chart = 궁합표
setting-retention-hours = 보관 시간
setting-spoiler = 스포일러 가리기
setting-public = 처음 공개 범위
setting-paused = 쉬기
setting-locale = 언어
setting-block = 차단
setting-reset = 횟수 초기화
value-no-limit = 제한 없음
value-none = 없음
value-house = 기본값
value-channels = { $count ->
    [0] 모든 곳
   *[other] 채널 { $count }개
}
value-role-quotas = { $count ->
    [0] 모든 역할이 같음
   *[other] 따로 정한 역할 { $count }개
}
value-a-day = 하루 { $count }번
value-seconds = { DURATION($seconds) }
value-on = 켜짐
value-off = 꺼짐
value-public = 모두에게
value-private = 본인에게만
value-language = { $text ->
    [ko] 한국어
    [ja] 일본어
   *[en] 영어
}
value-answering = 네
value-paused = 아니요, 쉬는 중
value-like-all = 모두와 같게
value-here-on = 이 채널에서는 답해요.
value-here-off = 이 채널에서는 답하지 않아요.
button-admin-channels = 채널
button-admin-quota = 하루 사진 수
button-admin-cooldown = 작업 간격
button-admin-retention-hours = 보관 시간
button-admin-match-chart = 궁합표
button-admin-pack = 얼굴 모델
button-admin-spoiler = 스포일러 가리기
button-admin-public = 공개 범위
button-admin-locale = 언어
modal-notice-title = 쉬기
modal-notice = 쉬는 동안 뭐라고 알려 줄까요?
button-admin-pause = 쉬기
button-admin-resume = 다시 시작
button-admin-blocks = 차단된 사람
button-admin-log = 기록
button-admin-stats = 통계
button-admin-back = 모든 설정
button-channels-here = 이 채널에서 답하기
button-channels-leave = 이 채널에서 답하지 않기
button-channels-all = 모든 곳에서 답하기
button-pause-silent = 말없이 쉬기
button-unblock = { $who } 차단 해제
button-days = { $count }일
plot-title = 지난 { $count }일
plot-days = 하루 세션
plot-types = 유형
plot-genders = 성별
plot-waiting = 대기 시간
plot-running = 처리 시간
plot-half = 절반이 이 안에
plot-most = 100개 중 95개가 이 안에
plot-failures = 실패 원인
plot-consent = 동의
plot-agreed = { $people }명 가운데 { $agreed }명이 동의
plot-others = 기타
plot-nothing = 아직 없어요

types-title = 우리의 유형 지도
types-map = { $count ->
    [0] 아직 이곳의 유형 지도에 아무도 없어요.
   *[other] 이곳의 유형 지도에 { $count }명이 있어요.
}
types-mine = { JOSA($type, "으로/로") } 세고 있어요. 누구인지는 보이지 않고 수만 보여요.
types-not-mine = 아직 세지 않았어요. 원하시면 유형을 함께 셀게요. 누구인지는 보이지 않고 수만 보여요.
alt-types = 열여섯 유형마다 몇 명인지 보여 주는 지도: { $types }.
button-types-join = 나도 세기
button-types-leave = 나는 빼기

# 봇을 운영하는 분에게.
owner-away = 얼굴 작업실(추론 서버)이 { DURATION($seconds) } 동안 답하지 않아요. 지금은 아무도 얼굴을 만들 수 없어요. 서버의 로그를 봐 주세요. 상태는 /health에서 볼 수 있어요.
owner-back = 얼굴 작업실이 다시 답해요. { DURATION($seconds) } 동안 자리를 비웠어요.
health-ready = 서버가 준비되어 있어요. 장치: { $device }. 대기 { $waiting }건, 처리 중 { $running }건.
health-warming = 서버가 답하지만 아직 일을 받지 않아요. 장치: { $device }. 대기 { $waiting }건, 처리 중 { $running }건.
health-away = 서버가 답하지 않아요 ({ $code }).
health-version = 버전: 봇 { $bot }, 서버 { $server }.
health-pack = 모델 { $name } { $version }, { $size } 픽셀.
health-failure = { WHEN($when) } UTC: { $what }, { $code }
health-no-failure = 최근에 잘못된 일이 없어요.
button-refresh = 다시 보기
