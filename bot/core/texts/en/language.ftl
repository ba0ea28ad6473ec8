# Languages are named in themselves, in every language.
language-ask = Which language shall I speak?
language-set = From now on I speak English.
language-as-platform = From now on I speak the language that your platform tells me.
choice-en = English
choice-ko = 한국어
choice-ja = 日本語
choice-auto = As my platform says
command-language = Choose the language that I speak
option-language-language = The language
