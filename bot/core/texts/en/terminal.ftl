# What the terminal says by itself.
terminal-no-such-file = There is no file { $path } that can be read.
terminal-no-file-named = After the @ comes the name of a photo, for example @me.jpg.
terminal-no-folder = Pictures cannot be written to the folder { $path }: choose another one with --out.
terminal-no-such-button = There is no button { $number } now.
terminal-file = file
terminal-cancelling = Cancelling… Press Ctrl-C once more to end the chat.
terminal-house-away = Was `typeface up` stopped? Start it again, and this chat finds it by itself.
