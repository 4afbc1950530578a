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
error-no-run = there is no run { $run }
error-no-connector = there is no connector `{ $connector }` (no file { $file })
error-not-locked = connector `{ $connector }` is not locked: its checksum is not on record
hint-did-you-mean = did you mean `{ $name }`?
hint-schools = schools: { $names }
hint-no-schools = the folder of schools holds no file
hint-tasks = tasks: { $names }
status-no-tasks = No school has a task.
status-disabled = switched off
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
    [one] { $n } pupil: { $file }
   *[other] { $n } pupils: { $file }
}
sex-male = male
sex-female = female
