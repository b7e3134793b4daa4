-- Orders by status, so that no reader counts a million rows. Writers only add changes, so that they never wait for each other; a silo adds
-- the changes up now and then. The sum of both tables is exact in every snapshot, also of what silos of 0.1.0 write.
CREATE TABLE order_count
(
    status smallint PRIMARY KEY,
    orders bigint NOT NULL
);
CREATE TABLE order_count_change
(
    status smallint NOT NULL,
    orders bigint   NOT NULL
);

CREATE FUNCTION order_index_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO order_count_change SELECT status, count(*) FROM changed_to GROUP BY status;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO order_count_change SELECT status, -count(*) FROM changed_from GROUP BY status;
    ELSE
        INSERT INTO order_count_change
        SELECT status, sum(n) FROM (
            SELECT status, 1 AS n FROM changed_to UNION ALL SELECT status, -1 FROM changed_from) AS change
        GROUP BY status HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER order_counted_on_insert AFTER INSERT ON order_index
    REFERENCING NEW TABLE AS changed_to FOR EACH STATEMENT EXECUTE FUNCTION order_index_counted();
CREATE TRIGGER order_counted_on_update AFTER UPDATE ON order_index
    REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to FOR EACH STATEMENT EXECUTE FUNCTION order_index_counted();
CREATE TRIGGER order_counted_on_delete AFTER DELETE ON order_index
    REFERENCING OLD TABLE AS changed_from FOR EACH STATEMENT EXECUTE FUNCTION order_index_counted();

-- The triggers keep writers out until this step is committed.
INSERT INTO order_count SELECT status, count(*) FROM order_index GROUP BY status;
