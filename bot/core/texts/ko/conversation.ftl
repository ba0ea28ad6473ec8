welcome =
    안녕하세요! 저는 유형에 얼굴을 그려 주는 봇이에요.
    열여섯 유형 중 하나를 고르면 그 얼굴을 보여 드려요. 셀카를 보내 주시면 둘을 섞어 드리고, 마지막에는 가장 잘 맞는 유형을 만나게 해 드릴게요.
help =
    /mbti ENFP 여자: 유형의 얼굴을 보고 내 얼굴과 섞기
    /quiz: 어떤 유형과 비슷한지 알아보기
    /me: 새 셀카를 섞거나, 지난 셀카를 다시 섞기
    /mix, /edit, /looks, /surprise: 얼굴 가지고 놀기, /undo: 되돌리기
    /morph: 영상으로 보기 · /card: 나누는 카드
    /match: 가장 잘 맞는 유형 만나기
    { $platform ->
        [web] /us
       *[other] /us @친구
    }: 둘 다 동의하면 둘이 한 장
    /all: 열여섯 유형 모두 · /gallery: 내 그림 · /show 코드: 그중 한 장
    /public, /private: 내 그림을 누가 볼지 정하기
    /language: 제가 말하는 언어 고르기
    /privacy: 무엇이 언제까지 보관되는지 보기
    /forget: 모두 바로 지우기
    버튼을 누르거나, 유형을 적거나, 셀카를 바로 보내셔도 돼요.
help-terminal = 이 터미널에서는: @photo.jpg처럼 파일 이름이나 경로를 쓰면 사진을 보내요(파일을 여기로 끌어다 놓아도 돼요). 버튼의 번호나 적힌 말을 쓰면 그 버튼이 눌려요. /cancel은 만들고 있는 것을 멈춰요.
disclaimer = 모두 재미로 하는 거예요. 유형과 얼굴 사이에 증명된 관계는 없고, 얼굴은 모두 컴퓨터가 만들어 낸 거예요. MBTI는 The Myers-Briggs Company의 상표이며, 이 봇은 그 회사와 아무 관계가 없어요.

ask-type = 어떤 유형을 보여 드릴까요?
ask-type-photo = 사진 잘 받았어요! 어떤 유형과 섞어 볼까요?
ask-gender = { $type }, 좋아요! 누구의 얼굴로 볼까요?
ask-selfie = 이제 당신 차례예요. 셀카를 보내 주시면 이 얼굴과 섞어 드릴게요. 밝은 곳에서 혼자, 정면으로 찍은 사진이 가장 좋아요.
ask-match = 어느 쪽을 만나 보고 싶으세요? 한 번만 여쭤보고 기억해 둘게요.
match-needs-type = 잘 맞는 상대를 찾으려면 먼저 유형을 알아야 해요. 어떤 유형이세요?
offer-selfie = 내 얼굴도 섞어 볼까요? 그러려면 셀카가 필요해요.
no-room = 지금은 기다리는 사진이 너무 많아서 받지 못했어요. 몇 분 뒤에 다시 보내 주세요.
consent-photo = 사진 잘 받았어요! 아직 들여다보지 않았어요.
consent =
    셀카를 보기 전에 먼저 읽어 주세요.
    · 사진 속 사람은 본인이고 성인이어야 해요. 다른 사람의 사진은 보내지 말아 주세요.
    · 사진은 길어야 15분 동안 메모리에만 있고, 저장되지 않아요. 그동안에는 원하실 때 섞은 얼굴을 그 사진에 다시 넣어 드릴 수 있어요.
    · 보관하는 것은 얼굴을 나타내는 숫자뿐이에요. 암호화해 두었다가 { $hours }시간이 지나면 지워요.
    · /forget 한 번이면 언제든 바로 모두 지워져요.
    괜찮으세요?
