-- A position is (transaction id + offset) < 20 | ordinal within the transaction. So positions follow the order in which
-- transactions got their ids, whatever the order in which they commit, and "finished below this id" is a range of positions:
-- pg_snapshot_xmin tells a reader which rows can no longer change. A sequence cannot do this: two statements that draw from it in
-- turn interleave their numbers with their transaction ids.
CREATE TABLE journal
(
    position    bigint             PRIMARY KEY,
    stream      text COLLATE "C"   NOT NULL CHECK (length(stream) BETWEEN 1 AND 512),
    version     bigint             NOT NULL CHECK (version > 0),
    type        text COLLATE "C"   NOT NULL CHECK (length(type) BETWEEN 1 AND 128),
    payload     bytea              NOT NULL,
    recorded_at timestamptz        NOT NULL,
    batch       bigint             NOT NULL,
    trace       text,
    UNIQUE (stream, version)
);

-- Payloads are small JSON texts: compressing them costs more than it saves.
ALTER TABLE journal ALTER COLUMN payload SET STORAGE EXTERNAL;

-- Transaction ids restart when a dump is restored into another cluster. The offset keeps positions growing there.
CREATE TABLE journal_epoch
(
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    xid_offset bigint  NOT NULL
);
INSERT INTO journal_epoch (xid_offset) VALUES (0);

CREATE VIEW journal_events AS
SELECT position, stream, version, type, convert_from(payload, 'UTF8')::jsonb AS payload, recorded_at, trace
FROM journal;

COMMENT ON TABLE journal IS 'Every change of every order, stock item and user. Append only.';
COMMENT ON COLUMN journal.batch IS 'The random number of the group commit that wrote the row: how a writer recognises its own rows after a lost answer.';
COMMENT ON VIEW journal_events IS 'The journal for human readers.';
