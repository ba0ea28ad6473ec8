# What only Discord needs.
discord-not-your-photo = I blend only photos that you sent yourself, so that nobody's face is used without asking them. Send me one of your own with /me, or in a direct message.
discord-how-to-send = In a channel I see only what you hand me: type /me and add your photo, or post it and choose "{ context-blend }" under Apps in the menu of that message.
discord-no-photo = There is no photo in that message. Choose this on a message of yours that has one, or send one with /me.
discord-no-pictures = Your picture is ready, but I may not post pictures here. Ask an admin to allow "Attach Files" here, or write to me in a direct message.
discord-late = { $who } what you asked for is done, but it is too late to answer you here in private, and I cannot write you a direct message. { $kept ->
    [yes] Type /gallery to see it.
   *[no] I do not keep it, so please ask for it once more.
}
discord-moved = I can no longer answer you in { $where }, so it comes here. Go on there{ $kept ->
    [yes] , or type /gallery here.
   *[no] .
}
discord-long = Discord lets me change this message for two more minutes at most. What takes longer comes as a direct message.
context-us = Make a picture together
discord-too-large = Your file is ready, but it is larger than Discord lets me send here. A smaller one always fits: take the picture instead of the uncompressed file.
