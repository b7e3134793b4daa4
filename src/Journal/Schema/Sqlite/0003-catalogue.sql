-- The index that finds products by text. The journal is the truth; stock items enter themselves here again when they wake.
CREATE TABLE catalogue
(
    sku     TEXT    PRIMARY KEY,
    search  TEXT    NOT NULL, -- SKU and name in lower case
    version INTEGER NOT NULL
) WITHOUT ROWID;
