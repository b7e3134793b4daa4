-- Webhook endpoints and the events they subscribe to. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE webhook_endpoint
(
    id              text COLLATE "C" PRIMARY KEY,
    url             text   NOT NULL,
    events          text   NOT NULL, -- names separated by spaces
    secret          text   NOT NULL,
    disabled_reason text,
    created_at      bigint NOT NULL,
    created_by      text   NOT NULL,
    after_position  bigint NOT NULL  -- the endpoint gets the events after this position
);

-- Deliveries to the endpoints and their outcomes.
CREATE TABLE webhook_delivery
(
    id               text COLLATE "C" PRIMARY KEY,
    endpoint_id      text COLLATE "C" NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
    stream           text COLLATE "C" NOT NULL,
    version          bigint           NOT NULL,
    type             text             NOT NULL,
    body             bytea            NOT NULL,
    status           smallint         NOT NULL, -- 0 pending, 1 delivered, 2 dead
    created_at       bigint           NOT NULL,
    due_at           bigint           NOT NULL,
    attempts         int              NOT NULL DEFAULT 0,
    first_attempt_at bigint,
    last_attempt_at  bigint,
    status_code      int,
    error            text,
    duration         bigint,
    UNIQUE (endpoint_id, stream, version)
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, due_at) WHERE status = 0;
CREATE INDEX webhook_delivery_newest ON webhook_delivery (endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_delivery_done ON webhook_delivery (created_at) WHERE status <> 0;
