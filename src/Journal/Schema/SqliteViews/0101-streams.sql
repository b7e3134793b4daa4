-- How far each consumer of the streams is.
CREATE TABLE stream_checkpoint
(
    consumer  TEXT    NOT NULL,
    partition INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (consumer, partition)
) WITHOUT ROWID;

-- Events that a consumer could not take.
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

-- Who does a job that one silo at a time shall do.
CREATE TABLE lease
(
    name   TEXT PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL -- microseconds since 1970-01-01 UTC
) WITHOUT ROWID;
