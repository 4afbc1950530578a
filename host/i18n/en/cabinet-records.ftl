# The cabinet: a school's records, people, classes, the settings of a task.
cabinet-yes = yes
cabinet-no = no

cabinet-records = The school's records
cabinet-records-there = What there is
cabinet-records-none = There are no records yet: bring in the school's exports.
cabinet-files = Bring in files
cabinet-files-text = First you see what would change, and which rows are not good. Nothing changes before you confirm.
cabinet-files-choose = Files with the school's records
cabinet-files-hint = CSV, XLSX, JSON or XML. Choose several at once, or drop them here with the mouse.
cabinet-files-limits = At most { $n ->
        [one] { $n } file
       *[other] { $n } files
    }, each up to { $one } MiB, all together up to { $all } MiB.
cabinet-files-look = See what would change
cabinet-files-refused = The files were not taken
cabinet-files-none = Choose at least one file.
cabinet-files-many = Too many files: { $n } may come at once. Bring them in in parts.
cabinet-files-large = The file “{ $file }” is larger than { $limit } MiB. Split it, or save it as CSV.
cabinet-files-all-large = All files together are larger than { $limit } MiB. Bring them in in parts.
cabinet-files-full = Too many files are coming in now. Try again in some minutes.
cabinet-files-broken = The files did not arrive whole. Check the connection and send them again; nothing has changed.
cabinet-mode = What these files are
cabinet-mode-replace = Complete lists: whoever is not in them has left
cabinet-mode-add = An addition: nobody leaves
cabinet-mode-replace-told = The files count as complete lists: whoever is not in them has left.
cabinet-mode-add-told = The files count as an addition: nobody leaves.

cabinet-look = What would change
cabinet-look-files = Files:
cabinet-look-waits = Files wait for your decision
cabinet-look-until = Unless confirmed until { $at }, the files are deleted, and nothing changes.
cabinet-look-unread = The files are not read yet
cabinet-look-reading = The files are being read
cabinet-look-unreadable = The files could not be read
cabinet-look-storing = The records are being stored
cabinet-look-stored = The records are stored
cabinet-look-wait = This takes a little while
cabinet-look-wait-text = You may close the page: the work goes on. Press “Refresh” to see how it ended.
cabinet-look-done = Done
cabinet-look-done-text = What you saw is stored. The files themselves are deleted.
cabinet-look-busy = The school is busy now
cabinet-look-busy-text = Something is being sent, or other work is done with the school's records. The files are kept; try again in some minutes.
cabinet-look-changed = The school's records have changed meanwhile
cabinet-look-changed-text = Nothing was stored. Look once more at what would change now.
cabinet-look-fault = It did not work
cabinet-look-fault-text = Nothing has changed, the files are kept. Try again; if that does not help, tell whoever sets up the exchange.
cabinet-look-stopped = One of the files could not be read
cabinet-look-stopped-text = Nothing is stored, so that the school does not lose a part of its records. Mend the file as told below, and bring in all files again.
cabinet-look-same = Nothing would change
cabinet-look-same-text = The school has these records already.
cabinet-look-unmeant = Confirm that records are to be gone
cabinet-look-unmeant-text = Tick the box below, or bring in complete files. Nothing was stored.
cabinet-look-held = Much would be gone: { $dropped } of { $before } ({ $record }).
cabinet-look-held-text = Likely cause: the file is incomplete, or another one. If it is right, tick the box.
cabinet-look-meant = Yes, these records are to be gone
cabinet-look-store = Store
cabinet-look-again = Read once more
cabinet-look-refresh = Refresh
cabinet-look-give-up = Do not store, delete the files
cabinet-look-to-school = To the school's tasks
cabinet-look-to-records = Bring in files
cabinet-look-none = There are no files
cabinet-look-none-text = No files were brought in, you gave them up, or time ran out. Nothing has changed.
cabinet-look-gone = These files are no longer there
cabinet-look-gone-text = Time ran out, you gave them up, or brought in others. Nothing has changed: bring the files in again.

cabinet-people = People
cabinet-people-search = Search for people
cabinet-people-name = Family or given name
cabinet-people-kind = Who
cabinet-people-class = Class
cabinet-people-all = everybody
cabinet-people-any = any
cabinet-people-show = Show
cabinet-people-found = Found: { $n ->
        [one] { $n } person
       *[other] { $n } people
    }
