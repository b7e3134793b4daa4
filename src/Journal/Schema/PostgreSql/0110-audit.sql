-- Who changed what, derived from the journal. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE audit_entry
(
    stream    text COLLATE "C" NOT NULL,
    version   bigint           NOT NULL,
    partition smallint         NOT NULL, -- of the consumer that has written it
    position  bigint           NOT NULL,
    subject   text COLLATE "C" NOT NULL, -- such as product/CUP
    type      text COLLATE "C" NOT NULL,
    at        bigint           NOT NULL,
    actor     text COLLATE "C" NOT NULL,
    before    text, -- JSON: the values that changed
    after     text, -- JSON: the values now, and what was said with the change
    PRIMARY KEY (stream, version)
);

CREATE INDEX audit_newest ON audit_entry (at DESC, position DESC);
CREATE INDEX audit_by_subject ON audit_entry (subject, at DESC, position DESC);
CREATE INDEX audit_by_actor ON audit_entry (actor, at DESC, position DESC);
CREATE INDEX audit_by_subject_and_actor ON audit_entry (subject, actor, at DESC, position DESC);

-- The last values of each subject, from which the next change takes what was before it.
CREATE TABLE audit_subject
(
    subject   text COLLATE "C" PRIMARY KEY,
    partition smallint NOT NULL,
    version   bigint   NOT NULL,
    known     text     NOT NULL -- JSON
);
