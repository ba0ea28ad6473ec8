# The quiz: statements of our own, for fun. quiz-1 to quiz-20 in the order of bot/core/balances.py.
quiz-begin =
    Twenty short statements, no right or wrong. For each one press how much it sounds like you. You can go back or take a break at any time.
    It is for fun: no test, no diagnosis, and not the MBTI instrument.
quiz-ask =
    { $number } of { $total }: “{ $statement }”
    1 = not me at all · 3 = in between · 5 = very much me
quiz-ask-again =
    { $number } of { $total }: “{ $statement }”
    1 = not me at all · 3 = in between · 5 = very much me
    You answered { $answer } before. Another number changes it.
quiz-1 = After a long week I feel like seeing people.
quiz-2 = One idea quickly leads me to three others.
quiz-3 = When a friend tells me of a problem, I look for a solution first.
quiz-4 = I leave my weekends open and see what comes.
quiz-5 = The best part of a trip is often a quiet hour by myself.
quiz-6 = I notice small things: a new haircut, a chair that was moved.
quiz-7 = Before I decide, I think of how it will feel for the others.
quiz-8 = I pack my bag well before the journey.
quiz-9 = I find out what I think while I am saying it.
quiz-10 = I often wonder what the world will be like in a hundred years.
quiz-11 = I am glad when someone shows me where I am wrong.
quiz-12 = A change of plans at the last minute is fun.
quiz-13 = At a party I would rather have one long talk than ten short ones.
quiz-14 = I trust what I have tried more than what I have only heard of.
quiz-15 = When someone near me is sad, I soon feel it too.
quiz-16 = A list with everything ticked off makes me happy.
quiz-17 = I easily start talking with people I do not know.
quiz-18 = I like a story best when it leaves something to guess.
quiz-19 = A rule should hold for everyone, for my friends too.
quiz-20 = My best ideas come shortly before the end.
quiz-paused = Let us take a break. Your answers stay here: /quiz goes on with number { $number }.
quiz-resumed = We go on where you were.
quiz-changed = I have changed your answer.
quiz-done = That was the last one, thank you! You sound most like { $type }.
quiz-close = That was the last one, thank you! It is close: more than one type fits you about equally well. Which one feels like you?
quiz-over = You have finished this quiz. Look at the result again, or take it anew?
quiz-old = This question belongs to an earlier quiz.
quiz-note = Just for fun: no diagnosis, and not the MBTI instrument.
quiz-alt = Your four balances: { $I }% I and { $E }% E; { $N }% N and { $S }% S; { $T }% T and { $F }% F; { $J }% J and { $P }% P.
quiz-end-I = quiet
quiz-end-E = company
quiz-end-N = ideas
quiz-end-S = details
quiz-end-T = head
quiz-end-F = heart
quiz-end-J = plan
quiz-end-P = surprise
button-quiz = Find my type
button-quiz-go-on = Go on
button-quiz-back = Back
button-quiz-pause = Take a break
button-quiz-anew = Take it anew
button-quiz-result = Show the result
command-quiz = Find out which type sounds like you: 20 short statements, just for fun