consent-again = 앞에서 여쭌 것에 동의하시면 들여다볼게요. 사진 속 사람은 본인이고 성인이어야 해요. 사진은 길어야 15분 동안 메모리에만, 얼굴은 암호화한 숫자로 { $hours }시간만 보관해요. 자세한 내용은 "개인정보"에 있어요.
declined = 괜찮아요, 사진 없이 할게요. 잘 맞는 유형을 만나거나 다른 유형을 구경할 수 있어요.
declined-later = 괜찮아요. 전에 동의하신 것을 거두시려면 "나를 잊어 줘"를 눌러 주세요. 보관된 것이 모두 지워져요.
still-photo = 셀카를 아직 살펴보고 있어요. 끝나는 대로 섞은 얼굴을 보여 드릴게요.
still-compose = 사진에 얼굴을 아직 넣고 있어요. 끝나는 대로 보여 드릴게요.
ask-photo = 본인의 다른 사진을 보내 주시면 지금 섞은 얼굴을 그대로 넣어 드릴게요. 다른 사람의 사진은 보내지 말아 주세요.
ask-photo-gone = 사진은 길어야 15분만 갖고 있어서 지금은 없어요. 같은 사진이나 본인의 다른 사진을 보내 주시면 지금 섞은 얼굴을 넣어 드릴게요.
ask-photo-lost = 중간에 끊기면서 사진이 사라졌어요. 사진은 메모리에만 있거든요. 같은 사진이나 본인의 다른 사진을 보내 주시면 지금 섞은 얼굴을 넣어 드릴게요.
photo-original = 내 사진 속 { $type } 버전의 나, 압축하지 않은 파일이에요. 이 파일도 보관하지 않아요.
photo-original-gone = 압축하지 않은 파일은 사진으로 만드는데, 사진은 길어야 15분만 갖고 있어서 지금은 없어요. 같은 사진이나 본인의 다른 사진을 보내 주시면 지금 섞은 얼굴을 넣어 드릴게요. 그 그림 아래에서 파일도 다시 받을 수 있어요.
ask-reveal = 섞은 얼굴을 넣은 본인의 사진을 여기 있는 모든 사람이 보게 돼요. 머리 모양, 옷, 배경까지 다 보여요. 보여 줄까요?
already-shown = 이미 모두가 볼 수 있어요.
face-found = 셀카 작업이 끝났어요.

progress-photo = 고마워요! 얼굴을 찾고 있어요…
progress-queued = 대기 순서 { $position }번째예요. 약 { DURATION($seconds) } 남았어요.
progress-photo-running = 얼굴을 찾아가고 있어요… { $percent }%, 약 { DURATION($seconds) } 남았어요.
progress-compose = 사진에 얼굴을 넣고 있어요…
alt-preview = 미리 보기: 사진에서 지금까지 찾은 얼굴.

blend-caption = 나와 { $type }: 나 { $mine }%, { $type } { $percent }%. 무엇을 바꿔 볼까요?
blend-caption-own = 나와 { $type }: 얼굴형, 이목구비, 색감을 모두 지켜서 전부 내 얼굴이에요. 무엇을 바꿔 볼까요?
blend-caption-kept = 나와 { $type }: { JOSA($kept, "은/는") } 내 것 그대로, 나머지는 { $type } { $percent }%. 무엇을 바꿔 볼까요?
composed-caption = 내 사진 속 { $type } 버전의 나예요. 여기서는 조금만 달라져요. 빛과 머리카락, 피부는 사진 그대로이고, 입도 어울리지 않으면 사진 그대로 둬요. 이 그림은 보관하지 않으니 마음에 들면 저장해 주세요. 얼굴을 바꾸고 싶으면 내 얼굴로 돌아가 바꾼 다음 사진에 다시 넣어 보세요.
match-caption = { $mine } 유형과 가장 잘 맞는 유형은…
match-others = 이 유형들도 참 잘 맞아요: { $types }
alt-type-female = 컴퓨터가 만든 { $type } 유형의 여자 얼굴.
alt-type-male = 컴퓨터가 만든 { $type } 유형의 남자 얼굴.
alt-type-either = 컴퓨터가 만든 { $type } 유형의 얼굴.
alt-blend = 컴퓨터가 만든 얼굴: 내 얼굴에 { $type } 유형의 얼굴을 { $percent }% 섞었어요.
alt-composed = 컴퓨터가 만든 얼굴을 넣은 본인의 사진: 내 얼굴에 { $type } 유형의 얼굴을 섞었어요.
alt-boxes = 찾은 얼굴 { $count }개에 왼쪽부터 번호를 붙인 사진.

