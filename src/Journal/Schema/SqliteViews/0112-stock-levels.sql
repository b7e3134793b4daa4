-- Stock levels for lists, derived from the journal. Units.
CREATE TABLE stock_level
(
    sku       TEXT PRIMARY KEY,
    available INTEGER NOT NULL,
    on_hand   INTEGER NOT NULL,
    reserved  INTEGER NOT NULL,
    sold      INTEGER NOT NULL,
    received  INTEGER NOT NULL,
    version   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX stock_lowest ON stock_level (available, sku);
