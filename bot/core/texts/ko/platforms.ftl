# 플랫폼에 보이는 명령어, 옵션, 선택지: 각각 100자 이내.
command-start = 인사하고 무엇을 할 수 있는지 보기
command-help = 사용 방법 보기
command-mbti = 유형의 얼굴을 보고, 내 얼굴과 섞어 보기
command-me = 셀카를 보내거나, 지난 셀카를 지금 고른 유형과 다시 섞기
command-match = 나와 가장 잘 맞는 유형 만나기
command-privacy = 나에 대해 무엇이 언제까지 보관되는지 보기
command-forget = 보관된 내 정보를 지금 바로 모두 지우기
option-mbti-type = 유형 (예: ENFP)
option-mbti-gender = 얼굴의 성별: 여자, 남자, 상관없음
option-mbti-photo = 본인의 셀카
option-me-photo = 본인의 셀카
option-match-gender = 만나 보고 싶은 쪽: 여자, 남자, 상관없음
choice-female = 여자
choice-male = 남자
choice-either = 상관없음
context-blend = 이 사진 섞어 보기
bot-description = 내 유형에 얼굴을 선물하세요. 유형을 고르고 셀카를 보내면 둘을 섞은 얼굴과 가장 잘 맞는 유형을 보여 드려요. 재미로만 즐겨 주세요.
