-- The planner needs to know nothing of columns that nobody searches; sampling and sorting them is most of what an ANALYZE of these
-- tables costs. And as both grow without end, a young one would be analyzed and swept for its new rows every minute; now it is when
-- it has doubled. What updates of the order index leave behind is swept as before.
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
