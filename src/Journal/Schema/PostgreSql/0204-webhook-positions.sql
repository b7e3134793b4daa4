-- Where the journal has several databases, an endpoint begins at a position of its own in each partition; otherwise null.
ALTER TABLE webhook_endpoint ADD COLUMN after_positions text;
