-- Shared things that a task is about to remove, since nobody else holds them: nobody takes them over meanwhile.
CREATE TABLE identity_leaving (
    space TEXT NOT NULL,
    hash BLOB NOT NULL,
    school TEXT NOT NULL,
    task TEXT NOT NULL,
    PRIMARY KEY (space, hash)
) WITHOUT ROWID;
