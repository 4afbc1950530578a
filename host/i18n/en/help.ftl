help = Runs the data exchange tasks of schools
help-usage = Usage
help-commands = Commands
help-options = Options
help-help = Print help
help-version = Print version
help-config = Configuration file
help-json = Print JSON
help-lang = Language of messages: ru or en
help-quiet = No progress bars
help-examples =
    Examples:
      exchange check school57              is everything ready?
      exchange import school57 *.csv       read the school's records
      exchange bind school57/dnevnik       bind the school to the portal
      exchange plan school57/dnevnik       what will change
      exchange run school57/dnevnik        send
      exchange run --all --jobs 32         send everything of all schools, 32 schools at once
      exchange status                      how the last run ended
      exchange next school57 --count 10    when tasks run by themselves
      exchange links                       addresses at which families link accounts
      exchange upstreams                   pauses and quotas of the remote systems
      exchange serve                       run tasks by their schedules, by night and unattended
      exchange doctor                      is everything in order, and what to do
      exchange backup copy.zip             back up the data of all schools
      exchange notify test school57        do notifications reach the recipients of a school
      exchange notifications school57      what people were told, and whether it arrived

    Exit codes: 0 success, 1 failed, 2 usage or configuration,
    3 with remarks or not confirmed, 4 waits for a person,
    5 postponed: a remote system takes no requests now.
