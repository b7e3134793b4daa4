BEGIN;
CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
INSERT INTO schema_migrations VALUES
(101, 'streams', '2026-11-28 03:30:00'),
(102, 'order-index', '2026-11-28 03:30:00'),
(103, 'order-index-without-documents', '2026-11-28 03:30:00');
CREATE TABLE stream_checkpoint
(
    consumer  TEXT    NOT NULL,
    partition INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (consumer, partition)
) WITHOUT ROWID;
INSERT INTO stream_checkpoint VALUES
('low-stock', 1, 265),
('low-stock', 2, 340),
('low-stock', 5, 278),
('low-stock', 6, 344),
('low-stock', 7, 108),
('low-stock', 9, 342),
('low-stock', 11, 44),
('order-index', 0, 320),
('order-index', 1, 223),
('order-index', 2, 346),
('order-index', 3, 338),
('order-index', 4, 100),
('order-index', 6, 229),
('order-index', 7, 274),
('order-index', 8, 61),
('order-index', 9, 333),
('order-index', 10, 262),
('order-index', 11, 241),
('order-index', 12, 151),
('order-index', 13, 138),
('order-index', 14, 329),
('order-index', 15, 199),
('webhooks', 0, 320),
('webhooks', 1, 223),
('webhooks', 2, 346),
('webhooks', 3, 338),
('webhooks', 4, 100),
('webhooks', 6, 229),
('webhooks', 7, 274),
('webhooks', 8, 61),
('webhooks', 9, 333),
('webhooks', 10, 262),
('webhooks', 11, 241),
('webhooks', 12, 151),
('webhooks', 13, 138),
('webhooks', 14, 329),
('webhooks', 15, 199);
CREATE TABLE dead_letter
(
    consumer  TEXT    NOT NULL,
    position  INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    stream    TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    error     TEXT    NOT NULL,
    attempts  INTEGER NOT NULL,
    at        INTEGER NOT NULL, -- microseconds since 1970-01-01 UTC
    PRIMARY KEY (consumer, position)
) WITHOUT ROWID;
INSERT INTO dead_letter VALUES
('order-index', 326, 14, 'order/01m8g39nv7ab0rdzzkzj7pv3fb', 2, 'order.paid', 'JsonException: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed. Path: $.by | LineNumber: 0 | BytePositionInLine: 6.', 1, 1795836699715258),
('subscription:00f2a6f2b6f14c0b8f4f6f0b9a3a5c11', 138, 3, 'order/01m8g38ddw5bev634khbe07mqy', 4, 'order.shipped', 'It was not taken in time; the subscriber''s log says why.', 1, 1795836707339192),
('webhooks', 326, 14, 'order/01m8g39nv7ab0rdzzkzj7pv3fb', 2, 'order.paid', 'JsonException: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed. Path: $.by | LineNumber: 0 | BytePositionInLine: 6.', 1, 1795836699964755);
CREATE TABLE lease
(
    name   TEXT PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL -- microseconds since 1970-01-01 UTC
) WITHOUT ROWID;
INSERT INTO lease VALUES
('deadline-sweep', 'host/14147/ca0a095a7192458b98997844bc829eb0', 1795836743124197),
('webhook-dispatch', 'host/14147/29df3aa49e0a4b9f833ac517cef4bfd4', 1795836744893569);
CREATE TABLE order_index
(
    order_id   TEXT PRIMARY KEY,
    user_id    TEXT    NOT NULL,
    status     INTEGER NOT NULL,
    total      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER, -- while pending
    version    INTEGER NOT NULL);
