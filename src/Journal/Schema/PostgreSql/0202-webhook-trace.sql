-- The trace of the request that caused the event (W3C traceparent), if it is traced.
ALTER TABLE webhook_delivery ADD COLUMN trace text;
