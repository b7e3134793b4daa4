-- The history that the journal was last written in: a promotion of a standby begins a new timeline of the same system. The first
-- writer on a later timeline records it, and moves the offset of positions by more than any transaction that was lost with the old
-- primary can have used: see PostgreSqlJournalWriter.
ALTER TABLE journal_epoch ADD COLUMN system_identifier bigint, ADD COLUMN timeline int;
UPDATE journal_epoch SET
    system_identifier = (SELECT system_identifier FROM pg_control_system()),
    timeline = ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int;
ALTER TABLE journal_epoch ALTER COLUMN system_identifier SET NOT NULL, ALTER COLUMN timeline SET NOT NULL;

COMMENT ON COLUMN journal_epoch.timeline IS 'The timeline of the server on which the journal was last opened for writing.';
