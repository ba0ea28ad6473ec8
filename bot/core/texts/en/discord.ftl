# What only Discord needs.
discord-not-your-photo = I blend only photos that you sent yourself, so that nobody's face is used without asking them. Send me one of your own with /me, or in a direct message.
discord-how-to-send = In a channel I see only what you hand me: type /me and add your photo, or post it and choose "{ context-blend }" under Apps in the menu of that message.
discord-no-photo = There is no photo in that message. Choose this on a message of yours that has one, or send one with /me.
discord-no-pictures = Your picture is ready, but I may not post pictures here. Ask an admin to allow "Attach Files" here, or write to me in a direct message.
discord-late = { $who } this took longer than Discord lets me answer in private, and I cannot write you a direct message. Type /me to see your face.
context-us = Make a picture together
discord-too-large = Your file is ready, but it is larger than Discord lets me send here. A smaller one always fits: take the picture instead of the uncompressed file.
