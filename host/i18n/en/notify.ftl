# Notifications: letters, short messages, the cabinet.

notify-topic-recovered = all is well again
notify-topic-with-remarks = there are remarks
notify-topic-not-confirmed = not confirmed
notify-topic-waiting = waits for a decision
notify-topic-failed = sending failed
notify-topic-not-run = could not be started
notify-topic-binding-lost = the school is no longer bound to the portal
notify-topic-credential = access to the portal has ended or ends soon
notify-topic-certificate = a certificate has expired or expires soon

notify-advice-recovered = nothing.
notify-advice-with-remarks = look at what was rejected and why (exchange show { $run }), mend the school's data and import them again.
notify-advice-not-confirmed = send nothing again by hand: the next run checks this by itself. If it stays so, show the list to the portal's operator (exchange show { $run }).
notify-advice-waiting = answer the questions (exchange decide { $task }) or approve the held plan; until then sending does not go on.
notify-advice-failed = read the reason (exchange show { $run }). What was sent is kept; the next run goes on from there.
notify-advice-not-run = check whether all is ready: exchange check { $task }
notify-advice-binding-lost = bind the school anew: exchange bind { $task }
notify-advice-credential = get access anew: exchange bind { $task }
notify-advice-certificate = replace the certificate before then.

notify-change = { $what } (before: { $before })
notify-subject = { $school }: { $what }
notify-subject-task = { $school }, { $task }: { $what }
notify-subject-many = Data exchange: { $n ->
    [one] { $n } change
   *[other] { $n } changes
}
notify-short-many = Data exchange: { $n ->
    [one] { $n } change
   *[other] { $n } changes
}; the latest: { $last }
notify-more = … and { $n } more: exchange notifications
notify-label-what = What happened: { $value }
notify-label-school = School: { $value }
notify-label-task = Task: { $value }
notify-label-when = When: { $value }
notify-label-run = Run: { $value }
notify-label-until = Until: { $value }
notify-label-reason = Reason: { $value }
notify-label-counts = Result: { $value }
notify-label-advice = What to do: { $value }
notify-label-details = More: { $value }
notify-footer =
    --
    Sent by the data exchange program. It holds no names and no documents: those stay with the school.
    Who is told what stands in [[notify]] of the school's file and in [notify] of exchange.toml.

notify-trial-subject = Trial of notifications: { $school }
notify-trial-body =
    This is a trial message to those who are notified about “{ $school }”.
    If you read it, notifications arrive. There is no need to answer.
notify-trial-short = Trial of notifications: { $school }
notify-nobody = Nobody is notified about this school. Add [[notify]] to { $file }
notify-busy = Another process (exchange serve) delivers notifications now: there is nothing to do.
notify-sent = { $n ->
    [one] { $n } message delivered
   *[other] { $n } messages delivered
}
notify-sent-later = { $n ->
    [one] { $n } message not taken yet, it will be sent again
   *[other] { $n } messages not taken yet, they will be sent again
}
notify-sent-never = { $n ->
    [one] { $n } message not delivered (exchange notifications --undelivered)
   *[other] { $n } messages not delivered (exchange notifications --undelivered)
}
notify-sent-waiting = { $n ->
    [one] { $n } message waits for its time, the next at { $at }
   *[other] { $n } messages wait for their time, the next at { $at }
}
notify-sent-nothing = nothing to send
notify-none = There are no notifications.
notify-read = { $n ->
    [one] { $n } notification marked as read
   *[other] { $n } notifications marked as read
}
notify-undelivered = { $n ->
    [one] { $n } message was not delivered: exchange notifications --undelivered
   *[other] { $n } messages were not delivered: exchange notifications --undelivered
}
notify-state-waiting = waits to be sent
notify-state-delivered = delivered
notify-state-refused = refused
notify-state-given-up = not delivered in time
notify-result-taken = taken
notify-result-later = not taken yet
notify-result-refused = refused
notify-channel-mail = mail
notify-channel-sms = SMS
notify-channel-webhook = webhook
notify-attempts = { $n ->
    [one] { $n } attempt
   *[other] { $n } attempts
}
notify-next = next { $at }
column-what-happened = What happened
column-delivery = Delivery
column-channel = How
column-recipient = To whom
column-result = Result
column-answer = Answer
