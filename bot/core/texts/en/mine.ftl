# What is kept about a person: told, handed over, forgotten.
ask-forget = Shall I forget you? Your faces, your pictures, our conversations, your agreement and what you chose are deleted at once, in every chat of this platform, and cannot be brought back.
my-data = All that I keep about you, in one file: { $pictures ->
    [0] no pictures
    [one] one picture
   *[other] { $pictures } pictures
}, and { $faces ->
    [0] none of your faces
    [one] one of your faces, as numbers
   *[other] { $faces } of your faces, as numbers
}.
my-data-private = The file holds your pictures of all our chats, and here everyone would get it. Write /mydata to me in private.
alt-my-data = A zip file with all that is kept about you.
button-forget-sure = Yes, forget me
button-keep = No, keep it
button-my-data = Give me my data
