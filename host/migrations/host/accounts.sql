-- People who sign in in a browser. `password`: an Argon2id hash. `totp`: the sealed secret of one-time codes; `step`: the
-- time step of the latest code that was used. `invitation`: a keyed hash of the secret in a one-time address.
CREATE TABLE user (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    login TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    school TEXT,
    created INTEGER NOT NULL,
    blocked INTEGER,
    password TEXT,
    totp BLOB,
    step INTEGER NOT NULL DEFAULT 0,
    invitation BLOB UNIQUE,
    invited_until INTEGER
);
CREATE INDEX user_school ON user (school) WHERE school IS NOT NULL;

-- Who is signed in where. `token`: a keyed hash of what the browser holds.
CREATE TABLE session (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    token BLOB NOT NULL UNIQUE,
    user INTEGER NOT NULL REFERENCES user (number) ON DELETE CASCADE,
    begun INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    until INTEGER NOT NULL,
    client TEXT NOT NULL
);
CREATE INDEX session_user ON session (user);
