# What waits for a person in the cabinet: questions, binding, sheets by class, who is awaited, the week, the inbox, undo.
only-looks = You may only look
only-looks-text = With your role nothing can be changed: the school's administrator changes and sends. If that should be you, ask for that role.
only-looks-back = Back
lane-busy = The school's exchange is running
lane-busy-text = Nothing was changed. Try again in a few minutes.
reason = Reason
reason-hint = It stays in the audit. No names, please.
reason-missing = There is no reason
reason-missing-text = Nothing was changed. Say why you do this.
ways = More about the task

# Questions.
questions = Questions
questions-of = { $n ->
        [0] No questions
        [one] { $n } question waits for an answer
       *[other] { $n } questions wait for an answer
    }
questions-none = There is nothing to answer now.
questions-text = On the left is the school's record, beside it what was found on the other side. Compare them before you answer; an answer counts at the next sending.
questions-pupil = Is this the same pupil?
questions-guardian = Is this the same parent?
questions-staff = Is this the same employee?
questions-class = Is this the same class?
questions-which = Is this one and the same?
questions-shared = One record there fits two records of the school. Is it this one?
questions-arrived = Did this arrive earlier? There was no answer, and nobody can check.
questions-ours = Ours
questions-theirs = There
questions-look = Look there
questions-same = Yes, one and the same
questions-different = No, make a new record
questions-skip = Do not send
questions-sent = Yes, it arrived
questions-not-sent = No, send it
questions-open = no answer
questions-answered = Answers that count at the next sending
questions-by = { $at }, { $who }
questions-told-done = Your answer to question no. { $number } is kept
questions-told-done-text = { $said }. It counts at the next sending.
questions-told-before = Question no. { $number } was answered before
questions-told-before-text = The first answer holds: { $said }. The second one is not kept.
questions-told-changed = Question no. { $number } has changed meanwhile
questions-told-changed-text = Your answer is not kept: a newer sending has found something else on the other side. Look at the question again.
questions-told-gone = There is no question no. { $number } any more
questions-told-gone-text = Nobody has to answer: it was settled meanwhile, or the record is no longer sent.
questions-told-busy = Your answer to question no. { $number } is not kept
questions-told-busy-text = The school's exchange is running. Answer again in a few minutes.

# Binding.
binding = Binding
binding-more = About the binding
binding-bound-to = The school is bound: { $name }.
binding-bound = The school is bound.
binding-unbound = The school is not bound to its page on the other side yet.
binding-needless = This task needs no binding.
binding-text = You sign in on the other side as the school's administrator and allow the exchange. If you are interrupted, nothing changes: come back here and begin again.
binding-begin = Bind the school
binding-renew = Give consent anew
binding-again = You can begin again on the task's page when you are ready.
binding-home = Back to the task
binding-cabinet = Back to the cabinet
binding-undo = Unbind the school
binding-undo-text = The exchange stops until the school is bound again. Only the region can unbind, and it stays in the audit.
binding-name = The school's name as it is written below
binding-region = Only the region can unbind a school
binding-region-text = Nothing was changed. If the school is bound to the wrong page, ask the region's administrator.
binding-told-unbound = The school is unbound
binding-told-unbound-text = The exchange goes on after it was bound again.
binding-told-before = The school was not bound
binding-told-before-text = Perhaps it was unbound already. Nothing was changed.
binding-told-name = The name is another one
binding-told-name-text = Nothing was changed. Type the school's name as it is written.

# By class.
classes = By class
classes-none = The task has never looked at the whole school. Numbers come with the first full sending.
classes-text = Press a class to see and print its sheet: who has to do what.
classes-html = Download the sheets of all classes for printing
classes-sheet = Sheet: { $class }
classes-print = To print, choose printing in the browser: what does not belong on paper is left out.
classes-nothing = Nobody has to do anything.
classes-more = … and { $n } more: the whole list is in the file.

# Who is awaited.
awaited = Who is awaited
awaited-filter = Whom to show
awaited-all = All: { $n }
awaited-staff = Employees: { $n }
awaited-pupil = Pupils: { $n }
awaited-guardian = Parents: { $n }
awaited-count = { $n ->
        [one] { $n } person
       *[other] { $n } people
    }
awaited-steps = What to do:
awaited-nobody = Nobody is awaited now.

