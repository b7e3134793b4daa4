-- Lists of payments for staff, newest first. Rows of before get their time with the next event, or from the start: the consumer begins again.
ALTER TABLE payment_due ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
UPDATE payment_due SET version = 0;
DELETE FROM stream_checkpoint WHERE consumer = 'payment-index';

CREATE INDEX payment_newest ON payment_due (created_at, payment_id);
CREATE INDEX payment_by_status ON payment_due (status, created_at, payment_id);
DROP INDEX payment_attention;
CREATE INDEX payment_attention ON payment_due (created_at, payment_id) WHERE attention IS NOT NULL;

-- The last comparison with the provider's list, as a document; one row.
CREATE TABLE payment_reconciliation
(
    name        TEXT PRIMARY KEY,
    compared_to INTEGER NOT NULL,
    report      TEXT NOT NULL
) WITHOUT ROWID;