INSERT INTO order_index VALUES
('01m8g380t9nh8b334crhg82aym', 'u-7xxs1gtg5xazfengc6spbs00sx', 8, 549, 1795836609466238, 1795836611748098, NULL, 2),
('01m8g38cfejehgr848azrty4rn', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 100, 1795836621528942, 1795836621528942, 1797996621528942, 1),
('01m8g38cz0yy5pdavjssdjnvsv', 'u-22g5nnvktbqsvvz7kz44w58vc2', 1, 14648, 1795836621796704, 1795836621796704, 1797996621796704, 1),
('01m8g38d0rek180hbshgzbnwm6', 'u-22g5nnvktbqsvvz7kz44w58vc2', 1, 0, 1795836621851020, 1795836621851020, 1797996621851020, 1),
('01m8g38d18cfcysark6dwy8534', 'u-22g5nnvktbqsvvz7kz44w58vc2', 1, 7500000, 1795836621867272, 1795836621867272, 1797996621867272, 1),
('01m8g38d1yndwwn2z9wdbefyvc', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 200, 1795836621887092, 1795836622065908, 1797996621887092, 2),
('01m8g38dbh52467ctx5jza68yp', 'u-7xxs1gtg5xazfengc6spbs00sx', 2, 4299, 1795836622194000, 1795836622200716, NULL, 2),
('01m8g38dc2h3k4kanw3b9pp7hh', 'u-22g5nnvktbqsvvz7kz44w58vc2', 2, 19900, 1795836622212919, 1795836622229936, NULL, 3),
('01m8g38dcx486zn6sc9v1p0nnd', 'u-7xxs1gtg5xazfengc6spbs00sx', 3, 1747, 1795836622238564, 1795836622260205, NULL, 3),
('01m8g38ddw5bev634khbe07mqy', 'u-7xxs1gtg5xazfengc6spbs00sx', 4, 200, 1795836622269487, 1795836622287427, NULL, 4),
('01m8g38dkbw0pryq935zwevyv7', 'u-7xxs1gtg5xazfengc6spbs00sx', 6, 100, 1795836622444761, 1795836622674136, NULL, 6),
('01m8g38dtyw29cgjeqjcs2zb5v', 'u-7xxs1gtg5xazfengc6spbs00sx', 6, 200, 1795836622689119, 1795836623379395, NULL, 6),
('01m8g38egrmm1x82q3v307s4tv', 'u-7xxs1gtg5xazfengc6spbs00sx', 6, 300, 1795836623384731, 1795836623432214, NULL, 6),
('01m8g38ejjk0japjnee59at5av', 'u-7xxs1gtg5xazfengc6spbs00sx', 7, 1298, 1795836623443467, 1795836623460510, NULL, 2),
('01m8g38ekm6f66271bp6hkt7cy', 'u-22g5nnvktbqsvvz7kz44w58vc2', 7, 100, 1795836623477571, 1795836623486782, NULL, 2),
('01m8g38enk5qcqjzyjvzz0qmcy', 'u-7xxs1gtg5xazfengc6spbs00sx', 7, 3200, 1795836623540301, 1795836623567836, NULL, 3),
('01m8g38eptnf42472565g7cqgh', 'u-7xxs1gtg5xazfengc6spbs00sx', 7, 10000, 1795836623578805, 1795836623617923, NULL, 4),
('01m8g38ermx76s1r0jhpyfme4b', 'u-79dr1dhs3z59y07fjh2ysyt5tw', 1, 549, 1795836623637229, 1795836623637229, 1797996623637229, 1),
('01m8g38erztfkjq14ppbs0w1k9', 'u-6bvm8de800pej0d2gemv4snv3b', 6, 1098, 1795836623650356, 1795836623741037, NULL, 6),
('01m8g38f99sjgqservp0qee6sb', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 100, 1795836624169821, 1795836624169821, 1797996624169821, 1),
('01m8g38ww0dk17wfsnna0pf5hd', 'u-7xxs1gtg5xazfengc6spbs00sx', 2, 3500, 1795836638081435, 1795836638089188, NULL, 2),
('01m8g39cvtsnky8dhbkkn3kbjc', 'u-7xxs1gtg5xazfengc6spbs00sx', 6, 749, 1795836655228571, 1795836657315373, NULL, 7),
('01m8g39fnd13kjha5qx2sh7wah', 'u-22g5nnvktbqsvvz7kz44w58vc2', 7, 200, 1795836657442607, 1795836657457676, NULL, 2),
('01m8g39nv7ab0rdzzkzj7pv3fb', 'u-7xxs1gtg5xazfengc6spbs00sx', 3, 100, 1795836663659144, 1795836723566036, NULL, 3),
('01m8g3bhwgkxt80gcsjnxmym6y', 'u-7xxs1gtg5xazfengc6spbs00sx', 2, 649, 1795836725170780, 1795836725186103, NULL, 2),
('01m8g3bvb2bsazdv16j5jzm3qz', 'u-22g5nnvktbqsvvz7kz44w58vc2', 1, 100, 1795836734825327, 1795836734825327, 1797996734825327, 1),
('0e8m4whqb4b8nbnk7q9ar6c70n', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 949, 1795836622116038, 1795836622161445, 1797996622116038, 4),
('1vmy6fzmhzn4dw6ncb0mhn6s7d', 'u-22g5nnvktbqsvvz7kz44w58vc2', 5, 16800, 1795836622326822, 1795836622404772, NULL, 5),
('29m4gesdkmschp2amw6a39h4z2', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 200, 1795836725104454, 1795836725104454, 1797996725104454, 1),
('3xs41ek70sfx59602abx0bayb6', 'u-22g5nnvktbqsvvz7kz44w58vc2', 8, 1600, 1795836609862078, 1795836612742830, NULL, 2),
('4gda63fqrhz5j78gm0cpvh0r01', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 1400, 1795836634861172, 1795836634861172, 1797996634861172, 2),
('7205dax76bx4r3rkd9hb9w4hjt', 'u-7xxs1gtg5xazfengc6spbs00sx', 2, 200, 1795836622166246, 1795836622177676, NULL, 2),
('7dcng4q83jkz0q4ab073cccvwt', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 1398, 1795836621776387, 1795836621776387, 1797996621776387, 1);
CREATE INDEX order_index_newest ON order_index (created_at DESC, order_id DESC);
CREATE INDEX order_index_by_user ON order_index (user_id, created_at DESC, order_id DESC);
CREATE INDEX order_index_by_status ON order_index (status, created_at DESC, order_id DESC);
CREATE INDEX order_index_due ON order_index (expires_at) WHERE expires_at IS NOT NULL;
COMMIT;
