# Pages in a browser.
web-this-language = In English
web-begin = Begin
web-begin-text = This takes some minutes. Nothing is remembered of you before you begin; the browser has to allow cookies.
web-begin-again = Begin again
web-go-on = Go on
web-go-to = Go to { $where }
web-send = Go on
web-try-again = Try again
web-invitation = Binding a school
web-invitation-text = This address serves once. Begin when you are ready to sign in as the school's administrator.
web-away = On to another site
web-away-text = You sign in and consent there, and come back here. If the browser does not go by itself, follow the link.
web-away-go = Go there
web-done = Done
web-ask-again = To begin again ask for a new address: the command `exchange bind … --browser`.
web-no-address = The task does not grant the system `{ $upstream }`, to a page of which the connector leads. Tell the school's administrator.
web-passwords = Too many wrong passwords
web-passwords-text = Nothing has changed. Try again in { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }; if the password is forgotten, recover access first.
web-broken = It did not work
web-broken-text = Nothing is lost: what was done before stands. Try again later.
web-lane = The school's data are being exchanged now
web-lane-text = All you did is kept on this page. Wait some minutes and press the button; there is no need to begin again.
# In the wrong place.
web-nowhere = There is nothing here
web-nowhere-text = Look at the address again: the school gives it out. A one-time address serves once, and not for long.
web-full = Too many visitors now
web-full-text = Try again in some minutes.
web-often = Too often
web-often-text = Somebody at your address or at your school has begun many times just now. Try again in ten minutes.
web-busy = Not just now
web-busy-text = The school's data are being exchanged, or the server is being restarted. Try again in some minutes at the same address: it is still good.
web-no-cookie = The browser keeps no cookies
web-no-cookie-text = Without them this site does not know you at the next step. Allow cookies for it and begin again.
web-gone = Out of time
web-gone-text = You did not go on for long, or the server was started anew. What was done before stands; what was not finished has to be begun again at the address that the school gave out.
web-late = This page is behind you
web-late-text = It was opened a second time: by the back button, a reload or in another tab. Nothing is lost.
web-other-attempt = This is another attempt
web-other-attempt-text = The sign-in from which you came back did not begin here, but in another browser, in an old tab, or long ago. Nothing has changed. Go on where you began, or open the address that the school gave out.
web-refused = This request is not taken
web-refused-text = Open the address that the school gave out, and go through all steps in one tab. If you did, tell the school's administrator.
web-slow = No answer yet
web-slow-text = Another system takes too long to answer. Reload the page: nothing is lost.
web-elsewhere = You are doing something else
web-elsewhere-text = Something else was begun in this browser. Finish it, or open the school's address once more.
web-fault = An error of ours
web-fault-text = Nothing is lost: what was done before stands. Try again later; if that does not help, tell the school's administrator.
# Addresses.
help-links = Addresses for browsers: where families link accounts, and where they come back after a sign-in
help-links-place = School or school/task; all without it
help-bind-browser = Give out a one-time address at which the administrator binds the school in a browser
links-none = No task has pages that are open to everybody.
links-callback = The address to come back to, to be registered at systems where people sign in:
links-off = The task is disabled: the page does not open.
error-no-web = exchange.toml has no [web] table: nobody listens to browsers
bind-invitation = Open this in a browser within { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }, once; `exchange serve` has to be running:
