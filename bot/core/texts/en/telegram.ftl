telegram-anonymous = You write here in the name of a group or channel, so I cannot tell whose face is whose. Please write as yourself.
telegram-no-picture = I may not post pictures here. A private chat with me always works.
telegram-group = In a group I only see commands and replies: to send me a photo, reply to this message with it.
telegram-inline-open = See yourself in this face
telegram-inline-button = Open a private chat
telegram-inline-none = Write a type, such as ENFP
