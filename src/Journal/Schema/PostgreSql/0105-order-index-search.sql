-- What lists filter by since 0.2.0. A row that a silo of 0.1.0 writes keeps filled_version: where it differs from version, the columns are
-- filled from the order's events.
ALTER TABLE order_index
    ADD COLUMN external_reference text COLLATE "C",
    ADD COLUMN tracking           text COLLATE "C",
    ADD COLUMN skus               text COLLATE "C" NOT NULL DEFAULT '', -- the SKUs, each between line feeds
    ADD COLUMN lines_version      bigint           NOT NULL DEFAULT 0,  -- the version that came with these SKUs
    ADD COLUMN filled_version     bigint           NOT NULL DEFAULT 0,
    ALTER COLUMN updated_at SET STATISTICS -1,
    ALTER COLUMN skus SET STATISTICS 0,
    ALTER COLUMN lines_version SET STATISTICS 0,
    ALTER COLUMN filled_version SET STATISTICS 0;

CREATE INDEX order_index_updated ON order_index (updated_at DESC, order_id DESC);
CREATE INDEX order_index_by_reference ON order_index (external_reference, created_at DESC, order_id DESC) WHERE external_reference IS NOT NULL;
CREATE INDEX order_index_by_tracking ON order_index (tracking, created_at DESC, order_id DESC) WHERE tracking IS NOT NULL;
CREATE INDEX order_index_unfilled ON order_index (order_id) WHERE filled_version <> version;

-- The orders of a SKU. A row stays when an amendment takes the SKU out of the order: order_index.skus has the last word.
CREATE TABLE order_index_line
(
    sku        text COLLATE "C" NOT NULL,
    created_at bigint           NOT NULL,
    order_id   text COLLATE "C" NOT NULL,
    PRIMARY KEY (sku, created_at, order_id)
) WITH (autovacuum_analyze_scale_factor = 1, autovacuum_vacuum_insert_scale_factor = 1);