help-init = Make a configuration file and folders
help-init-dir = Folder
help-check = Check whether tasks are ready
help-check-place = School or school/task
help-import = Read the school's records from files (CSV, XLSX, JSON, XML)
help-import-school = School
help-import-files = Files
help-import-add = Only add; keep what is not in the file
help-import-force = Go on even if a noticeable part of the school would be dropped
help-import-profile = Import profile of the school's file
help-import-report = Write the validation report to a file (xlsx, csv or html)
help-bind = Bind the school to the portal: sign in and choose the organisation
help-bind-task = School/task
help-bind-port = Port on this computer for the browser's return (0: any)
help-bind-wait = How long to wait for the browser
help-unbind = Undo a binding (the regional administrator's)
help-unbind-task = School/task
help-unbind-reason = Reason, for the audit log
help-unbind-confirm = The school's name, to confirm
help-plan = Show what will change; send nothing
help-plan-task = School/task
help-plan-classes = Only these classes, separated by commas
help-plan-persons = Only these persons (record ids), separated by commas
help-plan-all = Show every line
help-run = Send
help-run-task = School/task
help-run-all = Every enabled task of every school
help-run-jobs = With --all: schools at once
help-run-plan = Send only this plan (the hash that exchange plan shows)
help-run-classes = Only these classes, separated by commas
help-run-persons = Only these persons (record ids), separated by commas
help-status = How the last run ended
help-status-place = School or school/task
help-runs = List runs
help-runs-place = School or school/task
help-runs-limit = How many
help-show = Everything about one run
help-show-run = The run, for example school57-12
help-show-log = Show the connector's log
help-show-requests = Show the request journal
help-show-outcome = Only this outcome, for example rejected
help-report = Save the report of a run
help-report-run = The run
help-report-format = Kind of file
help-report-output = File
help-by-class = How things stand by class, and sheets of who has to do what
help-by-class-task = Task
help-by-class-classes = Only these classes, separated by commas
help-by-class-format = Kind of file
help-by-class-output = File: the numbers and a sheet a class (without it the numbers on the screen)
help-remove = Take away on the other side what a task has there of a person (a link of accounts, say)
help-remove-task = Task
help-remove-person = The person's id in the school's records
help-remove-reason = Why; it stays in the audit
help-remove-confirm = The person's id once more, in place of the question
help-undo = Put the school's records back as they were before a run wrote into them
help-undo-run = A run, such as school57/7
help-undo-reason = Why; stays in the audit
help-undo-dry_run = Only show what would be put back
help-undo-confirm = The run's name once more, instead of the question
help-class-list = Class lists as a file for manual import
help-class-list-school = School
help-class-list-classes = Only these classes, separated by commas
help-class-list-year = First year of the study year; the one that runs, if not given
help-class-list-heading = With a heading row
help-class-list-format = Kind of file
help-class-list-output = File
help-decide = Questions for a person
help-decide-place = School or school/task
help-decide-number = Number of the question
help-decide-same = It is the same one: an id of the list
help-decide-different = It is somebody else: create
help-decide-skip = Do not send
help-approve = Approve a plan that is held
help-approve-task = School/task
help-approve-hash = Hash of the plan
help-enable = Switch a task on
help-enable-task = School/task
help-disable = Switch a task off
help-disable-task = School/task
help-secret = Secrets
help-secret-set = Store one (its value is read from standard input)
help-secret-set-name = Name
help-secret-set-school = School; without it, for all schools
help-secret-list = List names (values are never shown)
help-secret-list-school = School
help-secret-rm = Remove one
help-secret-rm-name = Name
help-secret-rm-school = School
help-connector = Connectors
help-connector-list = List what is installed
help-connector-inspect = Everything about one
help-connector-inspect-connector = Name or file
help-connector-pack = Pack a module with its manifest
help-connector-pack-module = WebAssembly module
help-connector-pack-manifest = The manifest, connector.toml
help-connector-pack-output = File
help-connector-lock = Remember the checksums of the installed connectors
help-connector-lock-connector = Only this one
help-completions = Completions for a shell
help-completions-shell = Shell
help-next = When tasks run by themselves
help-next-place = School or school/task
help-next-task = Only the task of this name
help-next-count = How many runs of each task
help-serve = Run tasks by their schedules, until stopped
help-plan-additions_only = Additions only; the rest waits
help-run-additions_only = Additions only; the rest waits
help-keep = Drop what was kept long enough ([keep]); the server does so every night
help-keep-place = School; without it all
help-keep-dry_run = Only show what would go
help-backup = Back up the data: made while everything goes on, and checked by restoring it
help-backup-to = A new folder, or a new .zip file
help-backup-school = Only this school
help-restore = Restore data from a backup: without --yes it shows what would be replaced
help-restore-from = The backup: a folder or a .zip file
help-restore-school = Only this school
help-restore-yes = Restore
help-restore-end = The school has caught up after a restore: what the program does not know of counts as not sent
help-doctor = Look whether everything is in order, and say what to do
help-doctor-offline = Ask no remote system
help-support-bundle = Collect an archive for whoever helps: without names, СНИЛС and secrets
help-support-bundle-file = A new .zip file
help-support-bundle-school = Only this school
help-support-bundle-run = Only this run
help-support-bundle-show = Show everything word for word, and write nothing
help-support-bundle-school_names = Leave the names of schools in
help-decide-sent = It has arrived
help-decide-not_sent = It has not: send it
help-on_behalf = On whose behalf (stands in the audit beside the user's name)
help-audit = What people did
help-audit-school = Only about this school
help-audit-since = Not before this day or moment
help-audit-limit = How many of the latest
help-audit-verify = Check that no entry was altered or removed
help-audit-verify-against = Compare with an earlier export
help-audit-export = Export to a file that can be verified without this program
help-audit-export-file = File (JSON lines)
help-audit-export-school = Only about this school
help-erase = Erase the data of a school or a person, and write an act
help-erase-school = School
help-erase-person = Only this person: the record's id, such as P-00186 or pupil:P-00186
help-erase-with_relatives = With guardians who have no other child at the school
help-erase-reason = Why; goes into the act (no names)
help-erase-dry_run = Only show what would go and what would remain
help-erase-confirm = Confirms without asking: the id of the school or person
help-erase-act = Where the act goes (else into the current folder)
help-erase-with_settings = Remove the school's settings file too
help-erase-lift = This person may be imported again
help-key = The key that encrypts secrets
help-key-status = What is encrypted under which key
help-key-rotate = Replace the key and encrypt everything anew
help-key-rotate-destroy_old = Destroy the old key (older backups become unreadable)
help-connector-lock-release = This version
help-connector-lock-place = For this school, or school/task, alone
help-connector-add = Put a version beside the others; it runs nowhere yet
help-connector-add-file = A .wasm file
help-connector-compare = What a new version would do otherwise; nothing is sent
help-connector-compare-task = School/task
help-connector-compare-with = The version to compare with
help-connector-compare-all = Show all lines
help-connector-rollback = Go back to the version before
help-connector-rollback-connector = Connector
help-connector-rollback-place = For this school, or school/task, alone: back to the version of all
help-connector-remove = Remove a version that runs nowhere
help-connector-remove-connector = Connector
help-connector-remove-release = Version
help-notifications = Notifications: what happened, who was told, did it arrive
help-notifications-school = Of this school only
help-notifications-unread = Only unread ones (marked with a star)
help-notifications-undelivered = Only those that did not reach somebody
help-notifications-read = Mark what is shown as read
help-notifications-limit = How many of the latest to show
help-notify = Try and deliver notifications
help-notify-test = Send a trial to each recipient of a school and show what each server said
help-notify-test-school = School
help-notify-send = Deliver what waits (exchange serve does that by itself)
