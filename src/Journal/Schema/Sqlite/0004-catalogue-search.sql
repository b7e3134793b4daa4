-- The index of the text within SKUs and names, by groups of three letters; finding a product reads it instead of every product.
-- It names rows by number, so the catalogue gets numbers. Triggers keep it, whichever release writes.
CREATE TABLE numbered_catalogue
(
    id      INTEGER PRIMARY KEY,
    sku     TEXT    NOT NULL UNIQUE,
    search  TEXT    NOT NULL, -- SKU and name, folded
    version INTEGER NOT NULL
);
INSERT INTO numbered_catalogue (sku, search, version) SELECT sku, search, version FROM catalogue ORDER BY sku;
DROP TABLE catalogue;
ALTER TABLE numbered_catalogue RENAME TO catalogue;

CREATE VIRTUAL TABLE catalogue_search USING fts5(search, content = 'catalogue', content_rowid = 'id', tokenize = 'trigram case_sensitive 1');
INSERT INTO catalogue_search (catalogue_search) VALUES ('rebuild');

CREATE TRIGGER catalogue_entered AFTER INSERT ON catalogue
BEGIN
    INSERT INTO catalogue_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER catalogue_changed AFTER UPDATE OF search ON catalogue
BEGIN
    INSERT INTO catalogue_search (catalogue_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO catalogue_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER catalogue_removed AFTER DELETE ON catalogue
BEGIN
    INSERT INTO catalogue_search (catalogue_search, rowid, search) VALUES ('delete', old.id, old.search);
END;
