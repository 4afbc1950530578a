# Help on the cabinet's pages. An empty line begins a paragraph.
page-help = Help
cabinet-sign-in-help = Login and the address for the first time come from whoever looks after the program. The six digits are shown by the app that you connected then; they change every half a minute.

    If the telephone is lost or the password forgotten, ask for a new address: the old password and the old app are good for nothing after that.
cabinet-school-help = These are your school's exchange tasks. A task's status is that of its last sending: “No data”: nothing was ever sent; “Success”: whatever is to be sent was found at the other side afterwards; “Sending failed”: why, and what to do, is said below.

    There are others: “Not confirmed”: sent, and not seen there yet; “With remarks”: some did not pass, they are listed inside; “Waits for a decision”: the program does not know whether it is the same person, and asks you.

    Begin with the lines under “Waits for you”: while there are any, not everything is sent.
cabinet-task-help = The way through: “Check”: is everything ready; “Show what will change”: what would be created or changed, nothing is sent; “Send”: everybody, or the classes and persons chosen; then the status and the list of persons, which can be downloaded.

    Sending again is safe: it adds what is new. What is there is neither made twice nor removed.
cabinet-run-help = The list below has the persons and records of this sending and what became of each. Those with whom something is wrong come first: the line says what it is and who puts it right. Then send again: the others are not touched.

    The file has names in it; keep it as any document with personal data.
cabinet-checking-help = A check changes nothing. It looks whether the school is bound, whether accesses and certificates are good, whether the portal answers and whether the school's records are there.
cabinet-plan-changes-help = The plan compares the school's records with what the portal has. “Will be created”: it is not there; “there already”: found and recognised, it is not made twice; “not to be sent”: something required is missing, such as an order of enrolment; the reason stands beside it.

    To send a part, tick classes or persons and send what is ticked. Where a plan is held, read what is unusual about it, and approve it only if that is as it should be.
cabinet-send-help = Without ticks everything goes that is to be sent. Selective sending takes the classes and persons that were ticked and leaves the others alone. It goes on at the server: the page may be closed.
cabinet-progress-help = A sending has three steps: work out what should be there; look at what is there; send what is missing and see that it has arrived. If the portal asks for patience, the sending waits by itself.
cabinet-records-help = Bring in what the school's program exports: classes, pupils, parents, staff, applications, orders. First you see what would change and which rows are wrong; only what you confirm is stored.

    One bad row is in no other's way. The same files may come again: only what has changed in them changes here.
cabinet-people-help = Everybody in the school's records. Look for a family name, a number or a class; the card shows which numbers a person has at the portals and what became of them. Data are put right in the school's program and brought in again.
cabinet-person-help = “Waiting for the person” is no error: people link their number at the portal themselves, and it comes here with the next import.
cabinet-classes-help = The classes of this and the next study year, as they were brought in. They need not exist at the portal: a sending creates what is missing.
cabinet-settings-help = First you see which lines of the file would change. Secrets (tokens, passwords) can be replaced and never read. Where a value does not fit, it is said beside it which one does.
notify-help = Letters and messages come about what needs a person: a sending failed, a plan is held, there are questions, a certificate ends. Of sendings that went well nothing is said unless it is asked for.
inbox-help = The events of which letters are sent. “Read” is for the whole school; nothing depends on it.
questions-help = On the left the person in the school's records, beside it those found at the portal. If it is one of them, choose that one: nobody is made twice. If it is none of them, say that the person is new. Not sure: skip it; nobody is made and nobody is lost.

    Twins mostly come from classes that somebody made by hand at the portal before.
binding-help = Binding connects the school here with its profile at the portal. Sign in there as an administrator of this school, press “Allow”, then choose the organisation. If nothing happens after “Allow”, come back here and begin again: there will be no second binding.

    The school cannot undo it; an administrator of the region can. When the school's administrator changes, the new one signs in once more and work goes on.
classes-help = For each class: how many are done, who was linked at sign-in, who is waited for and whom something is in the way of. A class's sheet can be printed: it says what each family has to do.
awaited-help = Those who have to act before it goes on. These are no errors: the program looks each time whether it is done and goes on by itself. Pass on the steps beside them.
week-help = A subject chat is wanted when the journal's “chat by subject” is on and its first lesson by video is published. The call's link comes into the lesson and the chat. A lesson that is moved or cancelled moves or cancels its call; the members are told once.
made-help = Putting back is about what this sending wrote into the school's records: the value from before comes back unless somebody has changed it since. What was created at the portal is only shown here.
removal-help = Only this link at the other side is removed; the person's account stays. The reason and your login go into the audit.
cabinet-me-help = End a sign-in that you do not recognise, and tell whoever looks after the program. A new password or a new telephone comes with a new address, which is given out there too.
