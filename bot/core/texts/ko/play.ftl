# 얼굴을 가지고 노는 글: 섞기, 바꾸기, 모아 보기, 코드, 내 그림.
type-caption = 컴퓨터가 그린 { $type } 얼굴이에요. 무엇을 바꿔 볼까요?
kept-shape = 얼굴형
kept-features = 이목구비
kept-colours = 색감
seed-caption = 시드 { $seed } 얼굴이에요. /surprise { $seed } 하면 이 얼굴이 다시 나와요.
look-caption = 모습: { $look }.
look-mean = 평균
look-lighter = 밝은 피부
look-darker = 어두운 피부
look-younger = 젊은 얼굴
look-older = 나이 든 얼굴
look-lighter-older = 밝은 피부의 나이 든 얼굴
look-darker-older = 어두운 피부의 나이 든 얼굴
edits-caption = 바꾼 것: { $edits }.
edit-amount = { $direction } { $amount }
made-code = 코드: { $code }
made-how = { $code } 그림은 이렇게 만들었어요.
made-when = 만든 때: { WHEN($when) } UTC.
no-such-code = { $code } 그림은 찾을 수 없어요. 지워졌거나, 보관 기간이 끝났거나, 다른 사람의 그림이에요.
ask-code = 그림 아래에 있는 코드를 알려 주세요. 예: /show K7M2QX
nothing-to-undo = 더 되돌릴 것이 없어요.
nothing-to-redo = 더 다시 할 것이 없어요.
no-directions = 지금 있는 얼굴들은 바꿀 수 있는 것이 없어요.
no-looks = 지금 있는 얼굴들은 한 가지 모습뿐이에요.
looks-how = ‘{ $word }’(이)라는 모습은 없어요. 있는 모습: { $looks }. /looks 2는 두 번째, /looks older는 그 이름의 모습으로 바꾸고, /looks는 모두 보여 줘요.
surprise-how = ‘{ $word }’은(는) 알아듣지 못했어요. /surprise는 내 유형의 사람 아홉 명을 보여 줘요. 얼굴 아래에 있던 숫자를 붙이면(예: /surprise 123) 그 얼굴이 돌아와요.
part-shape = 얼굴형
part-features = 이목구비
part-colours = 색감
part-all = 전부
mix-how = ‘{ $word }’은(는) 알아듣지 못했어요. /mix 뒤에는 유형을 얼마나 섞을지(5부터 95까지)와 얼굴의 어느 부분에 섞을지를 써요: { $parts }. 예: /mix 40, /mix { part-shape } { part-features } 60.
edit-how = ‘{ $word }’은(는) 알아듣지 못했어요. /edit 뒤에는 무엇을 얼마나 바꿀지를 써요: /edit { direction-smile } 1.5. 바꿀 수 있는 것의 예: { $names }. 버튼을 누르면 모두 볼 수 있어요.
select-direction = 무엇을 바꿔 볼까요?
slider-weight = { $type } 비율
sheet-all = 열여섯 유형의 얼굴이에요. 어느 얼굴을 자세히 볼까요?
sheet-looks = 여러 피부색과 나이의 { $type } 얼굴이에요. 지금 모습은 ‘{ $look }’이에요. 다른 것을 누르면 그 얼굴로 할게요.
sheet-surprise = 컴퓨터가 지어낸 { $type } 아홉 명이에요. 번호를 눌러 고르세요. 시드는 { $seed }부터예요. /surprise { $seed } 하면 첫 번째 얼굴이 다시 나와요.
alt-sheet-all = 유형마다 하나씩, 컴퓨터가 만든 얼굴 열여섯 개를 모은 그림.
alt-sheet-looks = 컴퓨터가 만든 { $type } 얼굴을 여러 피부색과 나이로 모아 번호를 붙인 그림.
alt-sheet-surprise = 컴퓨터가 만든 { $type } 얼굴 아홉 개에 번호를 붙여 모은 그림.
gallery = { $total ->
   *[other] 내 그림 { $total }장, 최근 것부터예요.{ $pages ->
        [1] {""}
       *[other] {" "}{ $pages }쪽 가운데 { $page }쪽이에요.
    } 코드를 누르면 다시 보거나, 원본으로 저장하거나, 지울 수 있어요.
}
gallery-empty = 아직 그림이 없거나 보관 기간이 끝났어요.
gallery-one = { $code } 그림을 어떻게 할까요?
alt-gallery = { $count ->
   *[other] 컴퓨터가 만든 내 얼굴 { $count }개와 그 코드.
}
original = 압축하지 않은 { $code } 그림이에요.
ask-toss = { $code } 그림을 완전히 지울까요?
tossed = { $code } 그림을 지웠어요.
now-public = 이제부터 내 얼굴을 이 방의 모두가 바로 봐요. /private 하면 되돌려요. 내 사진은 허락 없이 절대 보여 주지 않아요.
now-private = 이제부터 플랫폼이 되는 곳에서는 "모두에게 보여 주기"를 누르기 전까지 나만 봐요.

direction-age = 나이
direction-gender = 여성스러움과 남성스러움
direction-smile = 미소
direction-hair = 머리카락
direction-fringe = 앞머리
direction-glasses = 안경
direction-turn = 고개 방향
direction-skin = 피부색
direction-numbered = 변화 { $number }번
direction-numbered-coarse = 얼굴형 { $number }번
direction-numbered-middle = 이목구비 { $number }번
direction-numbered-fine = 색감 { $number }번
direction-ei = 안으로, 밖으로 (I, E)
direction-sn = 사실, 생각 (S, N)
direction-tf = 머리, 마음 (T, F)
direction-jp = 계획, 즉흥 (J, P)
directions-letters = 네 글자
directions-more = 더 많은 변화

button-mix = 섞기
button-edit = 바꾸기
button-looks = 다른 모습
button-look = { $number } · { $look }
button-surprise = 깜짝 얼굴
button-all-faces = 열여섯 얼굴 모두
button-more-faces = 다른 아홉 명
button-redo = 다시 하기
button-done = 다 됐어요
button-unedited = 바꾼 것 없애기
button-plain-type = 유형 얼굴로 돌아가기
button-keep-features = 내 이목구비 지키기
button-free-features = 이목구비도 섞기
button-gallery = 내 그림
button-newer = 더 최근
button-older = 더 이전
button-show-again = 다시 보기
button-original = 원본 파일
button-toss = 지우기
button-toss-sure = 네, 지울게요
button-withdraw = 내리기
withdrawn = 내렸어요. 이제 여기서는 아무도 볼 수 없어요. 코드가 있는 그림은 지울 때까지 /gallery 에 남아 있어요.
not-removed = 그 메시지를 지울 수 없었어요. 이곳의 관리자가 지울 수 있어요.
