-- The position that each consumer of the streams has reached.
CREATE TABLE stream_checkpoint
(
    consumer  text COLLATE "C" NOT NULL,
    partition int              NOT NULL,
    position  bigint           NOT NULL,
    PRIMARY KEY (consumer, partition)
) WITH (fillfactor = 50);

-- Events that a consumer could not process.
CREATE TABLE dead_letter
(
    consumer  text COLLATE "C" NOT NULL,
    position  bigint           NOT NULL,
    partition int              NOT NULL,
    stream    text             NOT NULL,
    version   bigint           NOT NULL,
    type      text             NOT NULL,
    error     text             NOT NULL,
    attempts  int              NOT NULL,
    at        bigint           NOT NULL, -- microseconds since 1970-01-01 UTC
    PRIMARY KEY (consumer, position)
);

-- The holder of each job that only one silo at a time may do.
CREATE TABLE lease
(
    name   text COLLATE "C" PRIMARY KEY,
    holder text   NOT NULL,
    until  bigint NOT NULL -- microseconds since 1970-01-01 UTC
);
