count-rows = { $n ->
    [one] { $n } row
   *[other] { $n } rows
}
cli-error = error:
cli-because = because:
cli-hint = hint:
word-yes = yes
word-no = no
column-task = Task
column-details = Details
column-connector = Connector
column-version = Version
column-locked = Locked
column-title = Title
error-no-config = there is no configuration file { $file }
hint-no-config = make one with exchange init, or name another with --config FILE
error-no-school = there is no school `{ $school }` (no file { $dir }/{ $school }.toml)
error-no-task = school `{ $school }` has no task `{ $task }`
store-damaged = the file { $file } is damaged. Restore it from a backup; other schools are not affected
store-disk = the file { $file } cannot be read or written: check that there is room on the disk and that the disk is sound. All that was written before is kept; when there is room, run again
store-closed = no right to write: { $file }. Give it to the account under which the program runs
error-no-run = there is no run { $run }
error-no-connector = there is no connector `{ $connector }` (no file { $file })
error-not-locked = connector `{ $connector }` is not locked: its checksum is not on record
hint-did-you-mean = did you mean `{ $name }`?
hint-schools = schools: { $names }
hint-no-schools = the folder of schools holds no file
hint-tasks = tasks: { $names }
status-no-tasks = No school has a task.
status-unreadable = Data cannot be read
status-disabled = switched off
every-not-run = Not run
every-none = No school has a task that is switched on.
every-total = Runs: { $n }. { $parts }
every-interrupted = Interrupted: what had not begun was left for next time.
status-decisions = { $n ->
    [one] { $n } question waits
   *[other] { $n } questions wait
}
count-applied = { $n } sent
count-accepted = { $n } accepted unchecked
count-adopted = { $n } found and taken over
count-removed = { $n } closed
count-unchanged = { $n } unchanged
count-rejected = { $n } rejected
count-not-confirmed = { $n } not confirmed
count-in-doubt = { $n } in doubt
count-failed = { $n } not sent
count-decisions = { $n } to decide
count-waiting = { $n } waiting
count-told = { $n } different there
count-left-out = { $n } left out
count-nothing = nothing has changed
decide-none = No questions.
decide-question = Question { $number } ({ $task }): { $name }, { $group } — something similar is there already. Is it the same?
decide-how =     Answer: exchange decide { $task } { $number } --same ID | --different | --skip
decide-done = The answer to question { $number } is on record. It counts from the next run on: exchange run { $task }
approved = Plan { $hash } is approved. Send it: exchange run { $task }
secret-type-it = Type the value and press Ctrl-D:
secret-stored = `{ $name }` is stored, encrypted.
secret-removed = `{ $name }` is removed.
connector-packed = Packed connector { $connector }: { $file } (sha256 { $sha256 })
task-on = Task { $task } is on.
task-off = Task { $task } is off.
init-made = Made { $file }
init-next = Next: write the school and its task in schools/, put connectors into connectors/ and run exchange check
report-done = Report of run { $run }: { $file }
by-class-no-run = The task { $task } has never looked at the whole school
by-class-done = { $n ->
    [one] Saved { $file }: the numbers and { $n } sheet
   *[other] Saved { $file }: the numbers and { $n } sheets
}
remove-nothing = The task { $task } has nothing of `{ $person }` that it could remove
remove-confirm = To remove this, type the id { $person } once more:{" "}
remove-done = Removed: { $what }
remove-not-done = Not removed: { $what }. { $reason }.
undo-nothing = Run { $run } has changed nothing in the school's records, or what was before is no longer kept
undo-confirm = To put this back, type { $run } once more:{" "}
undo-would = To be put back: { $n }; to stay as they are: { $left }
undo-done = Put back: { $n }; left as they are: { $left }
undo-stays = The next runs do not do it again until its content changes.
undo-since-run = stays: changed since by run { $run }
undo-since-import = stays: changed since by an import of files
class-list-title = Class lists
class-list-class = Class
class-list-last-name = Last name
class-list-first-name = First name
class-list-middle-name = Middle name
class-list-birth-date = Birth date
class-list-sex = Sex
class-list-snils = СНИЛС
class-list-school-date = In the school since
class-list-class-date = In the class since
class-list-done = { $n ->
    [one] { $n } pupil, study year { $year }: { $file }
   *[other] { $n } pupils, study year { $year }: { $file }
}
sex-male = male
sex-female = female
cli-next = next:
column-count = Count
column-action = Action
error-disabled = task { $task } is switched off
error-no-binding = connector `{ $connector }` needs no binding
error-not-bound = task { $task } is not bound
phase-desired = Working out the list
phase-observe = Looking at the portal
phase-apply = Sending and checking
plan-head = What will change in { $task } (plan { $hash })
plan-nothing = Nothing to send.
plan-unchanged = Unchanged: { $n }
plan-more = … and { $n ->
    [one] { $n } more line
   *[other] { $n } more lines
} (all: --all)
plan-left-out = Left out by the rules: { $n } (who: --all)
plan-held = The plan is held: { $reason }
plan-cause = Likely cause: { $cause }
plan-approve = If it is right, approve exactly this plan: exchange approve { $task } { $hash }
plan-create = create
plan-update = put right
plan-close = close
plan-remove = remove
plan-adopt = take over
plan-report-change = tell the difference
plan-report-gone = tell that it is gone
plan-forget = forget
plan-decide = decide
plan-wait = wait
plan-in-doubt = in doubt
plan-blocked = blocked
plan-expired = too late
plan-unknown = not known
plan-content = What will be sent and written:
plan-change = { $field }: from "{ $before }" to "{ $after }"
plan-empty = empty
plan-later = known after sending
next-decide = Answer the questions: exchange decide
next-show = Details: exchange show { $run }
bind-open = Open this in a browser, sign in as the school's administrator and allow access:
bind-timeout = nobody came back from the browser within { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
bind-timeout-hint = nothing has changed; start again: exchange bind
bind-elsewhere = the connector leads to `{ $path }`, which is no page of `{ $upstream }`
bind-choose = Type a number:
bind-choose-again = There is no such number.
bind-failed = binding failed: { $reason }
unbind-confirm = Type the school's name, { $school }, to confirm:
unbind-other-name = the name typed is not the school's; nothing has changed
unbound = Task { $task } is unbound.
page-good = Done, go back to the program
page-good-text = Access is granted. Go on where you began; this page can be closed.
page-failed = It did not work
page-failed-text = The portal did not accept the sign-in. Go back to the program: it says what to do.
page-late = This sign-in is done already
page-late-text = The page was opened twice: by the back button, a reload or another tab. Nothing is lost; go on in the program.
page-other-attempt = This is another attempt
page-other-attempt-text = The page does not belong to the binding that is under way. Open the address shown in the program and allow access again.
page-over = The binding is over
page-over-text = This binding has ended or was interrupted. If the school is not bound, start again: exchange bind.
page-elsewhere = Nothing here
page-elsewhere-text = This address only serves the return after a sign-in. Open the address shown in the program.
said-by-connector = { $text }
phase-import = Reading files
import-report = Validation of files
import-stopped = { $file } cannot be read as a whole; nothing was imported
import-left-out = { $n ->
    [one] { $n } row with errors was left out. Mend it and import the file again.
   *[other] { $n } rows with errors were left out. Mend them and import the file again.
}
import-warnings = { $n ->
    [one] { $n } warning. Nothing was left out because of it, but read it.
   *[other] { $n } warnings. Nothing was left out because of them, but read them.
}
import-more = … and { $n } more (all: --report FILE.xlsx)
import-held = The import is held: { $dropped } of { $before } ({ $record }) would be dropped. Nothing has changed. Likely cause: the file is incomplete, or another one.
import-held-how = If the file is right: exchange import { $school } … --force. To add only: --add
column-file = File
column-row = Row
column-column = Column
column-what = What is wrong
column-record = Records
column-added = Added
column-changed = Changed
column-unchanged = Unchanged
column-dropped = Dropped
record-school-class = classes
record-pupil = pupils
record-guardian = guardians
record-application = applications
record-order = orders
record-staff = employees
record-journal = journals
record-lesson = lessons
record-mark = marks
record-attendance = attendance
record-account = accounts
record-identifier = identifiers
connector-unusable = cannot be read (the reason follows)
column-when = When
column-zone = Time zone
column-note = Note
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
ahead-by-hand = no schedule: by hand only
ahead-off = the task is switched off
ahead-until = window until { $time }
ahead-additions = additions only
ahead-first-of-year = first run of the study year
ahead-blackout = no runs: days without exchange
ahead-from = from { $day }
ahead-how = No run begins before its time; it begins later while the school is busy with another task.
error-no-task-anywhere = no school has a task `{ $task }`
