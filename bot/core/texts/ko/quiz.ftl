# 퀴즈: 우리가 직접 쓴 문장들, 재미로. quiz-1부터 quiz-20까지 bot/core/balances.py의 순서.
quiz-begin =
    짧은 문장 스무 개예요. 정답은 없으니 나와 얼마나 비슷한지만 눌러 주세요. 언제든 앞으로 돌아가거나 쉬어 갈 수 있어요.
    재미로 하는 거예요. 검사도 진단도 아니고, MBTI 검사지와도 달라요.
quiz-ask =
    { $total }개 중 { $number }번째: “{ $statement }”
    1 = 전혀 아니다 · 3 = 반반 · 5 = 딱 나다
quiz-ask-again =
    { $total }개 중 { $number }번째: “{ $statement }”
    1 = 전혀 아니다 · 3 = 반반 · 5 = 딱 나다
    전에는 { JOSA($answer, "으로/로") } 답하셨어요. 다른 번호를 누르면 바뀌어요.
quiz-1 = 긴 한 주가 끝나면 사람들을 만나고 싶어진다.
quiz-2 = 생각 하나가 금세 다른 생각 셋으로 이어진다.
quiz-3 = 친구가 고민을 말하면 해결책부터 찾게 된다.
quiz-4 = 주말은 비워 두고 그때그때 정하는 편이다.
quiz-5 = 여행에서 가장 좋은 건 혼자 있는 조용한 한 시간일 때가 많다.
quiz-6 = 새로 자른 머리나 옮겨진 의자처럼 작은 변화를 잘 알아챈다.
quiz-7 = 무언가를 정하기 전에 다른 사람들의 마음이 어떨지 생각한다.
quiz-8 = 여행 가방은 미리미리 싸 두는 편이다.
quiz-9 = 말을 하다 보면 내 생각이 무엇인지 알게 된다.
quiz-10 = 백 년 뒤의 세상이 어떨지 자주 궁금해진다.
quiz-11 = 누가 내 잘못된 점을 짚어 주면 고맙다.
quiz-12 = 막판에 계획이 바뀌면 오히려 신난다.
quiz-13 = 모임에서는 짧은 대화 열 번보다 긴 대화 한 번이 좋다.
quiz-14 = 들은 이야기보다 직접 해 본 것을 더 믿는다.
quiz-15 = 곁에 있는 사람이 슬프면 나도 금방 슬퍼진다.
quiz-16 = 할 일 목록을 모두 지우면 기분이 좋다.
quiz-17 = 처음 보는 사람에게도 쉽게 말을 건다.
quiz-18 = 상상할 여지를 남겨 두는 이야기가 가장 좋다.
quiz-19 = 규칙은 친한 친구에게도 똑같이 적용되어야 한다.
quiz-20 = 가장 좋은 생각은 마감 직전에 떠오른다.
quiz-paused = 잠깐 쉬어 가요. 답은 여기 그대로 있어요. /quiz 하시면 { $number }번부터 이어져요.
quiz-resumed = 하던 곳부터 이어 갈게요.
quiz-changed = 답을 바꿨어요.
quiz-done = 이게 마지막이었어요, 고마워요! { $type } 유형과 가장 비슷하세요.
quiz-close = 이게 마지막이었어요, 고마워요! 아슬아슬하네요. 비슷하게 어울리는 유형이 하나가 아니에요. 어느 쪽이 나 같으세요?
quiz-over = 이 퀴즈는 이미 끝났어요. 결과를 다시 볼까요, 새로 해 볼까요?
quiz-old = 예전 퀴즈의 문장이에요.
quiz-note = 재미로 보는 거예요. 진단이 아니고 MBTI 검사지와도 달라요.
quiz-alt = 나의 네 가지 균형: I { $I }%, E { $E }% / N { $N }%, S { $S }% / T { $T }%, F { $F }% / J { $J }%, P { $P }%.
quiz-end-I = 고요함
quiz-end-E = 어울림
quiz-end-N = 상상
quiz-end-S = 관찰
quiz-end-T = 머리
quiz-end-F = 마음
quiz-end-J = 계획
quiz-end-P = 즉흥
button-quiz = 내 유형 찾기
button-quiz-go-on = 이어서 하기
button-quiz-back = 이전
button-quiz-pause = 쉬어 가기
button-quiz-anew = 새로 하기
button-quiz-result = 결과 보기
command-quiz = 어떤 유형과 비슷한지 알아보기: 짧은 문장 20개, 재미로
