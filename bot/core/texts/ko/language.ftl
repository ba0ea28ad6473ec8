# 언어의 이름은 어디서나 그 언어로 적어요.
choice-en = English
choice-ko = 한국어
choice-ja = 日本語
