# A task's evening in the cabinet: switch on, check, look, send, approve.
cabinet-back = Back
cabinet-actions = Actions
cabinet-no-connector = this task's connector cannot be used now: it is not installed or not locked; tell whoever looks after the program
cabinet-no-task = This task cannot be run now
cabinet-no-task-text = It is not in the school's file any more, or its connector cannot be used. Tell whoever looks after the program.
cabinet-lane = The school is busy
cabinet-lane-text = Something of this school is being sent or imported. Wait a few minutes and try again; nothing is lost.
cabinet-broken = A fault of ours
cabinet-broken-text = Nothing was changed or sent. Try again; if that does not help, tell whoever looks after the program.
# On and off.
cabinet-switch-on = Switch the task on
cabinet-switch-off = Switch the task off
cabinet-switch-text-on = A task that is on sends by its schedule, if it has one, and by hand.
cabinet-switch-text-off = A task that is off sends nothing, neither by its schedule nor by hand. What was sent stays. A sending that goes on now goes on to its end.
cabinet-switch-file = One line of the school's file { $file } changes; all the rest, remarks too, stays as it is.
cabinet-switch-before = Now:
cabinet-switch-after = Then:
cabinet-switch-do-on = Switch on
cabinet-switch-do-off = Switch off
cabinet-switched-on = The task is on
cabinet-switched-on-text = Check whether everything is ready and look at what will change before you send.
cabinet-switched-off = The task is off
cabinet-switched-off-text = It sends nothing until it is switched on again.
# Check.
cabinet-check = Check
cabinet-checking = Check of everything
cabinet-check-again = Check again
cabinet-check-none = Nothing was checked yet, or what it came to is not kept any more.
cabinet-check-at = Checked { $at }.
cabinet-check-good = Everything is ready
cabinet-check-good-text = You can look at what will change.
cabinet-check-warning = Something needs a look
cabinet-check-warning-text = Read the lines below: not all of them stop a sending, but there is something to do.
cabinet-check-problem = Nothing can be sent yet
cabinet-check-problem-text = Below it is said what is in the way and what to do.
cabinet-check-line-good = In order
cabinet-check-line-warning = Attention
cabinet-check-line-problem = Does not work
cabinet-check-later = Nothing to do: sending goes on by itself when the system takes requests again.
cabinet-check-hint = Tell whoever looks after the program: { $hint }
# The plan.
cabinet-plan = Show what will change
cabinet-plan-again = Make the plan anew
cabinet-plan-none = There is no plan yet, or it was sent, or it is not kept any more: plans are kept for a short while.
cabinet-plan-writes-nothing = The school's data are compared with what is there. Nothing is sent.
cabinet-plan-stopped = No plan could be made
cabinet-plan-at = Planned { $at }. Nothing is sent yet.
cabinet-plan-beyond = The plan is very long: { $n ->
        [one] { $n } line is counted and not shown
       *[other] { $n } lines are counted and not shown
    }.
cabinet-plan-list = In detail
cabinet-plan-what = List
cabinet-plan-changes = What will change
cabinet-plan-left-out = Left out ({ $n })
cabinet-plan-all-classes = All classes
cabinet-plan-all-kinds = All
cabinet-plan-all-actions = All
cabinet-plan-content = Word for word
cabinet-plan-gone = This plan is out of date
cabinet-plan-gone-text = It has changed, was sent, or is not kept any more. Make the plan anew and look at it once more.
cabinet-search = Search names and texts
cabinet-find = Find
cabinet-nothing-found = Nothing found. Look for something else.
cabinet-choose = Send a part
cabinet-choose-text = Tick classes here, or people in the list above: with a pupil go the class and the parents. Ticks stay when you search and turn pages by the buttons.
cabinet-choose-classes = Classes
cabinet-choose-persons = People
cabinet-ticked = Ticked: classes { $classes }, people { $people }.
cabinet-untick = Untick all
cabinet-too-many = Too much is ticked
cabinet-too-many-text = At most 200 classes and 200 people can be ticked at once. Tick classes instead of people, or send in several parts.
# A plan that is held.
cabinet-held = The plan is held: you decide
cabinet-held-cause = Likely cause:
cabinet-held-text = Look at the list below. If it is right, approve exactly this plan; if the data change, you will be asked again. If not, mend the data and make the plan anew.
cabinet-held-usual = Usual for one sending: { $n }.
cabinet-approve = Approve exactly this plan
cabinet-approved = The plan is approved
cabinet-approved-text = Now it can be sent.
cabinet-to-held = Look at the plan and decide
# Send.
cabinet-send = Send
cabinet-send-all = Send everything
cabinet-send-chosen = Send what is ticked
cabinet-send-do = Send now
cabinet-send-text-all = Everything goes that has changed in the school's data since the last sending.
cabinet-send-text-chosen = Only what is ticked goes, and what it cannot do without: a pupil's class and parents.
cabinet-send-more = and { $n } more
cabinet-send-how = The server does it: you can close the page. Questions and changes that are too large wait for you.
cabinet-send-off = The task is off
cabinet-send-off-text = Switch it on at the task's page first.
cabinet-send-broken = Nothing could be sent
cabinet-send-broken-text = A fault of ours. What was sent before is kept. Try again; if that does not help, tell whoever looks after the program.
# While it goes on.
cabinet-progress = Sending
cabinet-progress-text = You can close this page or reload it: the server does the sending, and here one always sees how far it is.
cabinet-to-progress = See how it gets on
cabinet-live-check = Checking
cabinet-live-plan = Making the plan
cabinet-live-send = Beginning
cabinet-live-waits = Waiting for its turn: other schools, or others of this one, are being served
cabinet-live-behind = Waiting for another task of the school: { $task }
cabinet-live-later = Waiting: the school is busy, or the other side asked for a pause. The next attempt is not before { $at }
cabinet-live-stopping = Stopping: what was sent is still answered
cabinet-live-count = { $done } of { $total }
cabinet-stop = Stop the sending
cabinet-stop-text = What was sent stays; the rest goes the next time. Nothing is sent twice.
cabinet-progress-elsewhere = It was begun by a command on the server (process { $pid }), and can be stopped there only.
cabinet-chart = { $n ->
        [one] The last { $n } sending
       *[other] The last { $n } sendings
    }, the oldest on the left. { $parts }. A bar's height is how many were sent at once: { $least } to { $most }.
audit-run-stop = a sending was asked to stop
