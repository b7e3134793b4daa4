-- When payments must be looked at again, derived from the journal. Times are microseconds since 1970.
CREATE TABLE payment_due
(
    payment_id text COLLATE "C" PRIMARY KEY,
    order_id   text COLLATE "C" NOT NULL,
    status     smallint NOT NULL,
    due_at     bigint,
    attention  text,
    version    bigint NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX payment_next ON payment_due (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX payment_attention ON payment_due (payment_id) WHERE attention IS NOT NULL;
