welcome =
    Hello! I give types a face.
    Pick one of the sixteen types and I show you its face. Send a selfie, and I blend the two. Then you meet the type that matches yours best.
help =
    /mbti ENFP woman: see a type's face, then blend yours into it
    /quiz: find out which type sounds like you
    /me: blend a new selfie, or your last one anew
    /mix, /edit, /looks, /surprise: play with the face; /undo takes it back
    /morph: a film of it · /card: a card to share
    /match: meet the type that matches yours best
    { $platform ->
        [web] /us
       *[other] /us @friend
    }: a picture of you two, if both agree
    /all: all sixteen types · /gallery: your pictures · /show CODE: one of them
    /public, /private: who sees your pictures
    /language: choose the language that I speak
    /privacy: what I keep, and until when
    /forget: delete all of it, at once
    Or just press a button, type a type, or send a selfie.
help-terminal = Here at the terminal: @photo.jpg sends a photo, by its name or path (a file that is dropped here does, too). The number of a button presses it, and so do its words. /cancel stops what is being made.
disclaimer = All of this is for fun: types have no proven tie to faces, and the faces are made up by a computer. MBTI is a trade mark of The Myers-Briggs Company, which has nothing to do with this bot.

ask-type = Which type shall I show you?
ask-type-photo = Nice photo, I have it! Which type shall I blend it with?
ask-gender = { $type }, good choice. Whose face would you like to see?
ask-selfie = Now you: send me a selfie, and I blend your face with this one. One face, from the front, in good light is best.
ask-match = Whom would you like to meet? I ask only once and remember it.
match-needs-type = I need your type to find your match. Which one is it?
offer-selfie = Would you like to see your own face in it? For that I need a selfie.
no-room = Very many photos are waiting here at the moment, so I could not take yours. Please send it again in a few minutes.
consent-photo = Got your photo! I have not looked at it yet.
consent =
    Before I look at a selfie, please read this:
    · It is you in the photo, and you are an adult. Please send nobody else's picture.
    · The photo itself stays in memory, for 15 minutes at most, so that I can put your new face into it if you ask me to. It is never saved.
    · What I keep is a list of numbers that describes your face. It is encrypted and deleted after { $hours ->
        [one] one hour
       *[other] { $hours } hours
    }.
    · /forget deletes everything at once, whenever you like.
    Is that all right?
consent-again =
    I look at it once you agree to what I asked before: it is you, and you are an adult. The photo stays in memory, for 15 minutes at most; your face, as encrypted numbers, for { $hours ->
        [one] one hour
       *[other] { $hours } hours
    }. "Privacy" tells more.
declined = That is fine, no photo then. You can still meet your match or look at other types.
declined-later = That is fine. You agreed earlier; to take that back, press "Forget me" and all that I keep is deleted.
still-photo = I am still working on your selfie; the blended face comes as soon as it is done.
still-compose = I am still putting your face into your photo; it comes as soon as it is done.
face-found = Your selfie is done.
ask-photo = Send me another photo of you, and I put your face into it as it is blended now. Please send nobody else's picture.
ask-photo-gone = I no longer have your photo: I keep it for 15 minutes at most. Send me the same photo or another one of you, and I put your face into it as it is blended now.
ask-photo-lost = I was interrupted, and that has taken your photo, which is in memory only. Send me the same photo or another one of you, and I put your face into it as it is blended now.
photo-original = You as { $type } in your own photo, uncompressed. I do not keep this file either.
photo-original-gone = The uncompressed file is made from your photo, and I no longer have that: I keep it for 15 minutes at most. Send me the same photo or another one of you, and I put your face into it as it is blended now; under that picture the file is there again.
ask-reveal = Everyone here will see your own photo with the blended face in it: your hair, your clothes and all that is behind you. Shall I show it?
already-shown = Everyone here can see it already.

progress-photo = Thank you! Looking for your face…
progress-queued = You are number { $position } in the queue, about { DURATION($seconds) } to go.
progress-photo-running = Finding your face… { $percent }%, about { DURATION($seconds) } to go.
progress-compose = Putting your face into the photo…
alt-preview = A preview: the face found so far in your photo.

blend-caption = You and { $type }: { $mine }% you, { $percent }% { $type }. What shall I change?
blend-caption-own = You and { $type }: all of it is you, as shape, features and colours are kept. What shall I change?
blend-caption-kept = You and { $type }: { $kept } from you, the rest { $percent }% { $type }. What shall I change?
composed-caption = That is you as { $type }, in your own photo. The change is gentle here: light, hair and skin stay your photo's, and so does your mouth where another would not fit. I do not keep this picture: save it if you like it. To change the face, go back to it; then put it into the photo once more.
match-caption = { $mine } gets on best with…
match-others = Also a lovely match: { $types }.
alt-type-female = A computer-made woman's face for the type { $type }.
alt-type-male = A computer-made man's face for the type { $type }.
alt-type-either = A computer-made face for the type { $type }.
alt-blend = A computer-made face: your own, blended { $percent }% with the type { $type }.
alt-composed = Your own photo with a computer-made face in it: yours, blended with the type { $type }.
alt-boxes = { $count ->
    [one] Your photo with the face that I found in a numbered box.
   *[other] Your photo with { $count } faces in numbered boxes, counted from the left.
}

privacy =
    What I keep about you. No names, and your account only as a secret code:
    · Photos: in memory only, 15 minutes at most, never saved. Within that time I can put your face into yours without asking for it again.
    · Your face as encrypted numbers, and how your pictures were made, encrypted too: { $hours ->
        [one] one hour
       *[other] { $hours } hours
    }, then deleted.
    · Where our conversation stands, with your answers to the quiz: { $conversation_days } days after your last message.
    · Which types and genders you chose, and when a job ran and how long it took: { $session_days } days.
    · Your language, whom you like to meet, and whether you agreed: until you say /forget.
    /forget deletes all of this at once. Only counts remain, which belong to nobody.
