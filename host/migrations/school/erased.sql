-- Who was erased, as keyed hashes: an import that brings one of them again says so.
CREATE TABLE erased (
    type TEXT NOT NULL,
    hash BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (type, hash)
) WITHOUT ROWID;
