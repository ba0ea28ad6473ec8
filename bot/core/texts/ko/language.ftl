# 언어의 이름은 어디서나 그 언어로 적어요.
language-ask = 어떤 언어로 말할까요?
language-set = 이제부터 한국어로 말할게요.
language-as-platform = 이제부터 쓰고 계신 플랫폼의 언어로 말할게요.
choice-en = English
choice-ko = 한국어
choice-ja = 日本語
choice-auto = 플랫폼 설정대로
command-language = 제가 말하는 언어 고르기
option-language-language = 언어
