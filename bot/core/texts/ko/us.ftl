# One picture of two people.
us-invite = 둘이 함께 한 장! 물어본 사람과 초대받은 사람이 모두 { WHEN($until) } UTC까지 "동의해요"를 눌러 주세요. 그러지 않으면 누구의 얼굴도 쓰지 않아요. 다른 곳에서는: /us { $code }
us-waits = 한 분이 동의했어요. 다른 분도 { WHEN($until) } UTC까지 "동의해요"를 눌러 주세요. 다른 곳에서는: /us { $code }
us-not-ready = 함께하는 그림에는 먼저 내 얼굴이 필요해요. 유형을 고르고, 동의하고, 셀카를 보내 주세요. 그다음 "동의해요"를 한 번 더 눌러 주세요.
us-over = 이 그림은 끝났어요. 기한이 지났거나, 한 분이 끝냈거나, 다른 사람이 초대받았어요.
us-unknown = { $code } 코드는 찾을 수 없어요. /us @친구 하면 그 친구에게, /us만 적으면 먼저 동의하는 사람에게 물어봐요. 받은 코드가 있으면 /us 뒤에 그대로 적어 주세요.
us-friend = 상대의 얼굴이 더는 보관되어 있지 않아요. 다시 생기면 /us로 새로 물어봐 주세요.
us-packs = 두 얼굴이 서로 다른 얼굴 묶음으로 만들어져서 섞을 수 없어요. 각자 새 셀카를 보낸 뒤 /us로 다시 물어봐 주세요.
us = 두 사람: 물어본 사람 { $asker }%, 초대받은 사람 { $friend }%. 두 분 모두 바꿀 수 있고, 누구든 끝낼 수 있어요. 코드: /us { $code }
us-ended = 함께하는 그림을 끝냈어요. 이제 누구의 얼굴도 쓰지 않아요.
alt-us = 컴퓨터가 만든 두 사람의 얼굴: 물어본 사람 { $asker }%, 초대받은 사람 { $friend }%.
slider-us = 누구의 얼굴에 더 가까운지
button-us-agree = 동의해요
button-us-no = 아니요, 괜찮아요
button-us-more-asker = 물어본 사람 더
button-us-more-friend = 초대받은 사람 더
button-us-end = 끝내기
