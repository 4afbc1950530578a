-- A line of the request journal names the path as the manifest has it, places not filled.
ALTER TABLE request ADD COLUMN path TEXT NOT NULL DEFAULT '';

-- Until when the bodies of a task's requests are kept for diagnosis, by whose leave and why.
CREATE TABLE debug_grant (
    task TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;

-- Such bodies, sealed. `place`: which line of the run's request journal, from 0.
CREATE TABLE request_body (
    run INTEGER NOT NULL,
    place INTEGER NOT NULL,
    task TEXT NOT NULL,
    until INTEGER NOT NULL,
    sent BLOB NOT NULL,
    received BLOB NOT NULL,
    PRIMARY KEY (run, place)
);
CREATE INDEX request_body_until ON request_body (until);
