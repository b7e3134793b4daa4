-- What an order says beyond what lists are sorted by is read from its events.
ALTER TABLE order_index DROP COLUMN document;
