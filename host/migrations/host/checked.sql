-- When a check of the task last found everything good: told when something is not.
CREATE TABLE checked (
    school TEXT NOT NULL,
    task TEXT NOT NULL,
    good INTEGER NOT NULL,
    PRIMARY KEY (school, task)
) WITHOUT ROWID;
