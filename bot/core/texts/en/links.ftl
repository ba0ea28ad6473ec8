# Links that show one picture to whoever has them.
command-share = A link that shows one of your pictures to whoever has it
option-share-code = The code under the picture
ask-share-code = Give me the code that stands under a picture, for example: /share K7M2QX
share-elsewhere = Links are made in the web chat. Here, save the picture and send it to whom you like.
share-no-film = A link cannot show a film. Save it instead, and send it to whom you like.
link-made = Whoever has this link sees the picture { $code }, and nothing else about you. It is good until { WHEN($until) } UTC at most, and ends at once with the button, with the picture, or with /forget.
links-open = { $count ->
    [one] One link shows this picture to whoever has it.
   *[other] { $count } links show this picture to whoever has them.
}
links-ended = { $count ->
    [0] No link leads to the picture { $code }.
    [one] The link to the picture { $code } is ended.
   *[other] All { $count } links to the picture { $code } are ended.
}
button-share = Share link
button-unshare = End its links
shared-title-face = A face of { $type }
shared-title-card = A card of { $type }
shared-title-all = All sixteen types
shared-title-sheet = Faces of { $type }
shared-alt-face = A computer-made face: somebody's own, blended with the type { $type }.
shared-alt-card = A card with somebody's own face blended with { $type }, and the computer-made faces of { $type } and its best match { $match }.
web-share = Share link
web-copy = Copy the link
web-copied = Copied
web-link = Link to the picture
web-shared-note = Made by a computer, for fun. Types have no proven tie to faces.
web-shared-own = Give your own type a face
web-shared-gone = This link has ended
web-shared-gone-more = Whoever made it has taken the picture back, or its time is over.
web-shared-busy = The picture cannot be shown right now
web-shared-busy-more = Too many are asked for, or what makes them is away. Please try again in a minute.

# Coming back to the page.
command-back = Where we stood
back = Welcome back.
back-type = You chose { $type }.
back-face = Your face as { $type } is still here.
