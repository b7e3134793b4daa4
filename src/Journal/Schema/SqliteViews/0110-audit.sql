-- Who changed what, derived from the journal. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE audit_entry
(
    stream    TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    partition INTEGER NOT NULL, -- of the consumer that has written it
    position  INTEGER NOT NULL,
    subject   TEXT    NOT NULL, -- such as product/CUP
    type      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    before    TEXT, -- JSON: the values that changed
    after     TEXT, -- JSON: the values now, and what was said with the change
    PRIMARY KEY (stream, version)
) WITHOUT ROWID;

CREATE INDEX audit_newest ON audit_entry (at DESC, position DESC);
CREATE INDEX audit_by_subject ON audit_entry (subject, at DESC, position DESC);
CREATE INDEX audit_by_actor ON audit_entry (actor, at DESC, position DESC);
CREATE INDEX audit_by_subject_and_actor ON audit_entry (subject, actor, at DESC, position DESC);

-- The last values of each subject, from which the next change takes what was before it.
CREATE TABLE audit_subject
(
    subject   TEXT PRIMARY KEY,
    partition INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    known     TEXT    NOT NULL -- JSON
) WITHOUT ROWID;
