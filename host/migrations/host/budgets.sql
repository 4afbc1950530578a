-- What all processes share of a remote system's budget: a JSON object, changed as a whole.
CREATE TABLE budget (
    upstream TEXT PRIMARY KEY,
    state TEXT NOT NULL
) WITHOUT ROWID;
