-- The index keeps only the columns that lists filter and sort by; everything else is read from the order's events.
ALTER TABLE order_index DROP COLUMN document;
