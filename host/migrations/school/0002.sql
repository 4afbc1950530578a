-- A departure is told once and counted once: since when it is known.
ALTER TABLE ledger ADD COLUMN gone_since INTEGER;

-- What a record was before an inbound change, so that the change can be undone.
CREATE TABLE record_before (
    run INTEGER NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    json TEXT,
    PRIMARY KEY (run, type, id)
) WITHOUT ROWID;
