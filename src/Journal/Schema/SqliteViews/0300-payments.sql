-- When payments must be looked at again, derived from the journal. Times are microseconds since 1970.
CREATE TABLE payment_due
(
    payment_id TEXT PRIMARY KEY,
    order_id   TEXT NOT NULL,
    status     INTEGER NOT NULL,
    due_at     INTEGER,
    attention  TEXT,
    version    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX payment_next ON payment_due (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX payment_attention ON payment_due (payment_id) WHERE attention IS NOT NULL;
