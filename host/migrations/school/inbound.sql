-- Which run wrote, or removed, what an inbound kind keeps in a record, as long as nobody else has changed it since.
CREATE TABLE record_written (
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (type, id)
) WITHOUT ROWID;

-- Which run had written the record as it was before.
ALTER TABLE record_before ADD COLUMN written INTEGER;
