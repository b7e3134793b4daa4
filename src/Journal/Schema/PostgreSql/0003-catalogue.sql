-- The index that finds products by text. The journal is the truth; stock items enter themselves here again when they wake.
CREATE TABLE catalogue
(
    sku     text COLLATE "C" PRIMARY KEY,
    search  text COLLATE "C" NOT NULL, -- SKU and name in lower case
    version bigint           NOT NULL
);
