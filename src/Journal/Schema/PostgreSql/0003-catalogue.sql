-- The index that finds products by text. The journal is authoritative; a stock item writes its entry again when it activates.
CREATE TABLE catalogue
(
    sku     text COLLATE "C" PRIMARY KEY,
    search  text COLLATE "C" NOT NULL, -- SKU and name in lower case
    version bigint           NOT NULL
);
