-- Orders for lists, derived from the journal. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE order_index
(
    order_id   text COLLATE "C" PRIMARY KEY,
    user_id    text COLLATE "C" NOT NULL,
    status     smallint         NOT NULL,
    total      bigint           NOT NULL,
    created_at bigint           NOT NULL,
    updated_at bigint           NOT NULL,
    expires_at bigint, -- while pending
    version    bigint           NOT NULL,
    document   bytea            NOT NULL -- the order as UTF-8 JSON
);
ALTER TABLE order_index ALTER COLUMN document SET STORAGE EXTERNAL;

CREATE INDEX order_index_newest ON order_index (created_at DESC, order_id DESC);
CREATE INDEX order_index_by_user ON order_index (user_id, created_at DESC, order_id DESC);
CREATE INDEX order_index_by_status ON order_index (status, created_at DESC, order_id DESC);
CREATE INDEX order_index_due ON order_index (expires_at) WHERE expires_at IS NOT NULL;
