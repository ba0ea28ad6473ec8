# 링크를 가진 사람에게 그림 한 장을 보여 주는 링크.
command-share = 내 그림 한 장을 보여 주는 링크를 만들어요
option-share-code = 그림 아래에 있는 코드
ask-share-code = 그림 아래에 있는 코드를 알려 주세요. 예: /share K7M2QX
share-elsewhere = 링크는 웹 채팅에서 만들 수 있어요. 여기서는 그림을 저장해서 보내 주세요.
share-no-film = 링크로는 영상을 보여 줄 수 없어요. 영상을 저장해서 보내 주세요.
link-made = 이 링크를 가진 사람은 그림 { $code }만 볼 수 있고, 당신에 대한 다른 것은 볼 수 없어요. 길어도 { WHEN($until) } UTC까지이고, 버튼을 누르거나 그림을 지우거나 /forget 하면 바로 끝나요.
links-open = 이 그림을 보여 주는 링크가 { $count }개 있어요.
links-ended = { $count ->
    [0] 그림 { $code }의 링크가 없어요.
   *[other] 그림 { $code }의 링크 { $count }개를 모두 끝냈어요.
}
button-share = 공유 링크
button-unshare = 링크 끝내기
shared-title-face = { $type }의 얼굴
shared-title-card = { $type } 카드
shared-title-all = 열여섯 유형의 얼굴
shared-title-sheet = { $type }의 얼굴들
shared-alt-face = 컴퓨터가 만든 얼굴: 누군가의 얼굴에 { $type } 유형을 섞었어요.
shared-alt-card = 누군가의 얼굴에 { $type } 유형을 섞은 모습과, 컴퓨터가 만든 { $type }, 그리고 가장 잘 맞는 { $match }의 얼굴이 있는 카드예요.
web-share = 공유 링크
web-copy = 링크 복사
web-copied = 복사했어요
web-link = 그림 링크
web-shared-note = 재미로 컴퓨터가 만들었어요. 유형과 얼굴의 관계는 증명되지 않았어요.
web-shared-own = 내 유형의 얼굴 만들기
web-shared-gone = 끝난 링크예요
web-shared-gone-more = 만든 사람이 그림을 거두었거나 시간이 지났어요.
web-shared-busy = 지금은 그림을 보여 드릴 수 없어요
web-shared-busy-more = 요청이 너무 많거나 그림을 만드는 곳이 쉬고 있어요. 1분 뒤에 다시 시도해 주세요.

# Coming back to the page.
command-back = 어디까지 했는지 보기
back = 다시 오셨네요, 반가워요.
back-type = { $type } 유형을 골랐어요.
back-face = { $type } 유형을 섞은 당신의 얼굴이 아직 있어요.
