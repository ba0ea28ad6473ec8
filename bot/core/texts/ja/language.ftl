# 言語の名前は、どこでもその言語で書きます。
choice-en = English
choice-ko = 한국어
choice-ja = 日本語
