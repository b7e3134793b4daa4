-- What lists filter by since 0.2.0. Where filled_version differs from version, the columns are filled from the order's events.
ALTER TABLE order_index ADD COLUMN external_reference TEXT;
ALTER TABLE order_index ADD COLUMN tracking TEXT;
ALTER TABLE order_index ADD COLUMN skus TEXT NOT NULL DEFAULT ''; -- the SKUs, each between line feeds
ALTER TABLE order_index ADD COLUMN lines_version INTEGER NOT NULL DEFAULT 0; -- the version that came with these SKUs
ALTER TABLE order_index ADD COLUMN filled_version INTEGER NOT NULL DEFAULT 0;

CREATE INDEX order_index_updated ON order_index (updated_at DESC, order_id DESC);
CREATE INDEX order_index_by_reference ON order_index (external_reference, created_at DESC, order_id DESC) WHERE external_reference IS NOT NULL;
CREATE INDEX order_index_by_tracking ON order_index (tracking, created_at DESC, order_id DESC) WHERE tracking IS NOT NULL;
CREATE INDEX order_index_unfilled ON order_index (order_id) WHERE filled_version <> version;

-- The orders of a SKU. A row stays when an amendment takes the SKU out of the order: order_index.skus has the last word.
CREATE TABLE order_index_line
(
    sku        TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    order_id   TEXT    NOT NULL,
    PRIMARY KEY (sku, created_at, order_id)
) WITHOUT ROWID;
