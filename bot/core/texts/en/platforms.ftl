# Commands, options and choices as the platforms list them: at most 100 characters each.
command-start = Say hello and see what this bot does
command-help = What you can do here
command-mbti = See the face of a type, then blend your own into it
command-me = Blend your selfie, or your last one anew, with the type you chose
command-match = Meet the type that matches yours best
command-privacy = What is kept about you, and until when
command-forget = Delete everything that is kept about you, at once
option-mbti-type = The type, such as ENFP
option-mbti-gender = Whose face: woman, man or either
option-mbti-photo = Your own selfie
option-me-photo = Your own selfie
option-match-gender = Whom you would like to meet: woman, man or either
choice-female = Woman
choice-male = Man
choice-either = Either
context-blend = Blend this photo
bot-description = Give your type a face: pick one, send a selfie, see your blend and meet your best match. Just for fun.
