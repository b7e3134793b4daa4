-- Secrets that a new one has replaced and that sign for a while longer: "secret,end" with spaces between; ends are microseconds since
-- 1970-01-01 UTC.
ALTER TABLE webhook_endpoint ADD COLUMN retired_secrets text NOT NULL DEFAULT '';
