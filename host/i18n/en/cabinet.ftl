# Accounts: the command exchange user.
help-user = People who sign in to the cabinet in a browser
help-user-invite = Make an account and give a one-time address at which its person sets a password
help-user-invite-login = Login: letters, digits, dot, hyphen, underscore, @
help-user-invite-role = Role: region-administrator (all schools), school-administrator (everything at one school), school-viewer (looks only)
help-user-invite-school = The school, where the role is a school's
help-user-list = List accounts
help-user-list-school = Of this school only
help-user-block = Shut an account out and end its sessions
help-user-block-login = Login
help-user-unblock = Let an account in again
help-user-unblock-login = Login
help-user-reset = Forget password and second factor and give another one-time address
help-user-reset-login = Login
help-user-sessions = Where somebody is signed in
help-user-sessions-login = Login
help-user-revoke = End a session of somebody, or all
help-user-revoke-login = Login
help-user-revoke-session = Number of the session; all without it
error-user-taken = there is an account “{ $login }” already
error-user-school = this role needs a school
error-user-no-school = this role is not about one school
error-user-login = “{ $login }” cannot be a login: 2 to 64 letters, digits and the signs “.”, “-”, “_”, “@”
error-no-user = there is no account “{ $login }”
user-invitation = Give this address to its person yourself; it is good once, for { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }. `exchange serve` has to be running:
user-none = There are no accounts. Make one: exchange user invite LOGIN --role school-administrator --school SCHOOL
user-no-sessions = Not signed in anywhere.
user-blocked = { $login }: shut out, sessions ended.
user-blocked-before = { $login }: was shut out already.
user-unblocked = { $login }: may sign in again.
user-not-blocked = { $login }: was not shut out.
user-revoked = Sessions ended: { $n }
user-state-invited = invited
user-state-expired = invitation ran out
user-state-active = can sign in
user-state-blocked = shut out
role-region-administrator = region administrator
role-school-administrator = school administrator
role-school-viewer = school viewer
column-login = Login
column-sessions = Sessions
column-begun = Signed in
column-seen = Last seen
column-browser = Browser
audit-user-invite = account made
audit-user-reset = password and second factor reset
audit-user-block = shut out
audit-user-unblock = let in again
audit-session-revoke = session ended
audit-account-set-up = account set up
audit-sign-in = signed in
audit-sign-out = signed out
audit-sign-in-paused = wrong sign-ins, pause
# Pages of the cabinet.
cabinet = Data exchange
cabinet-skip = Skip to content
cabinet-menu = Sections
cabinet-sign-in = Sign in
cabinet-sign-in-text = For staff of the school and the region. The address for the first time comes from an administrator.
cabinet-login = Login
cabinet-password = Password
cabinet-password-again = Password once more
cabinet-code = Code from the app
cabinet-code-hint = Six digits, new every 30 seconds.
cabinet-enter = Sign in
cabinet-forgotten = Password forgotten, or telephone lost? Ask an administrator to reset your sign-in: you will get a new address.
cabinet-wrong = You are not signed in
cabinet-wrong-text = Check login, password and code. A code is good once; if it was used already, wait for the next.
cabinet-pause = Too many attempts
cabinet-pause-text = Try again in { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }. If that was not you, tell an administrator.
cabinet-signed-out = You are signed out
cabinet-signed-out-text = On a shared computer close the browser's window too.
cabinet-over = Please sign in again
cabinet-over-text = You did nothing for long, signed out, or your session was ended. What you did is kept.
cabinet-welcome = Choose a password
cabinet-who = Login
cabinet-role = Role
cabinet-step-of = Step { $step } of 2
cabinet-password-hint = At least { $n ->
        [one] { $n } character
       *[other] { $n } characters
    }, any you like; a phrase of several words is easier to remember and harder to guess.
cabinet-codes = Connect an app for codes
cabinet-codes-text = Beside the password a code from your telephone is asked for: whoever learns the password still cannot sign in.
cabinet-codes-app = Install an app for one-time codes (TOTP) on your telephone, such as Google Authenticator, FreeOTP or Yandex Key.
cabinet-codes-scan = Add an account in the app and point the camera at the picture.
cabinet-codes-type = Without a camera: type this key into the app.
cabinet-codes-here = Is this page open on the telephone itself? Press:
cabinet-codes-open = open in the app
cabinet-codes-enter = Enter the code that the app shows.
cabinet-codes-picture = Picture with the key for the app; the same key is written below
cabinet-finish = Done, sign in
cabinet-weak = Please choose another password
cabinet-weak-short = It has fewer than { $n ->
        [one] { $n } character
       *[other] { $n } characters
    }.
cabinet-weak-long = It has more than { $n ->
        [one] { $n } character
       *[other] { $n } characters
    }.
cabinet-weak-common = It would be guessed among the first: lists of common passwords have it. Take several words that have nothing to do with one another.
cabinet-weak-login = It is almost the login.
cabinet-different = The passwords differ
cabinet-different-text = Type the same password both times.
cabinet-wrong-code = The code does not fit
cabinet-wrong-code-text = Enter the code that the app shows now. If that does not fit either, see that the telephone sets its time by itself.
cabinet-gone = This address is not good any more
cabinet-gone-text = It is good once and not for long. If you have set up your account, just sign in; if not, ask an administrator for another address.
cabinet-to-sign-in = Sign in
cabinet-me = Where I am signed in
cabinet-me-text = These are the browsers in which you are signed in. End one that you do not know, and ask an administrator to reset your password.
cabinet-this-browser = this browser
cabinet-some-browser = unknown browser
cabinet-begun = Signed in { $at }
cabinet-seen = last seen { $at }
cabinet-end = End
cabinet-sign-out = Sign out
cabinet-schools = Schools
cabinet-no-schools = There are no schools yet.
cabinet-pages = Pages of the list
cabinet-before = Back
cabinet-after = On
cabinet-part = { $first }–{ $last } of { $all }
cabinet-waiting = Waits for you
cabinet-tasks = Tasks
cabinet-no-tasks = There are no tasks yet: whoever sets the exchange up adds them.
cabinet-last = Last sending
cabinet-last-at = sent { $at }
cabinet-never = not sent yet
cabinet-next-run = Next
cabinet-next-at = next { $at }
cabinet-by-hand = started by hand
cabinet-off = switched off
cabinet-history = Sendings
cabinet-no-runs = Nothing was sent yet.
cabinet-run = Sending { $at }
cabinet-no-persons = There are no lines about people in this sending.
cabinet-xlsx = Download the list (XLSX)
cabinet-csv = Download CSV
