# What is kept about a person: told, handed over, forgotten.
ask-forget = Shall I forget you? Your faces, your pictures, our conversations, your agreement and what you chose are deleted at once, in every chat of this platform, and cannot be brought back.
my-data = { $pictures ->
    [0] All that I keep about you, in one file, with { $faces } of your faces as numbers.
    [one] All that I keep about you, in one file: one picture, and { $faces } of your faces as numbers.
   *[other] All that I keep about you, in one file: { $pictures } pictures, and { $faces } of your faces as numbers.
}
alt-my-data = A zip file with all that is kept about you.
button-forget-sure = Yes, forget me
button-keep = No, keep it
button-my-data = Give me my data
