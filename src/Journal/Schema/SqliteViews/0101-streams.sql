-- The position that each consumer of the streams has reached.
CREATE TABLE stream_checkpoint
(
    consumer  TEXT    NOT NULL,
    partition INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (consumer, partition)
) WITHOUT ROWID;

-- Events that a consumer could not process.
CREATE TABLE dead_letter
(
    consumer  TEXT    NOT NULL,
    position  INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    stream    TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    error     TEXT    NOT NULL,
    attempts  INTEGER NOT NULL,
    at        INTEGER NOT NULL, -- microseconds since 1970-01-01 UTC
    PRIMARY KEY (consumer, position)
) WITHOUT ROWID;

-- The holder of each job that only one silo at a time may do.
CREATE TABLE lease
(
    name   TEXT PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL -- microseconds since 1970-01-01 UTC
) WITHOUT ROWID;
