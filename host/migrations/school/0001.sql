-- One file per school: everything of it, so that erasing or moving a school is one file.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES ('fence', 0), ('revision', 0);

-- The school's records. What filters ask for stands in columns of its own, extracted at import.
CREATE TABLE record (
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    json TEXT NOT NULL,
    hash BLOB NOT NULL,
    pupil_id TEXT,
    class_id TEXT,
    journal_id TEXT,
    study_year INTEGER,
    day TEXT,
    about_type TEXT,
    about_id TEXT,
    PRIMARY KEY (type, id)
) WITHOUT ROWID;
CREATE INDEX record_pupil ON record (pupil_id, type, id) WHERE pupil_id IS NOT NULL;
CREATE INDEX record_class ON record (class_id, type, id) WHERE class_id IS NOT NULL;
CREATE INDEX record_journal ON record (journal_id, type, id) WHERE journal_id IS NOT NULL;
CREATE INDEX record_about ON record (about_id, type, id) WHERE about_id IS NOT NULL;

CREATE TABLE guardian_of (
    pupil_id TEXT NOT NULL,
    guardian_id TEXT NOT NULL,
    PRIMARY KEY (pupil_id, guardian_id)
) WITHOUT ROWID;
CREATE INDEX guardian_of_guardian ON guardian_of (guardian_id, pupil_id);

-- What is known to be on the other side. Keyed hashes, no content.
CREATE TABLE ledger (
    task TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    scope TEXT NOT NULL,
    class TEXT,
    about TEXT,
    handle TEXT,
    outputs TEXT NOT NULL,
    refs TEXT NOT NULL,
    fields TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    gone TEXT NOT NULL,
    identity BLOB,
    doubt TEXT,
    confirmed INTEGER,
    PRIMARY KEY (task, kind, key)
) WITHOUT ROWID;
CREATE INDEX ledger_open ON ledger (task, state) WHERE state IN ('"in-doubt"', '"unconfirmed"');
CREATE INDEX ledger_confirmed ON ledger (task, kind, confirmed);

-- Writes: a row without an answer is a doubt.
CREATE TABLE write (
    ticket INTEGER PRIMARY KEY AUTOINCREMENT,
    task TEXT NOT NULL,
    run INTEGER,
    operation TEXT NOT NULL,
    sent INTEGER NOT NULL,
    until INTEGER NOT NULL,
    answered INTEGER,
    status INTEGER
);
CREATE TABLE write_item (
    ticket INTEGER NOT NULL REFERENCES write (ticket),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (ticket, kind, key)
) WITHOUT ROWID;

CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    task TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    status TEXT NOT NULL,
    reason TEXT,
    verdict TEXT,
    plan TEXT,
    selection TEXT NOT NULL,
    counts TEXT NOT NULL
);
CREATE INDEX run_task ON run (task, number);

CREATE TABLE outcome (
    run INTEGER NOT NULL REFERENCES run (number),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    class TEXT,
    about TEXT,
    outcome TEXT NOT NULL,
    action TEXT,
    remarks TEXT NOT NULL,
    PRIMARY KEY (run, kind, key)
) WITHOUT ROWID;

CREATE TABLE request (
    run INTEGER NOT NULL,
    at INTEGER NOT NULL,
    upstream TEXT NOT NULL,
    operation TEXT NOT NULL,
    method TEXT NOT NULL,
    writes INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    sent INTEGER NOT NULL,
    received INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    ms INTEGER NOT NULL
);
CREATE INDEX request_run ON request (run);

CREATE TABLE log (
    run INTEGER NOT NULL,
    at INTEGER NOT NULL,
    level TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX log_run ON log (run);

-- Questions for a person. Labels of candidates are personal and stay out.
CREATE TABLE decision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    task TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    scope TEXT NOT NULL,
    class TEXT,
    about TEXT,
    question TEXT NOT NULL,
    candidates TEXT NOT NULL,
    asked INTEGER NOT NULL,
    answer TEXT,
    answered INTEGER,
    answered_by TEXT,
    UNIQUE (task, kind, key)
);

CREATE TABLE approval (
    task TEXT NOT NULL,
    plan TEXT NOT NULL,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    PRIMARY KEY (task, plan)
) WITHOUT ROWID;

-- What each scope was worked out from and how it ended.
CREATE TABLE scope (
    task TEXT NOT NULL,
    id TEXT NOT NULL,
    memory TEXT NOT NULL,
    PRIMARY KEY (task, id)
) WITHOUT ROWID;
CREATE TABLE task_memory (
    task TEXT PRIMARY KEY,
    memory TEXT NOT NULL
) WITHOUT ROWID;

-- What thresholds count over 24 hours.
CREATE TABLE tally (
    task TEXT NOT NULL,
    at INTEGER NOT NULL,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    removed INTEGER NOT NULL
);
CREATE INDEX tally_task ON tally (task, at);

CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    changed INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE binding (
    task TEXT PRIMARY KEY,
    facts TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE dialogue (
    id TEXT PRIMARY KEY,
    task TEXT NOT NULL,
    state BLOB NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID;
