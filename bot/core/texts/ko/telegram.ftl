telegram-anonymous = 그룹이나 채널 이름으로 쓰고 계셔서 누구의 얼굴인지 알 수 없어요. 본인 계정으로 말씀해 주세요.
telegram-no-picture = 여기에는 그림을 올릴 수 없어요. 저와의 개인 채팅에서는 언제든지 돼요.
telegram-group = 그룹에서는 명령어와 제 메시지에 대한 답장만 볼 수 있어요. 사진은 이 메시지에 답장으로 보내 주세요.
telegram-inline-open = 이 얼굴에 나를 담아 보기
telegram-inline-button = 개인 채팅 열기
telegram-inline-none = ENFP처럼 유형을 써 보세요
