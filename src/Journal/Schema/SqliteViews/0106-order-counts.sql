-- Orders by status, so that no reader counts a million rows.
CREATE TABLE order_count
(
    status INTEGER PRIMARY KEY,
    orders INTEGER NOT NULL
);

CREATE TRIGGER order_counted_on_insert AFTER INSERT ON order_index BEGIN
    INSERT INTO order_count (status, orders) VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET orders = orders + 1;
END;
CREATE TRIGGER order_counted_on_update AFTER UPDATE OF status ON order_index WHEN old.status <> new.status BEGIN
    UPDATE order_count SET orders = orders - 1 WHERE status = old.status;
    INSERT INTO order_count (status, orders) VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET orders = orders + 1;
END;
CREATE TRIGGER order_counted_on_delete AFTER DELETE ON order_index BEGIN
    UPDATE order_count SET orders = orders - 1 WHERE status = old.status;
END;

INSERT INTO order_count SELECT status, count(*) FROM order_index GROUP BY status;