privacy-seen = Who sees them: your photo goes to my own face workshop and to nobody else. { $who }
seen-hidden = Your faces are for you alone here, until you press "{ button-show }".
seen-public = Your faces are shown to everyone here at once, as it is set; /private changes that for you.
seen-group = In this group everyone sees what you send and what I answer. A private chat with me is for you alone.
seen-private = Here nobody but you sees your faces, unless you hand out a link to one.
privacy-agreed = You have agreed that I look at your selfies.
privacy-photo = Right now a photo of yours is in memory.
privacy-faces = { $count ->
    [one] Right now I keep one face of yours
   *[other] Right now I keep { $count } faces of yours
}, at the latest until { WHEN($until) } UTC.
privacy-no-face = Right now I keep no face of yours.
forgotten = { $faces ->
    [0] Done. I have forgotten you: our conversation, your agreement and any photo in memory.
    [one] Done. I have forgotten you: one face, our conversation, your agreement and any photo in memory.
   *[other] Done. I have forgotten you: { $faces } faces, our conversation, your agreement and any photo in memory.
}
forgotten-key = The key that they were encrypted with is destroyed too.

unknown-command = I do not know this command. These I know:
lost = I did not quite get that. Type a type such as ENFP, send a selfie, or press a button.
lost-type = I did not quite get that. Which type is it? For example ENFP.
lost-gender = I did not quite get that. A woman's face, a man's, or either?
lost-match = I did not quite get that. Would you like to meet a woman, a man, or either?
lost-consent = I did not quite get that. Please press a button: may I look at your selfie?
lost-selfie = I did not quite get that. Send me a selfie as a photo, or press a button.
lost-photo = I did not quite get that. Send me a photo of you to put your face into, or press a button.
lost-quiz = I did not quite get that. Press a number under the statement, or send one from 1 to 5.
interrupted-compose = Sorry, I was interrupted while putting your face into your photo. Press to try again.
interrupted-compose-gone = Sorry, I was interrupted while putting your face into your photo, and the photo, which is in memory only, is gone. Press to send it again.
interrupted-photo = Sorry, I was interrupted while working on your selfie. Press to try again, or send it once more.
stopped = Stopped.
stopped-forgotten = Stopped, because you asked me to forget you.
nothing-runs = Nothing is running at the moment.
not-yours = This button belongs to someone else. Here is one of your own!
bad-button = I do not know this button. Let us go on from here.
expired = This button is from an earlier time, and what it belonged to is gone. Let us begin anew.

error-unknown-type = I do not know a type { $word }. Did you mean one of these: { $types }?
error-bad-image = I cannot read this file as a photo. Please send a normal JPEG, PNG or WebP picture.
error-too-large = This photo is too large for me. Please send one of less than 20 MB and 50 megapixels.
error-not-a-photo = I can only look at photos: stickers, videos, voices and other files are lost on me. Send a picture, as a photo or as an image file.
error-forwarded = This picture was passed on, so it may be somebody else's face, and nobody's face is used without asking them. If it is you, please send it yourself as a new photo.
error-no-face = I could not find a face in this photo. Please send one where your face is seen from the front, in good light, without sunglasses or mask.
error-many-faces = { $count ->
    [one] I found a face. Is this you?
   *[other] I found { $count } faces. Which one is you? Press your number.
}
error-face-too-small = Your face is very small in this photo. Please come closer, or send the photo in its original size.
error-face-cut = Part of your face is missing in this photo, or it is turned away. Please send one with your whole face from the front.
error-photo-gone = I no longer have your photo: I keep it for a short time only. Please send it again.
error-busy = Many people are here right now. Please try again in about { DURATION($seconds) }.
already-compose = I am already putting your face into your photo. Wait for it, or cancel it.
error-already-running = I am already working on a selfie of yours. Wait for it, or cancel it.
already-photo = { error-already-running }
error-cancelled = Cancelled. You can try again whenever you like.
error-stopping = I am just being restarted. Please try again in a minute.
error-unreachable = My face workshop does not answer at the moment. Please try again in a minute.
error-internal = Something went wrong on my side, sorry. Please try again.
error-unauthorized = My face workshop does not let me in. Please tell the people who run this bot.
error-bad-pack = My faces cannot be loaded at the moment. Please tell the people who run this bot.
error-bad-latent = Your last face was made for other faces than I have now. Please send a new selfie.
error-face-gone = Your last face is no longer kept. Please send a new selfie.
error-too-late = So many people are here that your turn did not come in time. Please try again in a minute.
error-out-of-memory = That was more than my face workshop can hold at once. Please try again in a minute.
error-store-down = I cannot reach my notebook at the moment, so I cannot go on. Please try again in a minute.

button-plain = { $text }
button-begin = Choose a type
button-help = Help
button-privacy = Privacy
button-forget = Forget me
button-all-types = All sixteen types
button-other-type = Another type
button-as-female = A woman's face
button-as-male = A man's face
button-as-either = Either
button-agree = I agree
button-decline = No, thank you
button-match = Meet my match
button-other-match = Meet someone else
button-again = Use my last selfie
button-blend-back = Back to my face
button-send-selfie = Send a selfie
button-new-photo = Another photo
button-retry = Try again
button-cancel = Cancel
button-more-me = More me
button-more-type = More { $type }
button-keep-shape = Keep my face shape
button-free-shape = Blend the face shape
button-keep-colours = Keep my colours
button-free-colours = The type's colours
button-undo = Undo
button-show = Show everyone
button-in-photo = In my photo
button-other-photo = In another photo
button-reveal = Yes, show my photo
