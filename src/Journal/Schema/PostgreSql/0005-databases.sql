-- A journal over several databases: which of them this one is, and which database has which partition of the streams. Every database of
-- the journal has a copy; that of database 0 counts. A journal of one database has no row.
--
-- An append states the fence that its writer has read. What changes the partitions that a database takes first waits for the appends that
-- run (it locks the journal's table) and then raises the fence, so every later append is refused until its writer has read the row again.
CREATE TABLE journal_map
(
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    journal      uuid   NOT NULL,
    database     int    NOT NULL CHECK (database >= 0),
    version      bigint NOT NULL,
    partitions   int[]  NOT NULL,
    fence        bigint NOT NULL DEFAULT 0,
    closed       int[]  NOT NULL DEFAULT '{}',
    closed_until timestamptz
);

COMMENT ON TABLE journal_map IS 'The databases of the journal, where it has several.';
COMMENT ON COLUMN journal_map.journal IS 'The same in every database of one journal.';
COMMENT ON COLUMN journal_map.database IS 'The number of this database in Granary:Journal:Databases.';
COMMENT ON COLUMN journal_map.version IS 'Grows with every change of the map.';
COMMENT ON COLUMN journal_map.partitions IS 'The number of the database of each partition, from partition 0 on.';
COMMENT ON COLUMN journal_map.closed IS 'Partitions of this database that are being moved and take no appends, until closed_until at the latest.';
