-- What the scheduler remembers of each task. `open`: a JSON list of times whose runs have not ended.
CREATE TABLE mark (
    school TEXT NOT NULL,
    task TEXT NOT NULL,
    decided INTEGER NOT NULL,
    open TEXT NOT NULL,
    schedule TEXT NOT NULL,
    PRIMARY KEY (school, task)
) WITHOUT ROWID;
