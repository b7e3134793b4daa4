-- Webhook endpoints and the events they subscribe to. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE webhook_endpoint
(
    id              TEXT PRIMARY KEY,
    url             TEXT    NOT NULL,
    events          TEXT    NOT NULL, -- names with a space between them
    secret          TEXT    NOT NULL,
    disabled_reason TEXT,
    created_at      INTEGER NOT NULL,
    created_by      TEXT    NOT NULL,
    after_position  INTEGER NOT NULL  -- it gets what the journal holds behind this
);

-- Deliveries to the endpoints and their outcomes.
CREATE TABLE webhook_delivery
(
    id               TEXT PRIMARY KEY,
    endpoint_id      TEXT    NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
    stream           TEXT    NOT NULL,
    version          INTEGER NOT NULL,
    type             TEXT    NOT NULL,
    body             BLOB    NOT NULL,
    status           INTEGER NOT NULL, -- 0 pending, 1 delivered, 2 dead
    created_at       INTEGER NOT NULL,
    due_at           INTEGER NOT NULL,
    attempts         INTEGER NOT NULL DEFAULT 0,
    first_attempt_at INTEGER,
    last_attempt_at  INTEGER,
    status_code      INTEGER,
    error            TEXT,
    duration         INTEGER,
    UNIQUE (endpoint_id, stream, version)
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, due_at) WHERE status = 0;
CREATE INDEX webhook_delivery_newest ON webhook_delivery (endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_delivery_done ON webhook_delivery (created_at) WHERE status <> 0;
