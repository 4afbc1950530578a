host-additions-only = only additions are sent now; changes and removals wait
host-busy-there = the portal is busy or throttles; try later
host-cancelled = stopped on request; what was sent is on record
host-cause-first = this is the first run
host-cause-records = the school had { $before } records and has { $now }: perhaps the file was incomplete or another one
host-cause-settings = the task's settings have changed
host-cause-unknown = the cause is not known; check the last import
host-cause-version = the connector was updated from { $before } to { $now }
host-cause-year = a new study year has begun
host-connector-stopped = the connector was stopped: { $verdict ->
    [CpuTime] it computed too long
    [WallTime] it waited too long
    [Memory] it took too much memory
    [Table] it took too many tables
    [Stack] it used up its stack
    [Trap] it broke down
    [Requests] it made too many requests
    [Bytes] it moved too much data
    [Items] its answer was too long
    [Link] it cannot be loaded, or asks for what nobody grants
   *[Contract] its answer does not fit the contract
  }; tell whoever installed it
host-decision = a person has to decide: question { $number }
host-decision-outdated = what the answer chose is no longer there; answer again
host-hold-add = { $count } would be added ({ $earlier } within the day before); there were { $of }
host-hold-ambiguous = { $count } of { $of } resemble something there: too many for single questions
host-hold-change = { $count } would be changed ({ $earlier } within the day before) of { $of }
host-hold-remove = { $count } are gone ({ $earlier } within the day before) of { $of }
host-in-doubt = the request was sent, and no answer came
host-interrupted = the run was cut short; the next one goes on from there
host-lane-busy = school { $school } is busy: process { $pid } does "{ $doing }" since { $since }
host-rota-busy = process { $pid } serves this data folder since { $since }
host-lesson-unknown = the school's records have no such lesson
host-not-confirmed = the portal said "accepted", but it is not there
host-not-reached = the run did not get that far
host-not-yet = too early
host-out-of-patience = the portal was not able to in the time given; try later
host-output-unknown = what it needs is not known yet ({ $item })
host-pending-there = the portal is still processing it
host-plan-changed = the plan has changed: { $approved } was approved, now it is { $plan }; look at the new one
host-shared-busy = another school is sending the same person right now
host-skipped-by-decision = not sent, by a person's decision
host-still-needed = stays for now: what belongs to it could not be removed ({ $item })
host-undone = undone: stays as it is until its content changes
host-waiting = somebody else acts first
