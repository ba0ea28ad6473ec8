# Languages are named in themselves, in every language.
choice-en = English
choice-ko = 한국어
choice-ja = 日本語