privacy =
    보관하는 것을 알려 드릴게요. 이름은 없고, 계정은 알아볼 수 없는 암호로만 남아요.
    · 사진: 길어야 15분 동안 메모리에만 있고, 저장되지 않아요. 그동안에는 다시 받지 않고도 그 사진에 얼굴을 넣어 드릴 수 있어요.
    · 얼굴을 나타내는 암호화된 숫자, 그리고 그림을 어떻게 만들었는지(역시 암호화): { $hours }시간 뒤에 지워져요.
    · 대화가 어디까지 왔는지, 퀴즈의 답: 마지막 메시지 뒤 { $conversation_days }일.
    · 고르신 유형과 성별, 작업이 언제 얼마나 걸렸는지: { $session_days }일.
    · 쓰시는 언어, 만나 보고 싶은 쪽, 동의 여부: /forget 하실 때까지.
    /forget 한 번이면 모두 바로 지워져요. 누구의 것도 아닌 숫자(개수)만 남아요.
privacy-seen = 누가 보나요: 사진은 제 얼굴 작업실에만 가고 다른 누구에게도 가지 않아요. { $who }
seen-hidden = 여기서 얼굴은 "{ button-show }"를 누르기 전까지 혼자만 볼 수 있어요.
seen-public = 설정에 따라 얼굴이 바로 모두에게 보여요. /private 으로 바꿀 수 있어요.
seen-group = 이 그룹에서는 보내신 것과 제 답을 모두가 봐요. 저와의 개인 대화는 혼자만 볼 수 있어요.
seen-private = 여기서는 링크를 나눠 주지 않는 한 얼굴을 혼자만 볼 수 있어요.
privacy-agreed = 셀카를 살펴봐도 된다고 동의하셨어요.
privacy-photo = 지금 메모리에 사진이 한 장 있어요.
privacy-faces = 지금 보관 중인 얼굴: { $count }개. 늦어도 { WHEN($until) } UTC까지만 보관해요.
privacy-no-face = 지금 보관 중인 얼굴은 없어요.
forgotten = { $faces ->
    [0] 다 지웠어요. 나눈 대화와 동의, 메모리에 있던 사진까지 모두 잊었어요.
   *[other] 다 지웠어요. 얼굴 { $faces }개와 나눈 대화, 동의, 메모리에 있던 사진까지 모두 잊었어요.
}
forgotten-key = 암호화에 쓴 열쇠도 함께 없앴어요.

unknown-command = 제가 모르는 명령이에요. 이런 것들을 할 수 있어요.
lost = 잘 알아듣지 못했어요. ENFP처럼 유형을 적거나, 셀카를 보내거나, 버튼을 눌러 주세요.
lost-type = 잘 알아듣지 못했어요. 어떤 유형인가요? 예를 들면 ENFP처럼 적어 주세요.
lost-gender = 잘 알아듣지 못했어요. 여자 얼굴, 남자 얼굴, 아니면 상관없으세요?
lost-match = 잘 알아듣지 못했어요. 여자, 남자 중 어느 쪽을 만나고 싶으세요? 상관없어도 괜찮아요.
lost-consent = 잘 알아듣지 못했어요. 버튼으로 알려 주세요. 셀카를 살펴봐도 될까요?
lost-selfie = 잘 알아듣지 못했어요. 셀카를 사진으로 보내거나 버튼을 눌러 주세요.
lost-photo = 잘 알아듣지 못했어요. 얼굴을 넣을 본인 사진을 보내거나 버튼을 눌러 주세요.
lost-quiz = 잘 알아듣지 못했어요. 문장 아래의 숫자를 누르거나 1에서 5까지의 숫자를 보내 주세요.
interrupted-compose = 미안해요, 사진에 얼굴을 넣다가 중간에 끊겼어요. 버튼을 눌러 다시 해 주세요.
interrupted-compose-gone = 미안해요, 사진에 얼굴을 넣다가 중간에 끊겼고, 메모리에만 있던 사진도 사라졌어요. 버튼을 눌러 다시 보내 주세요.
interrupted-photo = 미안해요, 셀카를 살펴보다가 중간에 끊겼어요. 버튼을 눌러 다시 하거나 사진을 한 번 더 보내 주세요.
stopped = 멈췄어요.
stopped-forgotten = 모두 잊어 달라고 하셔서 멈췄어요.
nothing-runs = 지금 하고 있는 작업이 없어요.
not-yours = 다른 분의 버튼이에요. 당신의 버튼은 여기 있어요!
bad-button = 제가 모르는 버튼이에요. 여기서부터 다시 해 볼까요?
expired = 예전 버튼이라 지금은 쓸 수 없어요. 처음부터 다시 해 볼까요?

