# What can be seen: the live view, the request journal, leave to debug, upgrades of the data.

status-broken = The school's file has faults
status-broken-how = { $why } — more: exchange check { $school }

watch-head = { $runs ->
    [one] { $runs } run under way
   *[other] { $runs } runs under way
}, waiting for their turn at a portal: { $waiting }
watch-nothing = Nothing runs.
watch-task = Task
watch-run = Run
watch-phase = Doing
watch-done = Done
watch-requests = Requests
watch-waits = Waiting
watch-age = Age
watch-process = Process
watch-begins = Beginning

requests-when = When
requests-system = System
requests-request = Request
requests-answer = Answer
requests-bytes = Sent / received
requests-attempt = Attempt
requests-time = Time
requests-ms = { $n } ms
requests-no-connection = no connection
requests-no-answer = no answer
requests-too-large = answer too large
requests-refused = not allowed
requests-sent = Body of the request in line { $n }:
requests-received = Body of the answer to the request in line { $n }:

debug-granted = Bodies of the requests of { $task } are kept until { $until }. They are personal data: kept encrypted, and dropped then.
debug-revoked = Bodies of the requests of { $task } are kept no longer; those that were are dropped.
debug-none = There was no leave to debug { $task }.
debug-nobody = Bodies of requests are kept for no task.
debug-too-long = Leave to debug is given for a week at most.
debug-no-reason = A reason is needed: it goes to the audit.
debug-no-bodies = No bodies of the requests of { $run } are kept: there was no leave to debug when it ran, or it has ended.
debug-until = Until
debug-who = Given by
debug-why = Reason

audit-debug-grant = leave to keep bodies of requests
audit-debug-read = bodies of requests looked at
audit-debug-revoke = leave to keep bodies of requests taken back
erase-of-request-body = bodies of requests kept for diagnosis
erase-of-debug-grant = leave to debug

migrate-current = Data files that need no change: { $n } (of { $all }).
migrate-rehearsed = { $file }: the upgrade from version { $from } to { $to } was rehearsed on a copy
migrate-upgraded = { $file }: upgraded from version { $from } to { $to }
migrate-newer = { $file }: data of version { $from } were made by a newer program, this one knows versions up to { $to }
migrate-failed = { $file }: the upgrade from version { $from } to { $to } does not succeed; nothing was changed
migrate-fits = The data fit this version of the program.
migrate-too-new = { $n ->
    [one] { $n } data file was made
   *[other] { $n } data files were made
} by a newer program, such as { $file }
migrate-too-new-hint = keep the version that is installed, or restore a backup from before its first start

help-status-watch = Show what runs now until interrupted (with --json a line of JSON each time)
help-status-every = With --watch: how often, such as 1s or 10s
help-show-bodies = Show the request journal with bodies (where they are kept by exchange debug grant)
help-debug = Leave to keep the bodies of requests for diagnosis
help-debug-grant = Give leave for a while; goes to the audit
help-debug-grant-task = School/task
help-debug-grant-time = For how long, such as 2h (168h at most)
help-debug-grant-reason = Why; goes to the audit, so without names
help-debug-revoke = Take leave back and drop what was kept
help-debug-revoke-task = School/task
help-debug-list = Show leave that holds
help-debug-list-place = School or school/task
help-migrate = Bring the data to this program's version, after rehearsing it on copies
help-migrate-check = Only rehearse, change nothing
help-migrate-known = Show which versions of data this program knows
help-migrate-fits = Would a program that knows these versions understand the data, such as "host=2 school=4"
help-man = Write manual pages into a folder
help-man-dir = Folder
