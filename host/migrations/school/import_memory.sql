-- What imports came to, so that the same files need not be read again while the records stay as they are.
CREATE TABLE import_memory (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    told TEXT NOT NULL
);
