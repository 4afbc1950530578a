-- What was told last of each task, and of what tasks stand on: `run` is the latest run looked at, `state` a topic,
-- `cut` whether that run was cut short.
CREATE TABLE standing (
    school TEXT NOT NULL,
    subject TEXT NOT NULL,
    run INTEGER NOT NULL,
    state TEXT NOT NULL,
    cut INTEGER NOT NULL,
    PRIMARY KEY (school, subject)
) WITHOUT ROWID;

-- The cabinet. `event`: JSON, without names of people.
CREATE TABLE notification (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    school TEXT NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    read INTEGER,
    read_by TEXT
);
CREATE INDEX notification_school ON notification (school, number);
CREATE INDEX notification_unread ON notification (school, number) WHERE read IS NULL;

-- The outbox: a message to one recipient, which carries one notification or several. Its id stays the same however
-- often it is sent.
CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    made INTEGER NOT NULL,
    due INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    ended INTEGER,
    answer TEXT
) WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (due) WHERE state = 'waiting';
CREATE INDEX delivery_count ON delivery (channel, state, made);
CREATE INDEX delivery_open ON delivery (channel, address) WHERE state = 'waiting' AND attempts = 0;
CREATE TABLE delivery_notification (
    notification INTEGER NOT NULL REFERENCES notification (number) ON DELETE CASCADE,
    delivery TEXT NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    PRIMARY KEY (notification, delivery)
) WITHOUT ROWID;
CREATE INDEX delivery_notification_delivery ON delivery_notification (delivery);
