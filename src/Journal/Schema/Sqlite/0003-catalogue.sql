-- The index that finds products by text. The journal is authoritative; a stock item writes its entry again when it activates.
CREATE TABLE catalogue
(
    sku     TEXT    PRIMARY KEY,
    search  TEXT    NOT NULL, -- SKU and name in lower case
    version INTEGER NOT NULL
) WITHOUT ROWID;
