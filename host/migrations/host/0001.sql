-- What schools share.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- The highest fence seen of each school: a writer that lost its lane is refused here too.
CREATE TABLE fence (
    school TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    changed INTEGER NOT NULL
) WITHOUT ROWID;

-- Things that several schools may share. `creating_*`: who may create it at the moment.
CREATE TABLE identity (
    space TEXT NOT NULL,
    hash BLOB NOT NULL,
    handle TEXT,
    created INTEGER NOT NULL,
    creating_school TEXT,
    creating_task TEXT,
    PRIMARY KEY (space, hash)
) WITHOUT ROWID;
CREATE TABLE identity_holder (
    space TEXT NOT NULL,
    hash BLOB NOT NULL,
    school TEXT NOT NULL,
    task TEXT NOT NULL,
    PRIMARY KEY (space, hash, school, task)
) WITHOUT ROWID;
CREATE INDEX identity_creating ON identity (creating_school, creating_task) WHERE creating_school IS NOT NULL;

-- Append only; each row seals the one before.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