cabinet-people-more = … and { $n } more; say more of the name.
cabinet-person = Card
cabinet-person-id = Id in the school's records
cabinet-person-identifiers = Identifiers in other systems
cabinet-classes = Classes
cabinet-class-year = Study year
cabinet-class-pupils = Pupils
cabinet-class-teacher = Class teacher

cabinet-settings = Settings of the task
cabinet-settings-none = This task has no settings.
cabinet-settings-look = See the changes
cabinet-settings-save = Save
cabinet-settings-edit = Back to editing
cabinet-settings-change = What would change in the settings
cabinet-settings-change-text = Check and save. Nothing has changed yet.
cabinet-settings-saved = The settings are saved
cabinet-settings-saved-text = They take effect in some seconds.
cabinet-settings-same = Nothing has changed
cabinet-settings-same-text = The task has these settings already.
cabinet-settings-wrong = It cannot be saved so
cabinet-settings-wrong-text = Mend what is marked; what you entered is still in the fields. Nothing has changed.
cabinet-settings-late = The school's file has changed meanwhile
cabinet-settings-late-text = What you entered is still in the fields. Before it is saved you see what would change now.
cabinet-settings-broken = The school's file has an error now
cabinet-settings-broken-text = Settings can be neither shown nor changed until it is mended. Tell whoever sets up the exchange; tasks run by the settings before.
cabinet-settings-back = To the task
cabinet-settings-others = There are other errors in the school's file
cabinet-setting = Setting
cabinet-setting-before = Now
cabinet-setting-after = Then
cabinet-setting-default = not set
cabinet-setting-empty = empty
cabinet-setting-otherwise = If left empty: { $value }.
cabinet-setting-between = A number from { $least } to { $most }.
cabinet-setting-least = A number not below { $least }.
cabinet-setting-most = A number not above { $most }.
cabinet-setting-lines = One value a line.
cabinet-setting-in-file = Changed in the school's file only.
cabinet-setting-place = { $file }, line { $line }
cabinet-entry-new = New entry
cabinet-entry-name = Name of the entry
cabinet-entry-remove = Remove
cabinet-entry-more = Add one more entry
cabinet-secrets = Passwords and keys
cabinet-secrets-text = A value is kept encrypted and shown nowhere again. A new one takes the place of the one before.
cabinet-secret-set-at = Set { $at }.
cabinet-secret-none = Not set.
cabinet-secret-put = Save
cabinet-secret-stored = The value is stored
cabinet-secret-stored-text = Check the connection: the task uses it from the next sending on.
cabinet-secret-unfit = The value does not fit
cabinet-secret-unfit-text = It is empty, or has characters that cannot be seen. Copy it once more. The value before is still there.
cabinet-secret-busy = The school is busy now
cabinet-secret-busy-text = Something is being sent, or other work is done with the school's records. Nothing has changed; try again in some minutes.
audit-settings = settings of a task changed

# What is wrong with a setting, and how to mend it.
setting-unknown = The task has no such setting.
setting-unknown-fix = Take it out of the school's file.
setting-missing = Not filled in.
setting-missing-fix = Fill in the field.
setting-word = There is no such value.
setting-word-fix = Possible: { $known }.
setting-word-or-number = There is no such value.
setting-word-or-number-fix = Possible: { $known }, or a number from { $least } to { $most }.
setting-type = A value of another kind.
setting-type-fix = { $kind ->
        [integer] Enter a whole number.
        [number] Enter a number.
        [flag] Possible are yes and no.
        [list] A list of values is needed.
        [text] A text is needed.
       *[other] See what is said of the field.
    }
setting-low = Too little.
setting-low-fix = Enter at least { $limit }.
setting-high = Too much.
setting-high-fix = Enter at most { $limit }.
setting-short = Too short.
setting-short-fix = At least { $limit } characters are needed.
setting-long = Too long.
setting-long-fix = At most { $limit } characters are possible.
setting-form = A value of another form.
setting-form-fix = See what is said of the field: mostly there are characters or blanks too many.
setting-few = Too few values.
setting-few-fix = At least { $limit } are needed.
setting-many = Too many values.
setting-many-fix = At most { $limit } are possible.
setting-twice = The same value is named twice.
setting-twice-fix = Leave one.
setting-unseen = There are characters in the value that cannot be seen.
setting-unseen-fix = Type it anew.
setting-unfit = The value does not fit.
setting-unfit-fix = See what is said of the field.
settings-file-changed = the school's file has changed meanwhile