error-unknown-type = { JOSA($word, "은/는") } 제가 모르는 유형이에요. 혹시 이 중에 있나요? { $types }
error-bad-image = 사진으로 읽을 수 없는 파일이에요. 일반 JPEG, PNG, WebP 사진을 보내 주세요.
error-too-large = 사진이 너무 커요. 20 MB, 5천만 화소보다 작은 사진을 보내 주세요.
error-not-a-photo = 저는 사진만 볼 수 있어요. 스티커, 영상, 음성, 다른 파일은 볼 수 없으니 사진이나 이미지 파일로 보내 주세요.
error-forwarded = 전달된 사진이라 다른 사람의 얼굴일 수 있어요. 누구의 얼굴도 허락 없이 쓰지 않으니, 본인 사진이면 직접 새 사진으로 보내 주세요.
error-no-face = 사진에서 얼굴을 찾지 못했어요. 밝은 곳에서 선글라스나 마스크 없이 정면으로 찍은 사진을 보내 주세요.
error-many-faces = { $count ->
    [1] 얼굴을 하나 찾았어요. 본인인가요?
   *[other] 얼굴을 { $count }개 찾았어요. 어느 쪽이 본인인가요? 번호를 눌러 주세요.
}
error-face-too-small = 사진에서 얼굴이 너무 작아요. 조금 더 가까이에서 찍거나 원본 크기로 보내 주세요.
error-face-cut = 얼굴이 잘렸거나 옆을 보고 있어요. 얼굴 전체가 정면으로 나온 사진을 보내 주세요.
error-photo-gone = 사진은 잠깐만 갖고 있어서 지금은 없어요. 다시 한번 보내 주세요.
error-busy = 지금은 이용하는 분이 많아요. 약 { DURATION($seconds) } 뒤에 다시 해 주세요.
already-compose = 이미 사진에 얼굴을 넣고 있어요. 조금 기다리거나 취소해 주세요.
error-already-running = 이미 셀카를 살펴보고 있어요. 조금 기다리거나 취소해 주세요.
already-photo = { error-already-running }
error-cancelled = 취소했어요. 언제든 다시 해 보세요.
error-stopping = 지금 다시 시작하는 중이에요. 1분쯤 뒤에 다시 해 주세요.
error-unreachable = 얼굴 작업실에서 지금 답이 없어요. 1분쯤 뒤에 다시 해 주세요.
error-internal = 저에게 문제가 생겼어요, 미안해요. 다시 한번 해 주세요.
error-unauthorized = 얼굴 작업실에 들어갈 수가 없어요. 이 봇을 운영하는 분께 알려 주세요.
error-bad-pack = 지금은 얼굴을 불러올 수 없어요. 이 봇을 운영하는 분께 알려 주세요.
error-bad-latent = 지난 얼굴은 지금 쓰는 모델과 맞지 않아요. 셀카를 새로 보내 주세요.
error-face-gone = 지난 얼굴은 이제 보관하고 있지 않아요. 셀카를 새로 보내 주세요.
error-too-late = 이용하는 분이 많아서 제시간에 차례가 오지 못했어요. 1분쯤 뒤에 다시 해 주세요.
error-out-of-memory = 얼굴 작업실이 한 번에 다룰 수 있는 것보다 큰 일이었어요. 1분쯤 뒤에 다시 해 주세요.
error-store-down = 지금 제 수첩을 펼 수 없어서 계속할 수가 없어요. 1분쯤 뒤에 다시 해 주세요.

button-plain = { $text }
button-begin = 유형 고르기
button-help = 도움말
button-privacy = 개인정보
button-forget = 나를 잊어 줘
button-all-types = 열여섯 유형 모두
button-other-type = 다른 유형
button-as-female = 여자 얼굴로
button-as-male = 남자 얼굴로
button-as-either = 상관없음
button-agree = 동의해요
button-decline = 아니요, 괜찮아요
button-match = 잘 맞는 유형 만나기
button-other-match = 다른 쪽 만나기
button-again = 지난 셀카 쓰기
button-blend-back = 내 얼굴로 돌아가기
button-send-selfie = 셀카 보내기
button-new-photo = 다른 사진
button-retry = 다시 하기
button-cancel = 취소
button-more-me = 나를 더
button-more-type = { $type } 더
button-keep-shape = 내 얼굴형 지키기
button-free-shape = 얼굴형도 섞기
button-keep-colours = 내 색감 지키기
button-free-colours = 유형의 색감도 섞기
button-undo = 되돌리기
button-show = 모두에게 보여 주기
button-in-photo = 내 사진에 넣기
button-other-photo = 다른 사진에 넣기
button-reveal = 네, 내 사진을 보여 주세요
