### A table with which a district hands over what belongs to many schools; a person's card.

phase-handover = Storing

handover-no-connector = No connector understands all columns of the table.
handover-several-connectors = Several connectors understand the table. Say which one is meant.
handover-empty = The cell is empty.
handover-empty-fix = Write a value, or take the row out.
handover-too-long = The value is too long: more than 64 KiB.
handover-too-long-fix = Make sure that nothing but this value is in the cell.
handover-formula = A formula instead of a value.
handover-formula-fix = Put the value itself into the cell. If it does begin with `=`, store it with: exchange secret set.
handover-school-unknown = There is no such school.
handover-school-unknown-fix = Write the name of the school's file without .toml, or the name that stands in it.
handover-school-ambiguous = Several schools have this name.
handover-school-ambiguous-fix = Write the name of the school's file without .toml instead.
handover-two-schools = The columns name different schools.
handover-two-schools-fix = Leave one of them.
handover-school-twice = This school stands in row { $row } already: nobody knows which row is right, and neither is taken.
handover-school-twice-fix = Leave one row.
handover-no-task = School `{ $school }` has no task `{ $what }`.
handover-no-task-fix = Add the task to the school's file { $school }.toml, or take the row out.
handover-several-tasks = School `{ $school }` has several tasks of the connector `{ $what }`.
handover-several-tasks-fix = Say which task: --task TASK.
handover-file = With these settings the file of school `{ $school }` would be wrong.
handover-file-fix = Mend the file: exchange check { $school } shows what is wrong with it.
handover-setting = The setting `{ $setting }` does not take this value.
handover-setting-fix = What fits: exchange connector inspect { $connector }.
handover-column-unknown = Nobody knows what column { $column } is.
handover-column-unknown-fix = Take the column out, or name it after a secret or a setting: { $names }.
handover-column-ambiguous = Both a secret and a setting are called so.
handover-column-ambiguous-fix = Head the column with a name of the connector's description: exchange connector inspect.
handover-column-twice = A second column for the same thing.
handover-column-twice-fix = Take one of them out.
handover-column-captured = The program gets this value itself when somebody signs in; it is never typed in.
handover-column-captured-fix = Take the column out; a school signs in with: exchange bind.
handover-no-columns = The table holds nothing but schools.
handover-no-columns-fix = Add columns with secrets or settings: { $names }.
handover-more = … and { $n } more (all of them: --json)
handover-nothing-stored = Nothing was stored. Mend the table and try again, or store the good rows: --partly.
handover-untouched = { $n ->
    [one] Would be stored for { $n } school.
   *[other] Would be stored for { $n } schools.
}
handover-stored = { $n ->
    [one] Stored for { $n } school.
   *[other] Stored for { $n } schools.
}
handover-unchanged = { $n ->
    [one] As it was at { $n } school.
   *[other] As it was at { $n } schools.
}
handover-busy = { $n ->
    [one] { $n } school is busy with something else.
   *[other] { $n } schools are busy with something else.
}
handover-failed = { $n ->
    [one] Could not be stored for { $n } school.
   *[other] Could not be stored for { $n } schools.
}
handover-name = { $name }: { $n ->
    [one] { $n } school
   *[other] { $n } schools
}
handover-busy-school = { $school }: nothing was stored, the school is busy. Give the same command again: what is stored stays as it is.
handover-failed-school = { $school }: not stored.
secret-of-task = A task has a value of its own, which comes first: `{ $own }`. To change that one: exchange secret set { $own } --school { $school }.
audit-secret-import = secrets and settings handed over in a table

person-more = … and { $n } more; give more of the name
person-which = To see one of them: exchange person { $school } ID
person-no-identifiers = No identifiers in other systems.
person-no-tasks = No task knows anything of this person.
person-from-task = brought by the task { $task }
person-from-files = from the school's files
person-there = there
person-accepted = accepted, cannot be checked
person-not-confirmed = not confirmed
person-undone = undone by a person
person-in-doubt = in doubt
person-waiting = waiting
person-decision = needs a decision
person-rejected = refused
person-failed = not sent
person-told = differs
person-gone = no longer wanted
person-left-out = left out
column-person = ID
column-system = System
column-identifier = Identifier
column-from = From
audit-person = a person's card was opened
audit-person-search = people were searched for by name