# Taking away there.
removal = Take away on the other side
removal-begin = Take away…
removal-text = This will be taken away on the other side:
removal-nothing = There is nothing to take away: this task has nothing there of this person.
removal-confirm = To take this away, type the person's number: { $person }
removal-do = Take away
removal-no-write = The task may not write to the other side (write = true in the school's file).
removal-told-done = Taken away
removal-told-done-text = It is not on the other side any more; this was checked.
removal-told-nothing = There is nothing to take away
removal-told-nothing-text = Perhaps somebody did it already.
removal-told-other = This is another number
removal-told-other-text = Nothing was changed. Type the person's number as it is written.
removal-told-left = Not all of it is gone
removal-told-left-text = Below is what is still there, and why. Try again later.

# The week.
week = Lessons of the week and chats
week-of = Week { $from } – { $until }
week-other = Other weeks
week-before = the week before
week-after = the week after
week-lessons = Lessons by video
week-no-lessons = There are no lessons by video in this week.
week-cancelled = cancelled
week-nothing = nothing yet
week-more = … and { $n } more
week-chats = Chats
week-no-chats = There are no chats yet.
week-parts = { $kind }: { $n }

# Inbox.
inbox = Everything that waits, and what happened lately
inbox-nothing = Nothing waits for you now.
inbox-events = What happened lately
inbox-no-events = Nothing has happened yet.
inbox-new = new
inbox-read = Mark all as read
inbox-lost = did not reach: { $who }
inbox-people = { $n ->
        [one] Others have to act: { $n }
       *[other] Others have to act: { $n }
    }
inbox-people-advice = Hand the sheets out or remind people: the page says who has to do what.
inbox-binding = Bind the school: nothing is sent before.
inbox-questions = Answer the questions; answers count at the next sending.
inbox-held = Look at what will change, and allow the sending if that is right.
inbox-failed = Read the reason. What was sent is kept, and the next sending goes on from there.
inbox-not-confirmed = Send nothing again by hand: the next sending checks it by itself.
inbox-certificate = Ask whoever sets the exchange up to replace the certificate.
inbox-certificate-ends = Certificate { $name } is good until { $at }
inbox-certificate-over = Certificate { $name } is good no more: it ended { $at }

# Who is told.
notify = Who is told of events
notify-none-told = Nobody is told of this school's events.
notify-everything = of everything
notify-topics = of: { $list }
notify-tasks = only the tasks: { $list }
notify-quiet = undisturbed from { $from } until { $until }
notify-digest = once a day, at { $at }
notify-gather = { $n ->
        [one] waits { $n } minute for other events
       *[other] waits { $n } minutes for other events
    }
notify-language = language: { $language }
notify-way-mail = by e-mail
notify-way-sms = by short message
notify-way-webhook = to another program
notify-common = hears of many schools
notify-can = What can be told
notify-where = Short messages and links to other programs are added by whoever sets the exchange up: [[notify]] in the file
notify-add = Tell somebody else
notify-mail = E-mail address
notify-on = What of
notify-on-trouble = only where something has to be done
notify-on-all = of everything
notify-do = Tell
notify-remove = Tell no more
notify-told-done = Written down
notify-told-done-text = It holds from this minute on.
notify-told-address = This is no e-mail address
notify-told-address-text = Nothing was changed. An address looks like director@school57.example
notify-told-way = This program sends no mail
notify-told-way-text = Nothing was changed. Whoever sets the exchange up connects mail.
audit-notify-add = somebody is told of events
audit-notify-remove = somebody is told of events no more
notify-edit = Change
notify-wishes = What is told, and when
notify-wishes-change = What would change
notify-setting-on = What of
notify-setting-on-help = With nothing ticked, of everything.
notify-setting-tasks = Of which tasks
notify-setting-tasks-help = With nothing ticked, of all.
notify-setting-language = Language of messages
notify-setting-language-help = If none is chosen, Russian.
notify-setting-language-ru = Russian
notify-setting-language-en = English
notify-setting-quiet = Quiet hours
notify-setting-quiet-help = By the school's clock, such as 22:00-07:00. What happens then comes together after them. If left empty, messages come at any time.
notify-setting-digest = Once a day, all together
notify-setting-digest-help = A time by the school's clock, such as 08:00. Nothing comes on days without events. If left empty, messages come at once.
notify-setting-gather = Wait for other events
notify-setting-gather-help = To send them as one message. If none is chosen, do not wait.
notify-setting-gather-5m = 5 minutes
notify-setting-gather-15m = 15 minutes
notify-setting-gather-30m = 30 minutes
notify-setting-gather-1h = 1 hour
notify-setting-gather-2h = 2 hours
notify-quiet-wrong = These are no quiet hours.
notify-quiet-wrong-fix = Write 22:00-07:00. An end before the beginning is on the next day.
notify-digest-wrong = This is no time of the day.
notify-digest-wrong-fix = Write 08:00.
notify-told-same = Nothing has changed
notify-told-same-text = All of it is written down so already.
audit-notify-change = what is told, and when, changed
notify-try = Trial letter
notify-try-text = It goes at once and to this address only, whatever the quiet hours and the digest. Once a minute at most.
notify-try-do = Send a trial
notify-tried-taken = The trial letter is sent
notify-tried-taken-text = The mail server has taken it. Where no letter comes, look among unwanted ones.
notify-tried-later = The trial letter did not go
notify-tried-later-text = The mail server does not answer now, or takes no letters. If it is so tomorrow, tell whoever sets the exchange up.
notify-tried-refused = The trial letter was not taken
notify-tried-refused-text = The mail server refused to deliver it to this address. Check the address.
notify-tried-soon = A trial letter was sent a moment ago
notify-tried-soon-text = Wait a minute and try again.
audit-notify-trial = a trial notification was sent

# What a sending created and wrote.
made = What was created and written
made-created = Created on the other side
made-created-text = As it was after this sending. Nothing is removed there by itself.
made-nothing-created = This sending created nothing on the other side.
made-written = Written into the school's records
made-nothing-written = This sending changed nothing in the school's records, or what was before is kept no longer.
made-nothing-back = There is nothing to put back: the records were changed since.
made-change = { $field }: now “{ $before }”, before the sending “{ $after }”
made-more = … and { $n } more
made-undo = Put back what was before
made-undo-text = The records become what they were before this sending. What was changed later stays as it is, and later sendings do not do again what was undone.
made-confirm = To put back what was before, type the sending's number: { $run }
undo-told-nothing = There is nothing to put back
undo-told-nothing-text = Perhaps somebody did it already.
undo-told-other = This is another number
undo-told-other-text = Nothing was changed. Type the sending's number as it is written.

# The school's records as they are recognised.
side-born = Born
side-snils = SNILS
side-snils-known = known
side-snils-unknown = not known
side-children = Children
side-position = Position
side-year = Study year
side-teacher = Teacher
