# Playing with the face: mix, edit, sheets, codes, gallery.
type-caption = { $type }, as a computer drew it. What shall I change?
kept-shape = the shape
kept-features = the features
kept-colours = the colours
seed-caption = Drawn with the seed { $seed }: /surprise { $seed } brings this face back.
look-caption = Look: { $look }.
look-mean = average
look-lighter = lighter skin
look-darker = darker skin
look-younger = younger
look-older = older
look-lighter-older = lighter skin and older
look-darker-older = darker skin and older
edits-caption = Changed: { $edits }.
edit-amount = { $direction } { $amount }
made-code = Code: { $code }
made-how = This is how { $code } was made:
made-when = Made on { WHEN($when) } UTC.
no-such-code = I know no picture { $code }: it is deleted, its time is over, or it belongs to someone else.
ask-code = Give me the code that stands under a picture, for example: /show K7M2QX
nothing-to-undo = There is nothing more to undo.
nothing-to-redo = There is nothing more to redo.
no-directions = The faces that I have now cannot be moved along anything.
no-looks = The faces that I have now come in one look only.
looks-how = I know no look “{ $word }”. There are: { $looks }. /looks 2 takes the second one, /looks older the one of that name, and /looks shows them all.
surprise-how = I do not understand “{ $word }”. /surprise shows nine people of your type; with the number that stood under a face, such as /surprise 123, that face comes back.
part-shape = shape
part-features = features
part-colours = colours
part-all = all
mix-how = I do not understand “{ $word }”. /mix takes how much of the type there shall be, from 5 to 95, and which parts of the face take it: { $parts }. For example: /mix 40, or /mix { part-shape } { part-features } 60.
edit-how = I do not understand “{ $word }”. /edit takes what to change, and how far: /edit { direction-smile } 1.5. There are, for example: { $names }. The button has all of them.
select-direction = What shall I change?
slider-weight = How much { $type }
sheet-all = All sixteen. Which one would you like to see closely?
sheet-looks = { $type } in other skin tones and ages. It has this one now: { $look }. Press another to take it.
sheet-surprise = Nine people of the type { $type }, all made up. Press a number to take one. Their seeds begin at { $seed }: /surprise { $seed } brings the first one back.
alt-sheet-all = A sheet of sixteen computer-made faces, one for each type.
alt-sheet-looks = A sheet of computer-made faces for the type { $type }, numbered, in several skin tones and ages.
alt-sheet-surprise = A sheet of nine computer-made faces for the type { $type }, numbered from one to nine.
gallery = { $total ->
    [one] Your one picture. Press its code to see it again, to save it without loss, or to delete it.
   *[other] Your { $total } pictures, newest first{ $pages ->
        [1] .
       *[other] ; page { $page } of { $pages }.
    } Press a code to see one again, to save it without loss, or to delete it.
}
gallery-empty = There is no picture of yours yet, or their time is over.
gallery-one = Picture { $code }: what shall I do with it?
alt-gallery = { $count ->
    [one] One of your computer-made faces, with its code.
   *[other] { $count } of your computer-made faces, each with its code.
}
original = Picture { $code }, uncompressed.
ask-toss = Delete the picture { $code } for good?
tossed = The picture { $code } is deleted.
now-public = From now on everyone in the chat sees your faces at once. /private takes it back; a photo of yours is never shown without your word.
now-private = From now on only you see your faces, where the platform can do that, until you press "Show everyone".

direction-age = Age
direction-gender = Femininity or masculinity
direction-smile = Smile
direction-hair = Hair
direction-fringe = Fringe
direction-glasses = Glasses
direction-turn = Turn of the head
direction-skin = Skin tone
direction-numbered = Change no. { $number }
direction-numbered-coarse = Face shape no. { $number }
direction-numbered-middle = Features no. { $number }
direction-numbered-fine = Colours no. { $number }
direction-ei = Inward or outward (I, E)
direction-sn = Facts or ideas (S, N)
direction-tf = Head or heart (T, F)
direction-jp = Plan or play (J, P)
directions-letters = The four letters
directions-more = More changes

button-mix = Mix
button-edit = Edit
button-looks = Looks
button-look = { $number } · { $look }
button-surprise = Surprise me
button-all-faces = All sixteen faces
button-more-faces = Nine others
button-redo = Redo
button-done = Done
button-unedited = Without changes
button-plain-type = Back to the type
button-keep-features = Keep my features
button-free-features = Blend the features
button-gallery = My pictures
button-newer = Newer
button-older = Older
button-show-again = See it again
button-original = Uncompressed file
button-toss = Delete
button-toss-sure = Yes, delete it
button-withdraw = Take it back
withdrawn = Taken back: nobody sees it here any more. A picture that has a code stays in /gallery until you delete it there.
not-removed = I could not take that message away. The admins of this place can delete it.
