-- Orders for lists, derived from the journal. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE order_index
(
    order_id   TEXT PRIMARY KEY,
    user_id    TEXT    NOT NULL,
    status     INTEGER NOT NULL,
    total      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER, -- while pending
    version    INTEGER NOT NULL,
    document   BLOB    NOT NULL -- the order as UTF-8 JSON
);

CREATE INDEX order_index_newest ON order_index (created_at DESC, order_id DESC);
CREATE INDEX order_index_by_user ON order_index (user_id, created_at DESC, order_id DESC);
CREATE INDEX order_index_by_status ON order_index (status, created_at DESC, order_id DESC);
CREATE INDEX order_index_due ON order_index (expires_at) WHERE expires_at IS NOT NULL;
