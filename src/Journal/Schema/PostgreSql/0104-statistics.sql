-- The planner needs no statistics of columns that no query searches; sampling and sorting them is most of the cost of an ANALYZE
-- of these tables. Both tables grow without end, so by default a young table would be analyzed and vacuumed for its new rows
-- every minute; with these settings that happens when it has doubled. Dead rows from updates of the order index are vacuumed as
-- before.
ALTER TABLE journal
    ALTER COLUMN type SET STATISTICS 0,
    ALTER COLUMN payload SET STATISTICS 0,
    ALTER COLUMN recorded_at SET STATISTICS 0,
    ALTER COLUMN batch SET STATISTICS 0,
    ALTER COLUMN trace SET STATISTICS 0,
    SET (autovacuum_analyze_scale_factor = 1, autovacuum_vacuum_insert_scale_factor = 1);
ALTER TABLE order_index
    ALTER COLUMN total SET STATISTICS 0,
    ALTER COLUMN updated_at SET STATISTICS 0,
    ALTER COLUMN version SET STATISTICS 0,
    SET (autovacuum_analyze_scale_factor = 1, autovacuum_vacuum_insert_scale_factor = 1);
