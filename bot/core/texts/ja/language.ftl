# 言語の名前は、どこでもその言語で書きます。
language-ask = どの言語で話しましょうか？
language-set = これからは日本語で話します。
language-as-platform = これからは、お使いのプラットフォームの言語で話します。
choice-en = English
choice-ko = 한국어
choice-ja = 日本語
choice-auto = プラットフォームに合わせる
command-language = 話す言語を選ぶ
option-language-language = 言語
