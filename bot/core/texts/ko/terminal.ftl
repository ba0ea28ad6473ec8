# 터미널이 직접 하는 말.
terminal-no-such-file = 읽을 수 있는 파일이 없어요: { $path }
terminal-no-file-named = @ 뒤에 사진 파일의 이름을 적어 주세요. 예: @me.jpg
terminal-no-folder = 이 폴더에는 사진을 저장할 수 없어요: { $path } (--out 으로 다른 폴더를 정해 주세요)
terminal-no-such-button = { $number }번 버튼은 지금 없어요.
terminal-file = 파일
terminal-cancelling = 취소하는 중이에요… Ctrl-C를 한 번 더 누르면 대화가 끝나요.
terminal-house-away = `typeface up`이 멈췄나요? 다시 시작하면 이 대화가 저절로 찾아요.
