# `typeface init`이 운영자에게 묻고 알리는 말.
init-hello = Typeface에 봇 토큰을 등록합니다. 입력하는 동안 화면에 보이지 않으며, 본인만 읽을 수 있는 파일에 저장됩니다.
init-yes = yYㅛ네예ㅇ응
init-written = 저장했습니다: { $file } (본인만 읽을 수 있습니다)
init-nothing-new = { $file } 파일은 그대로 두었습니다.
init-web-only = 아직 토큰이 등록된 봇이 없습니다. 웹 채팅과 터미널은 토큰 없이도 사용할 수 있습니다.
init-next = 시작하려면: make run
init-refused = { $setting } 값을 확인하지 못해 아무것도 저장하지 않았습니다.
init-there-already = { $setting } 값이 이미 있어 그대로 두었습니다. 바꾸려면 --yes를 붙이세요.
init-cancelled = 중단했습니다. 아무것도 저장하지 않았습니다.

init-discord-how =
    Discord: https://discord.com/developers/applications 에서 New Application을 누른 뒤 Bot > Reset Token > Copy를 누르세요.
init-discord-ask = Discord 토큰 (Discord 봇을 쓰지 않으면 Enter):
init-discord-there = Discord 토큰이 이미 있습니다. 바꿀까요? [y/N]
init-discord-good = Discord에서 봇을 확인했습니다: { $name }
init-discord-shape = Discord 토큰 형식이 아닙니다. 애플리케이션 페이지에서 Bot > Reset Token > Copy를 누르세요. Client ID, Public Key, Client Secret은 토큰이 아닙니다.
init-discord-token = Discord가 이 토큰을 받아들이지 않습니다. Reset Token을 누르면 예전 토큰은 무효가 됩니다. Bot > Reset Token을 다시 눌러 새 토큰을 복사하세요.
init-discord-unreachable = Discord에 연결할 수 없습니다. 인터넷 연결을 확인하고, DISCORD_API_BASE를 설정했다면 주소가 맞는지 확인하세요.
init-discord-odd = Discord가 예상과 다른 응답을 보냈습니다. 몇 분 뒤에 다시 해 보세요. 상태: https://discordstatus.com
init-discord-code-grant = 변경이 필요합니다: Bot > Requires OAuth2 Code Grant를 끄세요. 켜져 있으면 아무도 봇을 초대할 수 없습니다.
init-discord-private = 참고: Bot > Public Bot이 꺼져 있어 본인만 봇을 초대할 수 있습니다.
init-discord-no-person = 참고: Installation > User Install이 꺼져 있어 사람들이 봇을 자기 계정에 추가해 어디서나 쓸 수 없습니다.
init-discord-intents = 참고: 특권 인텐트가 켜져 있습니다 (Bot > Privileged Gateway Intents). Typeface에는 필요 없으니 모두 꺼도 됩니다.
init-discord-server = 서버에 봇 초대하기: { $link }
init-discord-person = 내 계정에 추가하기: { $link }

init-telegram-how =
    Telegram: https://t.me/BotFather 에게 /newbot을 보내고 두 가지 질문에 답하면 토큰을 보내 줍니다.
init-telegram-ask = Telegram 토큰 (Telegram 봇을 쓰지 않으면 Enter):
init-telegram-there = Telegram 토큰이 이미 있습니다. 바꿀까요? [y/N]
init-telegram-good = Telegram에서 봇을 확인했습니다: { $name }
init-telegram-shape = Telegram 토큰 형식이 아닙니다. 123456789:AAE-x7...처럼 숫자와 콜론으로 시작합니다.
init-telegram-token = Telegram이 이 토큰을 받아들이지 않습니다. @BotFather에게 /token을 보내고 봇을 고른 뒤, 받은 토큰을 복사하세요.
init-telegram-unreachable = Telegram에 연결할 수 없습니다. 인터넷 연결을 확인하고, TELEGRAM_API_BASE를 설정했다면 주소가 맞는지 확인하세요.
init-telegram-odd = Telegram이 예상과 다른 응답을 보냈습니다. 몇 분 뒤에 다시 해 보세요.
init-telegram-no-inline = 참고: 인라인 모드가 꺼져 있습니다. 아무 대화에서나 "@봇 ENFP"를 쓰려면 @BotFather에게 /setinline을 보내고 봇을 고른 뒤 안내 문구(예: ENFP)를 보내세요.
init-telegram-no-groups = 참고: 봇이 그룹에 들어갈 수 없습니다. 바꾸려면 @BotFather에게 /setjoingroups를 보내고 봇을 고른 뒤 Enable을 누르세요.
init-telegram-no-privacy = 참고: 개인정보 보호 모드가 꺼져 있어 그룹의 모든 메시지가 봇에게 전달됩니다. Typeface에는 필요 없으니 @BotFather에게 /setprivacy를 보내고 봇을 고른 뒤 Enable을 누르세요.
init-telegram-chat = 봇과 대화하기: { $link }
init-telegram-group = 그룹에 추가하기: { $link }
