# Who may do what, where; what the admins of a server or group set; the map of types.
owners-only = Only the people who run this bot can do that.
owners-only-id = If you run it: write { $owner } into TYPEFACE_OWNERS and start the bot again.
only-in-community = This works in a server or group only.
admins-only = Only those who may manage this server or group can do that.
blocked = The admins here have asked me not to answer you in this place. You can still talk to me in private.
paused = I am taking a break here. In private I still answer.
paused-notice = The admins say: { $text }
off-here = I do not answer in this channel. Please use another one, or talk to me in private.
error-quota-used = You have used all that is meant for you here today. It goes on in { DURATION($seconds) }. A photo that you sent is not lost: while it is in memory, press to try again.
error-cooldown = That was quick! Please wait { DURATION($seconds) }, then press to try again. No photo need be sent again.
error-setting-refused = I could not set that. Please choose another value.
error-block-self = You cannot block yourself.

admin-home =
    The settings here. Every change is written into the log.
    · I answer: { $paused }
    · In channels: { $channels }
    · A day for each person: { $quota }; { $role_quotas }
    · Pause between two jobs: { $cooldown }
    · Faces are kept for: { $retention_hours }
    · Match chart: { $match_chart } · Faces: { $pack }
    · Spoiler cover: { $spoiler } · Pictures at first: { $public }
    · Language where none is known: { $language }
admin-ask-channels = Where I answer: { $value }. Go to a channel and call /admin there to choose it.
admin-ask-quota = How many photos and films may each person have me work on a day (in UTC)? Now: { $value }. For one role alone, call /admin with the role.
admin-ask-cooldown = How long must a person wait between two of them? Now: { $value }.
admin-ask-retention-hours = How long are faces and pictures kept here? Now: { $value }.
admin-ask-match-chart = Who goes with whom? Now: { $value }.
admin-ask-pack = Whose faces shall I show here? Now: { $value }. After a change, people send a new selfie.
admin-ask-spoiler = Shall pictures be covered until somebody taps them? Now: { $value }.
admin-ask-public = Who sees pictures at first? Everybody may choose for themselves with /public and /private. Now: { $value }.
admin-ask-locale = Which language for people whose own I do not know? Now: { $value }.
admin-ask-role = How many photos a day for this role? Now: { $value }. Whoever has several roles gets the largest number.
admin-ask-notice = What shall I tell people meanwhile? Write it as your next message, in 300 characters at most.
admin-ask-block = { $platform ->
    [telegram] Whom shall I not answer here any more? Answer a message of theirs with /admin block.
   *[other] Whom shall I not answer here any more? Call /admin with the person.
}
admin-ask-reset = { $platform ->
    [telegram] Whose photos of today shall count from nought again? Answer a message of theirs with /admin reset.
   *[other] Whose photos of today shall count from nought again? Call /admin with reset and the person.
}
admin-reset = Done: { $who } has all photos of today again. I keep no names, only a tag.
admin-blocks = { $count ->
    [0] Nobody is blocked here. /admin block says how to block somebody.
    [one] One person is blocked here. I keep no names, only a tag.
   *[other] { $count } people are blocked here. I keep no names, only tags.
}
admin-page = Page { $page } of { $pages }.
admin-block = { $who }, since { WHEN($when) } UTC
admin-log = Changes: { $count }. Page { $page } of { $pages }, times in UTC.
admin-entry = { WHEN($when) } · { $who } · { $what }: { $old } → { $new }
admin-forgotten = someone forgotten
admin-stats = { $count ->
    [one] The last day here, counted without any names.
   *[other] The last { $count } days here, counted without any names.
}
setting-channels = Channels
setting-quota = Photos a day
setting-role-quotas = Roles
setting-cooldown = Pause between jobs
setting-pack = Faces
setting-match-chart = Match chart
setting-retention-hours = Keeping time
setting-spoiler = Spoiler cover
setting-public = Pictures at first
setting-paused = Break
setting-locale = Language
setting-block = Blocked
setting-reset = Quota reset
value-no-limit = no limit
value-none = none
value-house = as usual
value-channels = { $count ->
    [0] everywhere
    [one] one channel
   *[other] { $count } channels
}
value-role-quotas = { $count ->
    [0] the same for all roles
    [one] one role has its own number
   *[other] { $count } roles have their own numbers
}
value-a-day = { $count } a day
value-seconds = { DURATION($seconds) }
value-on = on
value-off = off
value-public = for everyone
value-private = for the asker alone
value-language = { $text ->
    [ko] Korean
    [ja] Japanese
   *[en] English
}
value-answering = yes
value-paused = no, taking a break
value-like-all = like everyone
value-here-on = In this channel I answer.
value-here-off = In this channel I do not answer.
button-admin-channels = Channels
button-admin-quota = Photos a day
button-admin-cooldown = Pause between jobs
button-admin-retention-hours = Keeping time
button-admin-match-chart = Match chart
button-admin-pack = Faces
button-admin-spoiler = Spoiler cover
button-admin-public = Who sees pictures
button-admin-locale = Language
modal-notice-title = Take a break
modal-notice = What shall I tell people meanwhile?
button-admin-pause = Take a break
button-admin-resume = Go on
button-admin-blocks = Blocked people
button-admin-log = Log
button-admin-stats = Statistics
button-admin-back = All settings
button-channels-here = Answer in this channel
button-channels-leave = Not in this channel
button-channels-all = Answer everywhere
button-pause-silent = Without words
button-unblock = Unblock { $who }
button-days = { $count ->
    [one] One day
   *[other] { $count } days
}
plot-title = { $count ->
    [one] The last day
   *[other] The last { $count } days
}
plot-days = Sessions a day
plot-types = Types
plot-genders = Genders
plot-waiting = Waiting time
plot-running = Running time
plot-half = half of all within
plot-most = 95 of 100 within
plot-failures = Failures by cause
plot-consent = Consent
plot-agreed = { $agreed } of { $people } people agreed
plot-others = others
plot-nothing = Nothing yet

types-title = Our map of types
types-map = { $count ->
    [0] Nobody is on the map of types here yet.
    [one] One person is on the map of types here.
   *[other] { $count } people are on the map of types here.
}
types-mine = You are counted as { $type }. Only the number is shown, never who.
types-not-mine = You are not counted. If you like, I count your type; only the number is shown, never who.
alt-types = A map of the sixteen types with how many people there are of each: { $types }.
button-types-join = Count me in
button-types-leave = Do not count me

# For those who run the bot.
owner-away = The face workshop (the inference server) has not answered for { DURATION($seconds) }. People cannot get faces now. Please look at its log; /health tells how it stands.
owner-back = The face workshop answers again. It was away for { DURATION($seconds) }.
health-ready = The server is ready. Device: { $device }. Waiting: { $waiting }, running: { $running }.
health-warming = The server answers, but does not take work yet. Device: { $device }. Waiting: { $waiting }, running: { $running }.
health-away = The server does not answer ({ $code }).
health-version = Versions: bot { $bot }, server { $server }.
health-pack = Pack { $name } { $version }, { $size } pixels.
health-failure = { WHEN($when) } UTC: { $what }, { $code }
health-no-failure = Nothing has gone wrong lately.
button-refresh = Look again
