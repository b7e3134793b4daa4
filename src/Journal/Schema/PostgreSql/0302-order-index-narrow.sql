-- Indexes that end in the order's id, which only breaks ties of microseconds, and that descend, so that every new order splits their first
-- page in half, wrote a third more WAL for an order's row. A list sorts the few orders of one microsecond itself, and reads backwards.
DROP INDEX order_index_newest, order_index_by_user, order_index_by_status, order_index_updated, order_index_by_reference, order_index_by_tracking;
CREATE INDEX order_index_newest ON order_index (created_at);
CREATE INDEX order_index_by_user ON order_index (user_id, created_at);
CREATE INDEX order_index_by_status ON order_index (status, created_at);
CREATE INDEX order_index_updated ON order_index (updated_at);
CREATE INDEX order_index_by_reference ON order_index (external_reference, created_at) WHERE external_reference IS NOT NULL;
CREATE INDEX order_index_by_tracking ON order_index (tracking, created_at) WHERE tracking IS NOT NULL;
