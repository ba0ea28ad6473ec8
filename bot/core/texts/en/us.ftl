# One picture of two people.
us-invite = A picture of two! Whoever asked and whoever is asked both press "I agree", until { WHEN($until) } UTC. Nobody's face is used without that. Elsewhere: /us { $code }
us-waits = One of you has agreed. The other one presses "I agree" too, until { WHEN($until) } UTC. Elsewhere: /us { $code }
us-not-ready = For a picture together I need your own face first: choose a type, agree, and send a selfie. Then press "I agree" once more.
us-over = This picture together is over: its time has run out, one of you has ended it, or somebody else was asked.
us-unknown = I know no code { $code }. /us @friend asks somebody, /us alone asks whoever agrees first, and /us with the code that you were given shows what was asked.
us-friend = The other face is no longer kept. When it is there again, ask anew with /us.
us-packs = Your two faces were made for different sets of faces, so I cannot mix them. Send a new selfie each, then ask anew with /us.
us = The two of you: { $asker }% of the one who asked, { $friend }% of the other. Both of you can change it, and either can end it. Code: /us { $code }
us-ended = The picture together is ended. No face is used any more.
alt-us = A computer-made face of two people: { $asker }% of the one who asked, { $friend }% of the other.
slider-us = Whose face it is more
button-us-agree = I agree
button-us-no = No, thank you
button-us-more-asker = More of who asked
button-us-more-friend = More of who was asked
button-us-end = End it
