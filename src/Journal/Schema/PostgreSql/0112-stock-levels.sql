-- Stock levels for lists, derived from the journal. Units.
CREATE TABLE stock_level
(
    sku       text COLLATE "C" PRIMARY KEY,
    available bigint NOT NULL,
    on_hand   bigint NOT NULL,
    reserved  bigint NOT NULL,
    sold      bigint NOT NULL,
    received  bigint NOT NULL,
    version   bigint NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX stock_lowest ON stock_level (available, sku);
