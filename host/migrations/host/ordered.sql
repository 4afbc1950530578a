-- Runs that people ordered and that have not come to their end: a server that is started anew goes on with them. `at`:
-- when it was ordered; `form`: names the form that was sent, so that it orders once; `not_before`: for a run that is
-- postponed.
CREATE TABLE ordered (
    school TEXT NOT NULL,
    task TEXT NOT NULL,
    at INTEGER NOT NULL,
    selection TEXT NOT NULL,
    form TEXT NOT NULL,
    not_before INTEGER,
    PRIMARY KEY (school, task)
) WITHOUT ROWID;
