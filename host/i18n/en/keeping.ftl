# Keeping, backups, diagnosis.

column-school = School
column-kept = Data
column-rows = Rows
column-part = File
column-size = Size

kept-requests = request journal
kept-log = connectors' logs
kept-outcomes = outcomes of items
kept-before = records before a change
kept-writes = answered writes
kept-tally = counts for thresholds
kept-approvals = approvals of plans
kept-dialogues = expired dialogues
kept-runs = runs
kept-notifications = notifications
keep-nothing = Nothing to drop: nothing has been kept long enough.
keep-would-go = This would go. Nothing was touched; to drop it now: exchange keep
keep-gone = Dropped. New data will take its room in the files.
keep-busy = Somebody works on { $school }: the rest goes another time

run-dropped = Details were dropped on { $at }: they were kept long enough ([keep] in exchange.toml)
run-quiet = Nothing has changed since last time: no request was needed.
run-quiet-waiting = Nothing has changed since last time: no request was needed. Whoever is waited for was looked for a little while ago; to look now: --classes or --persons.
run-requests = Requests to the other side: { $read } reading, { $written } writing

backup-exists = { $file } exists: name a new folder, or a new .zip file
backup-no-school = { $school } has no data: there is nothing to back up
backup-left-out = { $school } is not in the backup
backup-made = The backup is made, and was checked by restoring it: { $file } ({ $schools ->
    [one] { $schools } school
   *[other] { $schools } schools
  }, { $size })
backup-key-file = The key is not in it, and without the key it is of no use. Keep it apart, in a safe place: { $file }
backup-key-elsewhere = The key is not in it, and without the key it is of no use. Keep apart what it comes from: { $where }
backup-damaged = the backup { $file } is damaged
backup-newer = the backup { $file } was made by a newer version of this program
backup-other-key = the backup is sealed with another key: put the key that it was made with in its place
backup-not-whole = the backup holds single schools: everything cannot be restored from it
backup-without = { $school } is not in the backup
backup-others = the backup does not hold schools that are here: { $names }. Restore schools one by one, or begin with an empty data folder
backup-busy = another restore is under way

restore-would = The backup of { $made } (program { $program }) will take the place of the present data: { $schools ->
    [one] { $schools } school
   *[other] { $schools } schools
  }
restore-how = Nothing was changed. To restore: the same command with --yes
restore-done = Restored from the backup of { $made }: { $schools ->
    [one] { $schools } school
   *[other] { $schools } schools
  }
restore-next =
    What is next:
      1. exchange import SCHOOL …    import today's data: those of the backup are old
      2. exchange run SCHOOL/TASK    the first run looks at what is there already; what cannot be looked at
                                     you are asked about (exchange decide)
      3. exchange restore --end SCHOOL  when no question is left
restore-no-key = the key file { $file } is missing: put the key that the backup was made with in its place. A new one would not open it
restore-not = { $school } was not restored, or that has ended.
restore-early = there was no whole run of { $school } since it was restored: what has been sent before is not known
restore-open = there are open questions about what has arrived ({ $count }): answer them first
restore-ended = Restoring { $school } has ended: what the program does not know of counts as not sent.

host-hold-restored = the school was restored, and no data were imported since: changes by the old data: { $count }
host-cause-restored = the backup's data may be older than what was sent: import today's, or approve this plan

decide-arrived = Question { $number } ({ $task }): { $name }, { $group }: whether this arrived before is not known and cannot be checked. Did it?
decide-arrived-how =     Answer: exchange decide { $task } { $number } --sent | --not-sent (send it) | --skip

doctor-sum = Problems: { $problems }, warnings: { $warnings }
doctor-run = { $command }
doctor-key-good = the key is there, and closed to others
doctor-key-missing = there is no key file: the first start makes a new one, which opens nothing that was sealed before
doctor-key-missing-cure = if there are data already, put the former key back; for a new installation nothing is to be done
doctor-key-open = others can read the key file
doctor-key-inside = the key lies in the data folder: a copy of the folder gives away what it closes
doctor-key-inside-cure = move the key to another folder, and name that in [key] file
doctor-key-cure = look at [key] in exchange.toml
doctor-no-data = there is no data folder yet
doctor-no-data-cure = the first import makes it; if there were data, look at data in exchange.toml
doctor-data-open = other users of this machine can open the folder with children's data
doctor-data-closed = the folder is closed to others
doctor-not-writable = nothing can be written here: { $cause }
doctor-not-writable-cure = let the user that the program runs as write here, or make room
doctor-room = only { $free } are free
doctor-room-good = there is room enough
doctor-room-cure = make room, or move the data folder; what could be dropped says exchange keep --dry-run
doctor-leftover = left behind by work that broke off, and of no use
doctor-leftover-cure = look at it and remove it: { $file }
doctor-schools-cure = look at schools in exchange.toml
doctor-no-schools = there is no school
doctor-no-schools-cure = make a school's file in this folder
doctor-settings-cure = mend the file: until then the school's tasks do not run
doctor-connector-good = the connector is the one that was locked
doctor-connector-cure = install the connector and lock it: exchange connector lock
doctor-never = the schedule { $schedule } never comes
doctor-never-cure = mend the task's schedule or the calendar of { $school }; exchange next shows when tasks run
doctor-restoring = a restore broke off in the middle
doctor-restoring-cure = run any command, such as exchange status: it carries the restore to its end
doctor-audit-good = the audit is whole
doctor-audit-cure = the audit was changed behind the program's back: keep the file, and find out by whom
doctor-undelivered-cure = see to whom and why: exchange notifications --undelivered; try the way: exchange notify test SCHOOL
doctor-unsent = messages that are due have not been sent for { $hours } h: nobody delivers them
doctor-unsent-cure = run exchange serve, or exchange notify send (from cron, say)
doctor-data-cure = look at the rights of the data folder, and at the disk
doctor-no-settings = there are data, and no file of the school in { $dir }
doctor-no-settings-cure = put the school's file back; if the school is no more, its data can be erased
doctor-lane = process { $pid } has held the school for { $hours } h: "{ $doing }"
doctor-lane-cure = see whether it lives: ps { $pid }. If it hangs, end it: the school is free at once
doctor-restored = the school was restored, and has not caught up yet
doctor-restored-cure = import data, run, answer the questions, then: exchange restore --end { $school }
doctor-wal = the write-ahead file has grown to { $size }: it was not taken in for long
doctor-wal-cure = somebody holds the file open; restart exchange serve, and it is taken in
doctor-database-good = the file is sound
doctor-database-cure = restore it from a backup: exchange restore
doctor-reachable = answers
doctor-unreachable-cure = look at address, network, proxy and certificates ([upstream] in exchange.toml)
doctor-reserve-unreachable = the reserve address does not answer
doctor-clock = the clocks of this machine and of the remote system differ by { $seconds } s
doctor-clock-cure = let the time be set by the network: timedatectl set-ntp true
doctor-expired = the certificate ended on { $day }
doctor-expires = the certificate ends on { $day }, days left: { $days }
doctor-certificate-good = the certificate is good for long
doctor-certificate-cure = the remote system's certificate is replaced by its owner; one of a ca file replace yourself
doctor-ca-empty = the file holds no certificates
doctor-ca-cure = put the authority's certificates into the file, as PEM

bundle-holds = The archive will hold (word for word with --show):
bundle-written = Written: { $file }. No names, СНИЛС or secrets are in it; look for yourself, and give it to whoever helps.
