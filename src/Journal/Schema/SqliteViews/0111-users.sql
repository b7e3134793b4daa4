-- Users for lists, derived from the journal.
CREATE TABLE user_directory
(
    id          INTEGER PRIMARY KEY,
    user_id     TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL, -- the user name in lower case
    search      TEXT    NOT NULL, -- user name and display name, folded
    status      INTEGER NOT NULL,
    is_customer INTEGER NOT NULL,
    is_operator INTEGER NOT NULL,
    is_admin    INTEGER NOT NULL,
    version     INTEGER NOT NULL
);

CREATE INDEX user_by_name ON user_directory (name, user_id);
CREATE INDEX user_by_status ON user_directory (status, name, user_id);
CREATE INDEX user_operators ON user_directory (name, user_id) WHERE is_operator = 1;
CREATE INDEX user_admins ON user_directory (name, user_id) WHERE is_admin = 1;

CREATE VIRTUAL TABLE user_search USING fts5(search, content = 'user_directory', content_rowid = 'id', tokenize = 'trigram case_sensitive 1');

CREATE TRIGGER user_entered AFTER INSERT ON user_directory
BEGIN
    INSERT INTO user_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER user_changed AFTER UPDATE OF search ON user_directory WHEN old.search <> new.search
BEGIN
    INSERT INTO user_search (user_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO user_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER user_removed AFTER DELETE ON user_directory
BEGIN
    INSERT INTO user_search (user_search, rowid, search) VALUES ('delete', old.id, old.search);
END;
