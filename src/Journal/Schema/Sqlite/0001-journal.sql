-- SQLite has one writer at a time, so positions grow in commit order.
CREATE TABLE journal
(
    position    INTEGER PRIMARY KEY AUTOINCREMENT,
    stream      TEXT    NOT NULL CHECK (length(CAST(stream AS BLOB)) > 0 AND length(stream) <= 512 AND instr(stream, char(0)) = 0),
    version     INTEGER NOT NULL CHECK (version > 0),
    type        TEXT    NOT NULL CHECK (length(type) BETWEEN 1 AND 128),
    payload     BLOB    NOT NULL,
    recorded_at INTEGER NOT NULL, -- microseconds since 1970-01-01 UTC
    batch       INTEGER NOT NULL,
    trace       TEXT,
    UNIQUE (stream, version)
);

CREATE VIEW journal_events AS
SELECT position, stream, version, type, CAST(payload AS TEXT) AS payload,
       strftime('%Y-%m-%dT%H:%M:%fZ', recorded_at / 1000000.0, 'unixepoch') AS recorded_at, trace
FROM journal;
