SET standard_conforming_strings = on;
CREATE TABLE public.catalogue (
    sku text NOT NULL COLLATE pg_catalog."C",
    search text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL
);
CREATE TABLE public.dead_letter (
    consumer text NOT NULL COLLATE pg_catalog."C",
    "position" bigint NOT NULL,
    partition integer NOT NULL,
    stream text NOT NULL,
    version bigint NOT NULL,
    type text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.journal (
    "position" bigint NOT NULL,
    stream text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    type text NOT NULL COLLATE pg_catalog."C",
    payload bytea NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    batch bigint NOT NULL,
    trace text,
    CONSTRAINT journal_stream_check CHECK (((length(stream) >= 1) AND (length(stream) <= 512))),
    CONSTRAINT journal_type_check CHECK (((length(type) >= 1) AND (length(type) <= 128))),
    CONSTRAINT journal_version_check CHECK ((version > 0))
)
WITH (autovacuum_analyze_scale_factor='1', autovacuum_vacuum_insert_scale_factor='1');
ALTER TABLE ONLY public.journal ALTER COLUMN type SET STATISTICS 0;
ALTER TABLE ONLY public.journal ALTER COLUMN payload SET STATISTICS 0;
ALTER TABLE ONLY public.journal ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.journal ALTER COLUMN recorded_at SET STATISTICS 0;
ALTER TABLE ONLY public.journal ALTER COLUMN batch SET STATISTICS 0;
ALTER TABLE ONLY public.journal ALTER COLUMN trace SET STATISTICS 0;
COMMENT ON TABLE public.journal IS 'Every change of every order, stock item and user. Append only.';
COMMENT ON COLUMN public.journal.batch IS 'The random number of the group commit that wrote the row: how a writer recognises its own rows after a lost answer.';
CREATE TABLE public.journal_epoch (
    only_row boolean DEFAULT true NOT NULL,
    xid_offset bigint NOT NULL,
    CONSTRAINT journal_epoch_only_row_check CHECK (only_row)
);
CREATE VIEW public.journal_events AS
 SELECT journal."position",
    journal.stream,
    journal.version,
    journal.type,
    (convert_from(journal.payload, 'UTF8'::name))::jsonb AS payload,
    journal.recorded_at,
    journal.trace
   FROM public.journal;
COMMENT ON VIEW public.journal_events IS 'The journal for human readers.';
CREATE TABLE public.lease (
    name text NOT NULL COLLATE pg_catalog."C",
    holder text NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE public.order_index (
    order_id text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    status smallint NOT NULL,
    total bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    expires_at bigint,
    version bigint NOT NULL
)
WITH (autovacuum_analyze_scale_factor='1', autovacuum_vacuum_insert_scale_factor='1');
ALTER TABLE ONLY public.order_index ALTER COLUMN total SET STATISTICS 0;
ALTER TABLE ONLY public.order_index ALTER COLUMN updated_at SET STATISTICS 0;
ALTER TABLE ONLY public.order_index ALTER COLUMN version SET STATISTICS 0;
CREATE TABLE public.orleansquery (
    querykey character varying(64) NOT NULL,
    querytext text NOT NULL
);
CREATE TABLE public.orleansstorage (
    serviceid text NOT NULL COLLATE pg_catalog."C",
    graintypestring text NOT NULL COLLATE pg_catalog."C",
    grainidextensionstring text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    grainidn0 bigint NOT NULL,
    grainidn1 bigint NOT NULL,
    payloadbinary bytea,
    modifiedon timestamp with time zone NOT NULL,
    version integer NOT NULL
);
CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.signing_key (
    id text NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.stream_checkpoint (
    consumer text NOT NULL COLLATE pg_catalog."C",
    partition integer NOT NULL,
    "position" bigint NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.webhook_delivery (
    id text NOT NULL COLLATE pg_catalog."C",
    endpoint_id text NOT NULL COLLATE pg_catalog."C",
    stream text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    type text NOT NULL,
    body bytea NOT NULL,
    status smallint NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    first_attempt_at bigint,
    last_attempt_at bigint,
    status_code integer,
    error text,
    duration bigint,
    trace text
);
CREATE TABLE public.webhook_endpoint (
    id text NOT NULL COLLATE pg_catalog."C",
    url text NOT NULL,
    events text NOT NULL,
    secret text NOT NULL,
    disabled_reason text,
    created_at bigint NOT NULL,
    created_by text NOT NULL,
    after_position bigint NOT NULL
);
INSERT INTO public.catalogue VALUES
('TEA-1', 'tea-1
tea, green', 3),
('CUP-STONEWARE', 'cup-stoneware
stoneware cup', 0),
('HOT', 'hot
what is in most orders', 0),
('LAMP', 'lamp
lamp "ångström" <e27>', 0),
('OLD-RADIO', 'old-radio
radio', 0),
('SOON', 'soon
not yet for sale', 0),
('FREE-SAMPLE', 'free-sample
sample', 0),
('SCARCE', 'scarce
scarce', 0),
('GOLD.BAR_1', 'gold.bar_1
gold bar', 0),
('NEVER-IN-STOCK', 'never-in-stock
never in stock', 0),
('LEFT-BEHIND', 'left-behind
what the kill leaves behind', 0);
INSERT INTO public.dead_letter VALUES
('webhooks', 1317011457, 9, 'order/01m8g3e0m033km3t3qz6kb847h', 2, 'order.paid', 'JsonException: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed. Path: $.by | LineNumber: 0 | BytePositionInLine: 6.', 1, 1795836824679378),
('order-index', 1317011457, 9, 'order/01m8g3e0m033km3t3qz6kb847h', 2, 'order.paid', 'JsonException: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed. Path: $.by | LineNumber: 0 | BytePositionInLine: 6.', 1, 1795836824676785),
('subscription:00f2a6f2b6f14c0b8f4f6f0b9a3a5c11', 961544193, 3, 'order/01m8g3d4540nmkg8t6p2jpp3d0', 4, 'order.shipped', 'It was not taken in time; the subscriber''s log says why.', 1, 1795836830598775);
INSERT INTO public.journal VALUES
(763363329, 'user/u-4cd5vebda10gavvt88qn6yw5ez', 1, 'user.registered', convert_to('{"by":"system","user_name":"admin","password_hash":"AQAAAAIAAYagAAAAENwYKaKJ4jJlc0v8TMfQd\u002BN9cf4EiZfan3k4YqZVpI6YWK0o\u002B8C4q6rE8zeZSw77Hw==","display_name":"Administrator","roles":["admin"]}', 'UTF8'), '2026-11-28 03:32:40.605347+00', 9160696243430534147, NULL),
(765460481, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 1, 'user.registered', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx","user_name":"ada","password_hash":"AQAAAAIAAYagAAAAEEPZXia/A1IKLuu2fay7zIeyeieoV73SCMOIrXQB3oXeNC48hPrhR2ofPj0ujiOz5g==","display_name":"Ada Lovelace","roles":["customer"]}', 'UTF8'), '2026-11-28 03:32:41.676601+00', 8721520477617710290, NULL),
(767557633, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 1, 'user.registered', convert_to('{"by":"u-22g5nnvktbqsvvz7kz44w58vc2","user_name":"Bob.K","password_hash":"AQAAAAIAAYagAAAAEKKajuB2GQsUU7Q3CptwDKikQWORoMcI2XgLDN5GX\u002Bux/BMjCNATY976pulhngZfSA==","display_name":"\u0411\u043E\u0431 \u6728\u6751 \uD83C\uDF81","roles":["customer"]}', 'UTF8'), '2026-11-28 03:32:41.875798+00', 5923346216875080184, NULL),
(771751937, 'user/u-1zn63mjf53skybjmj3q20t0avx', 1, 'user.registered', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","user_name":"olga","password_hash":"AQAAAAIAAYagAAAAEHzRV0P9n6wS4p7JY4GKUIXNZC\u002BmM/Fc5sET03ANBvZD0Ho9QpLYtQ905phdmfwbdg==","display_name":"Olga (warehouse)","roles":["customer"]}', 'UTF8'), '2026-11-28 03:32:41.99514+00', 5108458120572161092, NULL),
(773849089, 'user/u-79dr1dhs3z59y07fjh2ysyt5tw', 1, 'user.registered', convert_to('{"by":"u-79dr1dhs3z59y07fjh2ysyt5tw","user_name":"sam","password_hash":"AQAAAAIAAYagAAAAEEV8L\u002BsDplmiiTo8aNBfb9jtE3Z0dV27QEfrrE0kgIlStaNODycMyiLIE1BxaRUSHw==","roles":["customer"]}', 'UTF8'), '2026-11-28 03:32:42.054425+00', 5576178982488990493, NULL),
(775946241, 'user/u-6bvm8de800pej0d2gemv4snv3b', 1, 'user.registered', convert_to('{"by":"u-6bvm8de800pej0d2gemv4snv3b","user_name":"cleo","password_hash":"AQAAAAIAAYagAAAAECGx0OaNtsrnX1uD7widnddhc6Vh4/R63lNHnh7ruL1uJ7v9Zko7kl/vgh7H65dMjQ==","display_name":"Cl\u00E9o","roles":["customer"]}', 'UTF8'), '2026-11-28 03:32:42.128024+00', 4196942704139138990, NULL),
(778043393, 'user/u-64b6dapq5zgzw1h43hq1pe7gba', 1, 'user.registered', convert_to('{"by":"u-64b6dapq5zgzw1h43hq1pe7gba","user_name":"rea","password_hash":"AQAAAAIAAYagAAAAENqTdKNBXOEmAQqn\u002B9S8E4d2EkqxL6iojWA6f0Fq7M\u002B4HVDVE3uoTtrAr9cNlnNChw==","display_name":"Rea","roles":["customer"]}', 'UTF8'), '2026-11-28 03:32:42.192024+00', 1334926597398737536, NULL),
(780140545, 'user/u-56nr3ttnbcby9mhk09r5qd2yj3', 1, 'user.registered', convert_to('{"by":"u-56nr3ttnbcby9mhk09r5qd2yj3","user_name":"mia","password_hash":"AQAAAAIAAYagAAAAENKOb96IkFcXHO5dN5yFvMz9cXJ38B6UlG9wcOyQXNMv2Mm7SisbVcqp2afsQfdDuA==","display_name":"Mia, who has little","roles":["customer"]}', 'UTF8'), '2026-11-28 03:32:42.264752+00', 1684585487839464178, NULL),
(782237697, 'user/u-157gq7gv142keaxj6vy4eza5dn', 1, 'user.registered', convert_to('{"by":"u-157gq7gv142keaxj6vy4eza5dn","user_name":"newpass","password_hash":"AQAAAAIAAYagAAAAECRYzn8kzvyXdCvGeUYVUxlag5wLoUN3tRhMpPCTZ9VsZ\u002BTRtzUEyrBmmbItHW6qNg==","roles":["customer"]}', 'UTF8'), '2026-11-28 03:32:42.342079+00', 7095860148923600231, NULL),
(785383425, 'user/u-1zn63mjf53skybjmj3q20t0avx', 2, 'user.roles_changed', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","roles":["operator","customer"]}', 'UTF8'), '2026-11-28 03:32:42.978179+00', 7958051733813915428, NULL),
(787480577, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 2, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":50000000,"key":"deposit-ada-1"}', 'UTF8'), '2026-11-28 03:32:43.063254+00', 7900520260236752132, NULL),
(789577729, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 2, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":10000000}', 'UTF8'), '2026-11-28 03:32:43.074781+00', 4093335267964055912, NULL),
(790626305, 'user/u-79dr1dhs3z59y07fjh2ysyt5tw', 2, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":100000}', 'UTF8'), '2026-11-28 03:32:43.079459+00', 1916312680190024401, NULL),
(791674881, 'user/u-6bvm8de800pej0d2gemv4snv3b', 2, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":100000}', 'UTF8'), '2026-11-28 03:32:43.084518+00', 6188443204678471074, NULL),
(792723457, 'user/u-56nr3ttnbcby9mhk09r5qd2yj3', 2, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":300}', 'UTF8'), '2026-11-28 03:32:43.088359+00', 7472442674395188478, NULL),
(794820609, 'user/u-64b6dapq5zgzw1h43hq1pe7gba', 2, 'user.suspended', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:43.098821+00', 7713028630831047590, NULL),
(795869185, 'user/u-64b6dapq5zgzw1h43hq1pe7gba', 3, 'user.reactivated', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:43.106263+00', 7254112941612223276, NULL),
(799014913, 'stock/TEA-1', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Tea","description":"Green tea.\nA tin of 100 g \u2014 \u7DD1\u8336 \uD83C\uDF75","price":499}', 'UTF8'), '2026-11-28 03:32:43.140955+00', 4025920999528953792, NULL),
(801112065, 'stock/TEA-1', 2, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":200,"reason":"delivery","key":"delivery-of-monday"}', 'UTF8'), '2026-11-28 03:32:43.246109+00', 6266290865967318257, NULL),
(803209217, 'stock/TEA-1', 3, 'product.changed', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Tea, green","description":"Green tea.\nA tin of 100 g \u2014 \u7DD1\u8336 \uD83C\uDF75","price":549}', 'UTF8'), '2026-11-28 03:32:43.289588+00', 8799494101781709640, NULL),
(807403521, 'stock/CUP-STONEWARE', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Stoneware cup","price":1400}', 'UTF8'), '2026-11-28 03:32:43.315488+00', 6072391467733686528, NULL),
(809500673, 'stock/CUP-STONEWARE', 2, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":500,"reason":"delivery"}', 'UTF8'), '2026-11-28 03:32:43.330212+00', 605232992115862700, NULL),
(812646401, 'stock/HOT', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"What is in most orders","price":100}', 'UTF8'), '2026-11-28 03:32:43.34903+00', 3087523187333649659, NULL),
(813694977, 'stock/HOT', 2, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":2000,"reason":"delivery"}', 'UTF8'), '2026-11-28 03:32:43.361408+00', 7330904507278166175, NULL),
(816840705, 'stock/LAMP', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Lamp \u0022\u00C5ngstr\u00F6m\u0022 \u003CE27\u003E","price":3999}', 'UTF8'), '2026-11-28 03:32:43.394383+00', 6566404999626724567, NULL),
(817889281, 'stock/LAMP', 2, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":40,"reason":"delivery"}', 'UTF8'), '2026-11-28 03:32:43.406525+00', 2926729181230167929, NULL),
(819986433, 'stock/LAMP', 3, 'product.suspended', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:43.417825+00', 4002777333942459741, NULL),
(821035009, 'stock/LAMP', 4, 'product.reactivated', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:43.435966+00', 1085812311431593567, NULL),
(824180737, 'stock/OLD-RADIO', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Radio","price":9900}', 'UTF8'), '2026-11-28 03:32:43.454038+00', 4944278608157222443, NULL),
(825229313, 'stock/OLD-RADIO', 2, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":20,"reason":"delivery"}', 'UTF8'), '2026-11-28 03:32:43.460335+00', 453648049975782531, NULL),
(828375041, 'stock/SOON', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Not yet for sale","price":2500}', 'UTF8'), '2026-11-28 03:32:43.469128+00', 7879553326036784288, NULL),
(828375042, 'stock/SOON', 2, 'product.suspended', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:43.469128+00', 7879553326036784288, NULL),
(829423617, 'stock/SOON', 3, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":5,"reason":"delivery"}', 'UTF8'), '2026-11-28 03:32:43.474564+00', 6355002586453166660, NULL),
(831520769, 'stock/FREE-SAMPLE', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Sample","price":0}', 'UTF8'), '2026-11-28 03:32:43.491857+00', 4029082413202197071, NULL),
(833617921, 'stock/FREE-SAMPLE', 2, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":100,"reason":"delivery"}', 'UTF8'), '2026-11-28 03:32:43.505868+00', 7385776092323707743, NULL),
(836763649, 'stock/SCARCE', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Scarce","price":700}', 'UTF8'), '2026-11-28 03:32:43.608129+00', 4691534420943537427, NULL),
(838860801, 'stock/SCARCE', 2, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":12,"reason":"delivery"}', 'UTF8'), '2026-11-28 03:32:43.614303+00', 1233875164700684348, NULL),
(839909377, 'stock-alert/SOON', 1, 'stock.low', convert_to('{"sku":"SOON","available":5,"threshold":10,"stock_version":3}', 'UTF8'), '2026-11-28 03:32:43.555194+00', 1998293553308261709, NULL),
(842006529, 'stock/GOLD.BAR_1', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Gold bar","description":"400 oz","price":7500000}', 'UTF8'), '2026-11-28 03:32:43.623433+00', 5190621979521290457, NULL),
(843055105, 'stock/GOLD.BAR_1', 2, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":3,"reason":"Lieferung nach Z\u00E4hlung: 3 St\u00FCck"}', 'UTF8'), '2026-11-28 03:32:43.638879+00', 1185053604735074089, NULL),
(845152257, 'stock-alert/GOLD.BAR_1', 1, 'stock.low', convert_to('{"sku":"GOLD.BAR_1","available":3,"threshold":10,"stock_version":2}', 'UTF8'), '2026-11-28 03:32:43.662828+00', 9016521364598329918, NULL),
(848297985, 'stock/NEVER-IN-STOCK', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"Never in stock","price":1}', 'UTF8'), '2026-11-28 03:32:43.694943+00', 6891454146042138906, NULL),
(851443713, 'stock/LEFT-BEHIND', 1, 'product.defined', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","name":"What the kill leaves behind","price":250}', 'UTF8'), '2026-11-28 03:32:43.757095+00', 5593170645269819902, NULL),
(853540865, 'stock/LEFT-BEHIND', 2, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":30,"reason":"delivery"}', 'UTF8'), '2026-11-28 03:32:43.771747+00', 653460845259515021, NULL),
(856686593, 'stock/TEA-1', 4, 'stock.reserved', convert_to('{"order":"01m8g3cqm6z66z430d1qarp5x3","attempt":3140869233390419438,"quantity":1}', 'UTF8'), '2026-11-28 03:32:43.864149+00', 6039698513620499410, NULL),
(856686594, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 3, 'wallet.held', convert_to('{"order":"01m8g3cqm6z66z430d1qarp5x3","attempt":3140869233390419438,"amount":549}', 'UTF8'), '2026-11-28 03:32:43.885875+00', 6039698513620499410, NULL),
(856686595, 'order/01m8g3cqm6z66z430d1qarp5x3', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":3140869233390419438,"lines":[{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":549}],"total":549,"note":"too late","expires_at":"2026-11-28T03:32:45.8936198+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:43.893619+00', 6039698513620499410, NULL),
(858783745, 'stock/CUP-STONEWARE', 3, 'stock.reserved', convert_to('{"order":"3xs41ek70sfx59602abx0bayb6","attempt":8821698895668988711,"quantity":1}', 'UTF8'), '2026-11-28 03:32:44.10044+00', 7917467356097521386, NULL),
(858783746, 'stock/HOT', 3, 'stock.reserved', convert_to('{"order":"3xs41ek70sfx59602abx0bayb6","attempt":8821698895668988711,"quantity":2}', 'UTF8'), '2026-11-28 03:32:44.100636+00', 7917467356097521386, NULL),
(858783747, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 3, 'wallet.held', convert_to('{"order":"3xs41ek70sfx59602abx0bayb6","attempt":8821698895668988711,"amount":1600}', 'UTF8'), '2026-11-28 03:32:44.100847+00', 7917467356097521386, NULL),
(858783748, 'order/3xs41ek70sfx59602abx0bayb6', 1, 'order.placed', convert_to('{"user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","attempt":8821698895668988711,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":100},{"sku":"CUP-STONEWARE","name":"Stoneware cup","quantity":1,"unit_price":1400}],"total":1600,"fingerprint":"9602928b8e3bef0921bc98b4fdfeb666693795c3ddde126cee87e4422b2037db","expires_at":"2026-11-28T03:32:46.1009388+00:00","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:44.100938+00', 7917467356097521386, NULL),
(877658113, 'order/01m8g3cqm6z66z430d1qarp5x3', 2, 'order.expired', convert_to('{"by":"system"}', 'UTF8'), '2026-11-28 03:32:46.82083+00', 6849033057013573337, NULL),
(878706689, 'order/3xs41ek70sfx59602abx0bayb6', 2, 'order.expired', convert_to('{"by":"system"}', 'UTF8'), '2026-11-28 03:32:46.824874+00', 4472857835348699985, NULL),
(880803841, 'stock/CUP-STONEWARE', 4, 'stock.released', convert_to('{"order":"3xs41ek70sfx59602abx0bayb6","order_version":2,"attempts":[8821698895668988711]}', 'UTF8'), '2026-11-28 03:32:46.852265+00', 1552070323783202030, NULL),
(880803842, 'stock/HOT', 4, 'stock.released', convert_to('{"order":"3xs41ek70sfx59602abx0bayb6","order_version":2,"attempts":[8821698895668988711]}', 'UTF8'), '2026-11-28 03:32:46.8593+00', 1552070323783202030, NULL),
(880803843, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 4, 'wallet.released', convert_to('{"order":"3xs41ek70sfx59602abx0bayb6","order_version":2,"attempts":[8821698895668988711]}', 'UTF8'), '2026-11-28 03:32:46.860382+00', 1552070323783202030, NULL),
(881852417, 'stock/TEA-1', 5, 'stock.released', convert_to('{"order":"01m8g3cqm6z66z430d1qarp5x3","order_version":2,"attempts":[3140869233390419438]}', 'UTF8'), '2026-11-28 03:32:46.852265+00', 6022842492836324727, NULL),
(881852418, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 4, 'wallet.released', convert_to('{"order":"01m8g3cqm6z66z430d1qarp5x3","order_version":2,"attempts":[3140869233390419438]}', 'UTF8'), '2026-11-28 03:32:46.863943+00', 6022842492836324727, NULL),
(900726785, 'stock/HOT', 5, 'stock.reserved', convert_to('{"order":"01m8g3d35bnnn5cea6xwkbvb0p","attempt":6888548986121927607,"quantity":1}', 'UTF8'), '2026-11-28 03:32:55.689462+00', 3260790422177623886, NULL),
(900726786, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 5, 'wallet.held', convert_to('{"order":"01m8g3d35bnnn5cea6xwkbvb0p","attempt":6888548986121927607,"amount":100}', 'UTF8'), '2026-11-28 03:32:55.73671+00', 3260790422177623886, NULL),
(900726787, 'order/01m8g3d35bnnn5cea6xwkbvb0p', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":6888548986121927607,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100}],"total":100,"expires_at":"2026-12-23T03:32:55.7486816+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:55.748681+00', 3260790422177623886, NULL),
(902823937, 'stock/HOT', 6, 'stock.reserved', convert_to('{"order":"7dcng4q83jkz0q4ab073cccvwt","attempt":6554599198018693703,"quantity":3}', 'UTF8'), '2026-11-28 03:32:56.053572+00', 5391850272533549370, NULL),
(902823938, 'stock/TEA-1', 6, 'stock.reserved', convert_to('{"order":"7dcng4q83jkz0q4ab073cccvwt","attempt":6554599198018693703,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.105872+00', 5391850272533549370, NULL),
(902823939, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 6, 'wallet.held', convert_to('{"order":"7dcng4q83jkz0q4ab073cccvwt","attempt":6554599198018693703,"amount":1398}', 'UTF8'), '2026-11-28 03:32:56.106477+00', 5391850272533549370, NULL),
(902823940, 'order/7dcng4q83jkz0q4ab073cccvwt', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":6554599198018693703,"lines":[{"sku":"TEA-1","name":"Tea, green","quantity":2,"unit_price":549},{"sku":"HOT","name":"What is in most orders","quantity":3,"unit_price":100}],"total":1398,"shipping_address":{"name":"Ada Lovelace","line1":"12 St James\u0027s Square","line2":"2nd floor","city":"London","region":"Greater London","postal_code":"SW1Y 4JH","country":"GB"},"note":"gift wrap \uD83C\uDF81, please\nand a card: \u00AB\u0421 \u0434\u043D\u0451\u043C \u0440\u043E\u0436\u0434\u0435\u043D\u0438\u044F\u00BB","fingerprint":"e2efd7accef7782642c7416f3c518763b42aa384b9472395e027e5f5760140ff","expires_at":"2026-12-23T03:32:56.1066449+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.106644+00', 5391850272533549370, NULL),
(907018241, 'stock/HOT', 7, 'stock.reserved', convert_to('{"order":"01m8g3d3p0rkzvv5v75a3vw01q","attempt":4430637404096424153,"quantity":10}', 'UTF8'), '2026-11-28 03:32:56.129221+00', 8881039782532434141, NULL),
(907018242, 'stock/TEA-1', 7, 'stock.reserved', convert_to('{"order":"01m8g3d3p0rkzvv5v75a3vw01q","attempt":4430637404096424153,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.129339+00', 8881039782532434141, NULL),
(907018243, 'stock/FREE-SAMPLE', 3, 'stock.reserved', convert_to('{"order":"01m8g3d3p0rkzvv5v75a3vw01q","attempt":4430637404096424153,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.141464+00', 8881039782532434141, NULL),
(907018244, 'stock/CUP-STONEWARE', 5, 'stock.reserved', convert_to('{"order":"01m8g3d3p0rkzvv5v75a3vw01q","attempt":4430637404096424153,"quantity":6}', 'UTF8'), '2026-11-28 03:32:56.143295+00', 8881039782532434141, NULL),
(907018245, 'stock/LAMP', 5, 'stock.reserved', convert_to('{"order":"01m8g3d3p0rkzvv5v75a3vw01q","attempt":4430637404096424153,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.143405+00', 8881039782532434141, NULL),
(907018246, 'stock/SCARCE', 3, 'stock.reserved', convert_to('{"order":"01m8g3d3p0rkzvv5v75a3vw01q","attempt":4430637404096424153,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.145021+00', 8881039782532434141, NULL),
(907018247, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 5, 'wallet.held', convert_to('{"order":"01m8g3d3p0rkzvv5v75a3vw01q","attempt":4430637404096424153,"amount":14648}', 'UTF8'), '2026-11-28 03:32:56.145209+00', 8881039782532434141, NULL),
(933232641, 'order/7205dax76bx4r3rkd9hb9w4hjt', 2, 'order.paid', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:56.523245+00', 3752440658436955647, NULL),
(934281217, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 12, 'wallet.captured', convert_to('{"order":"7205dax76bx4r3rkd9hb9w4hjt","order_version":2,"amount":200,"attempts":[3879993712618064791]}', 'UTF8'), '2026-11-28 03:32:56.525999+00', 5140436053339561565, NULL),
(907018248, 'order/01m8g3d3p0rkzvv5v75a3vw01q', 1, 'order.placed', convert_to('{"user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","attempt":4430637404096424153,"lines":[{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":549},{"sku":"CUP-STONEWARE","name":"Stoneware cup","quantity":6,"unit_price":1400},{"sku":"HOT","name":"What is in most orders","quantity":10,"unit_price":100},{"sku":"LAMP","name":"Lamp \u0022\u00C5ngstr\u00F6m\u0022 \u003CE27\u003E","quantity":1,"unit_price":3999},{"sku":"FREE-SAMPLE","name":"Sample","quantity":1,"unit_price":0},{"sku":"SCARCE","name":"Scarce","quantity":1,"unit_price":700}],"total":14648,"shipping_address":{"name":"\u6728\u6751 \u30DC\u30D6","line1":"\u5343\u4EE3\u75301-1","city":"\u6771\u4EAC\u90FD","postal_code":"100-0001","country":"JP"},"expires_at":"2026-12-23T03:32:56.1452523+00:00","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.145252+00', 8881039782532434141, NULL),
(909115393, 'stock/FREE-SAMPLE', 4, 'stock.reserved', convert_to('{"order":"01m8g3d3pr9k4h9ghthtknf2m1","attempt":7023752494586540181,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.1545+00', 507624138145957140, NULL),
(909115394, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 6, 'wallet.held', convert_to('{"order":"01m8g3d3pr9k4h9ghthtknf2m1","attempt":7023752494586540181,"amount":0}', 'UTF8'), '2026-11-28 03:32:56.154655+00', 507624138145957140, NULL),
(909115395, 'order/01m8g3d3pr9k4h9ghthtknf2m1', 1, 'order.placed', convert_to('{"user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","attempt":7023752494586540181,"lines":[{"sku":"FREE-SAMPLE","name":"Sample","quantity":2,"unit_price":0}],"total":0,"note":"costs nothing","expires_at":"2026-12-23T03:32:56.1547116+00:00","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.154711+00', 507624138145957140, NULL),
(910163969, 'stock/GOLD.BAR_1', 3, 'stock.reserved', convert_to('{"order":"01m8g3d3pzc6b734ds2ac8183j","attempt":3992357731117226336,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.165498+00', 205567072117862429, NULL),
(910163970, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 7, 'wallet.held', convert_to('{"order":"01m8g3d3pzc6b734ds2ac8183j","attempt":3992357731117226336,"amount":7500000}', 'UTF8'), '2026-11-28 03:32:56.16576+00', 205567072117862429, NULL),
(910163971, 'order/01m8g3d3pzc6b734ds2ac8183j', 1, 'order.placed', convert_to('{"user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","attempt":3992357731117226336,"lines":[{"sku":"GOLD.BAR_1","name":"Gold bar","quantity":1,"unit_price":7500000}],"total":7500000,"expires_at":"2026-12-23T03:32:56.1658707+00:00","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.16587+00', 205567072117862429, NULL),
(911212545, 'stock/CUP-STONEWARE', 6, 'stock.reserved', convert_to('{"order":"01m8g3d3q900jm7z0rgnm19qet","attempt":8224149788758059349,"quantity":4}', 'UTF8'), '2026-11-28 03:32:56.169685+00', 4755014325159233342, NULL),
(911212546, 'stock/HOT', 8, 'stock.reserved', convert_to('{"order":"01m8g3d3q900jm7z0rgnm19qet","attempt":8224149788758059349,"quantity":5}', 'UTF8'), '2026-11-28 03:32:56.16987+00', 4755014325159233342, NULL),
(911212547, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 7, 'wallet.held', convert_to('{"order":"01m8g3d3q900jm7z0rgnm19qet","attempt":8224149788758059349,"amount":6100}', 'UTF8'), '2026-11-28 03:32:56.169916+00', 4755014325159233342, NULL),
(911212548, 'order/01m8g3d3q900jm7z0rgnm19qet', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":8224149788758059349,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":5,"unit_price":100},{"sku":"CUP-STONEWARE","name":"Stoneware cup","quantity":4,"unit_price":1400}],"total":6100,"expires_at":"2026-12-23T03:32:56.1699554+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.169955+00', 4755014325159233342, NULL),
(913309697, 'order/01m8g3d3q900jm7z0rgnm19qet', 2, 'order.amended', convert_to('{"lines":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":100}],"total":200,"note":"fewer","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.217877+00', 3553575648432528673, NULL),
(915406849, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 8, 'wallet.hold_amended', convert_to('{"order":"01m8g3d3q900jm7z0rgnm19qet","order_version":2,"amount":200,"attempts":[8224149788758059349]}', 'UTF8'), '2026-11-28 03:32:56.233477+00', 6227261354907267828, NULL),
(915406850, 'stock/CUP-STONEWARE', 7, 'stock.reservation_amended', convert_to('{"order":"01m8g3d3q900jm7z0rgnm19qet","order_version":2,"quantity":0,"attempts":[8224149788758059349]}', 'UTF8'), '2026-11-28 03:32:56.236212+00', 6227261354907267828, NULL),
(915406851, 'stock/HOT', 9, 'stock.reservation_amended', convert_to('{"order":"01m8g3d3q900jm7z0rgnm19qet","order_version":2,"quantity":2,"attempts":[8224149788758059349]}', 'UTF8'), '2026-11-28 03:32:56.236696+00', 6227261354907267828, NULL),
(916455425, 'stock/HOT', 10, 'stock.reserved', convert_to('{"order":"0e8m4whqb4b8nbnk7q9ar6c70n","attempt":8888229920260734893,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.244508+00', 669635087500885686, NULL),
(916455426, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 9, 'wallet.held', convert_to('{"order":"0e8m4whqb4b8nbnk7q9ar6c70n","attempt":8888229920260734893,"amount":100}', 'UTF8'), '2026-11-28 03:32:56.244644+00', 669635087500885686, NULL),
(916455427, 'order/0e8m4whqb4b8nbnk7q9ar6c70n', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":8888229920260734893,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100}],"total":100,"fingerprint":"a674f652423e8c4261b0838f3bfe8b6c86825a7c35baf186734dea2b98059135","expires_at":"2026-12-23T03:32:56.2447021+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.244702+00', 669635087500885686, NULL),
(918552577, 'stock/TEA-1', 8, 'stock.reserved', convert_to('{"order":"0e8m4whqb4b8nbnk7q9ar6c70n","attempt":6677791089940275883,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.287138+00', 8389844690826461485, NULL),
(921698305, 'stock/HOT', 11, 'stock.reserved', convert_to('{"order":"0e8m4whqb4b8nbnk7q9ar6c70n","attempt":6677791089940275883,"quantity":3}', 'UTF8'), '2026-11-28 03:32:56.289902+00', 1129845466788777374, NULL),
(922746881, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 10, 'wallet.held', convert_to('{"order":"0e8m4whqb4b8nbnk7q9ar6c70n","attempt":6677791089940275883,"amount":849}', 'UTF8'), '2026-11-28 03:32:56.385301+00', 1729734753386684370, NULL),
(923795457, 'order/0e8m4whqb4b8nbnk7q9ar6c70n', 2, 'order.amended', convert_to('{"attempt":6677791089940275883,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":4,"unit_price":100},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":549}],"total":949,"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.389536+00', 757174042024353318, NULL),
(927989761, 'order/0e8m4whqb4b8nbnk7q9ar6c70n', 3, 'order.amended', convert_to('{"lines":[{"sku":"HOT","name":"What is in most orders","quantity":4,"unit_price":100},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":549}],"total":949,"shipping_address":{"name":"\u6728\u6751 \u30DC\u30D6","line1":"\u5343\u4EE3\u75301-1","city":"\u6771\u4EAC\u90FD","postal_code":"100-0001","country":"JP"},"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.485148+00', 1809349497001311543, NULL),
(931135489, 'order/0e8m4whqb4b8nbnk7q9ar6c70n', 4, 'order.amended', convert_to('{"lines":[{"sku":"HOT","name":"What is in most orders","quantity":4,"unit_price":100},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":549}],"total":949,"shipping_address":{"name":"\u6728\u6751 \u30DC\u30D6","line1":"\u5343\u4EE3\u75301-1","city":"\u6771\u4EAC\u90FD","postal_code":"100-0001","country":"JP"},"note":"amended three times","by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:56.501423+00', 2413984563533279469, NULL),
(932184065, 'stock/HOT', 12, 'stock.reserved', convert_to('{"order":"7205dax76bx4r3rkd9hb9w4hjt","attempt":3879993712618064791,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.512288+00', 7875842942159495959, NULL),
(932184066, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 11, 'wallet.held', convert_to('{"order":"7205dax76bx4r3rkd9hb9w4hjt","attempt":3879993712618064791,"amount":200}', 'UTF8'), '2026-11-28 03:32:56.512404+00', 7875842942159495959, NULL),
(932184067, 'order/7205dax76bx4r3rkd9hb9w4hjt', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":3879993712618064791,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":100}],"total":200,"note":"ordered by the administrator","fingerprint":"5dcf53bfe631bec2f4e45ddf540ad7cff94d3085745511d830f73703a1911088","expires_at":"2026-12-23T03:32:56.5124708+00:00","by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:56.51247+00', 7875842942159495959, NULL),
(936378369, 'stock/HOT', 13, 'stock.sold', convert_to('{"order":"7205dax76bx4r3rkd9hb9w4hjt","order_version":2,"quantity":2,"attempts":[3879993712618064791]}', 'UTF8'), '2026-11-28 03:32:56.525498+00', 6766485179648652298, NULL),
(938475521, 'stock/LAMP', 6, 'stock.reserved', convert_to('{"order":"01m8g3d42yvww4xmnv94jjrdmt","attempt":701186762748945680,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.543162+00', 4958194593110806286, NULL),
(938475522, 'stock/HOT', 14, 'stock.reserved', convert_to('{"order":"01m8g3d42yvww4xmnv94jjrdmt","attempt":701186762748945680,"quantity":3}', 'UTF8'), '2026-11-28 03:32:56.543279+00', 4958194593110806286, NULL),
(938475523, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 13, 'wallet.held', convert_to('{"order":"01m8g3d42yvww4xmnv94jjrdmt","attempt":701186762748945680,"amount":4299}', 'UTF8'), '2026-11-28 03:32:56.543311+00', 4958194593110806286, NULL),
(938475524, 'order/01m8g3d42yvww4xmnv94jjrdmt', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":701186762748945680,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":3,"unit_price":100},{"sku":"LAMP","name":"Lamp \u0022\u00C5ngstr\u00F6m\u0022 \u003CE27\u003E","quantity":1,"unit_price":3999}],"total":4299,"shipping_address":{"name":"Ada Lovelace","line1":"12 St James\u0027s Square","line2":"2nd floor","city":"London","region":"Greater London","postal_code":"SW1Y 4JH","country":"GB"},"expires_at":"2026-12-23T03:32:56.5434105+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.54341+00', 4958194593110806286, NULL),
(939524097, 'order/01m8g3d42yvww4xmnv94jjrdmt', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.552757+00', 8281749912678794279, NULL),
(940572673, 'stock/LAMP', 7, 'stock.sold', convert_to('{"order":"01m8g3d42yvww4xmnv94jjrdmt","order_version":2,"quantity":1,"attempts":[701186762748945680]}', 'UTF8'), '2026-11-28 03:32:56.554653+00', 3264007284190861321, NULL),
(940572674, 'stock/HOT', 15, 'stock.sold', convert_to('{"order":"01m8g3d42yvww4xmnv94jjrdmt","order_version":2,"quantity":3,"attempts":[701186762748945680]}', 'UTF8'), '2026-11-28 03:32:56.554842+00', 3264007284190861321, NULL),
(940572675, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 14, 'wallet.captured', convert_to('{"order":"01m8g3d42yvww4xmnv94jjrdmt","order_version":2,"amount":4299,"attempts":[701186762748945680]}', 'UTF8'), '2026-11-28 03:32:56.554868+00', 3264007284190861321, NULL),
(942669825, 'stock/HOT', 16, 'stock.reserved', convert_to('{"order":"01m8g3d43emk278dr4wppkaz65","attempt":691571280434294108,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.559274+00', 3180186876366650033, NULL),
(942669826, 'stock/OLD-RADIO', 3, 'stock.reserved', convert_to('{"order":"01m8g3d43emk278dr4wppkaz65","attempt":691571280434294108,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.566122+00', 3180186876366650033, NULL),
(942669827, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 8, 'wallet.held', convert_to('{"order":"01m8g3d43emk278dr4wppkaz65","attempt":691571280434294108,"amount":10000}', 'UTF8'), '2026-11-28 03:32:56.5664+00', 3180186876366650033, NULL),
(942669828, 'order/01m8g3d43emk278dr4wppkaz65', 1, 'order.placed', convert_to('{"user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","attempt":691571280434294108,"lines":[{"sku":"OLD-RADIO","name":"Radio","quantity":1,"unit_price":9900},{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100}],"total":10000,"expires_at":"2026-12-23T03:32:56.566448+00:00","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.566448+00', 3180186876366650033, NULL),
(943718401, 'stock/OLD-RADIO', 4, 'stock.reserved', convert_to('{"order":"01m8g3d43emk278dr4wppkaz65","attempt":3884799507477128875,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.57635+00', 7743964885861036547, NULL),
(944766977, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 9, 'wallet.held', convert_to('{"order":"01m8g3d43emk278dr4wppkaz65","attempt":3884799507477128875,"amount":9900}', 'UTF8'), '2026-11-28 03:32:56.577299+00', 6255083498794629572, NULL),
(945815553, 'order/01m8g3d43emk278dr4wppkaz65', 2, 'order.amended', convert_to('{"attempt":3884799507477128875,"lines":[{"sku":"OLD-RADIO","name":"Radio","quantity":2,"unit_price":9900},{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100}],"total":19900,"by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.578627+00', 6571205640860803035, NULL),
(946864129, 'order/01m8g3d43emk278dr4wppkaz65', 3, 'order.paid', convert_to('{"by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.582472+00', 9079134551025389998, NULL),
(947912705, 'stock/OLD-RADIO', 5, 'stock.sold', convert_to('{"order":"01m8g3d43emk278dr4wppkaz65","order_version":3,"quantity":2,"attempts":[691571280434294108,3884799507477128875]}', 'UTF8'), '2026-11-28 03:32:56.584078+00', 2412116633386062191, NULL),
(947912706, 'stock/HOT', 17, 'stock.sold', convert_to('{"order":"01m8g3d43emk278dr4wppkaz65","order_version":3,"quantity":1,"attempts":[691571280434294108]}', 'UTF8'), '2026-11-28 03:32:56.584203+00', 2412116633386062191, NULL),
(947912707, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 10, 'wallet.captured', convert_to('{"order":"01m8g3d43emk278dr4wppkaz65","order_version":3,"amount":19900,"attempts":[691571280434294108,3884799507477128875]}', 'UTF8'), '2026-11-28 03:32:56.584224+00', 2412116633386062191, NULL),
(950009857, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 15, 'wallet.held', convert_to('{"order":"01m8g3d44bhrrjd3z9vtpv1ed0","attempt":8832432603234456998,"amount":1747}', 'UTF8'), '2026-11-28 03:32:56.58803+00', 3394531092234214365, NULL),
(950009858, 'stock/HOT', 18, 'stock.reserved', convert_to('{"order":"01m8g3d44bhrrjd3z9vtpv1ed0","attempt":8832432603234456998,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.588413+00', 3394531092234214365, NULL),
(950009859, 'stock/TEA-1', 9, 'stock.reserved', convert_to('{"order":"01m8g3d44bhrrjd3z9vtpv1ed0","attempt":8832432603234456998,"quantity":3}', 'UTF8'), '2026-11-28 03:32:56.587942+00', 3394531092234214365, NULL),
(950009860, 'order/01m8g3d44bhrrjd3z9vtpv1ed0', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":8832432603234456998,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100},{"sku":"TEA-1","name":"Tea, green","quantity":3,"unit_price":549}],"total":1747,"expires_at":"2026-12-23T03:32:56.5885067+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.588506+00', 3394531092234214365, NULL),
(951058433, 'order/01m8g3d44bhrrjd3z9vtpv1ed0', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.597047+00', 2429140670420704445, NULL),
(952107009, 'stock/TEA-1', 10, 'stock.sold', convert_to('{"order":"01m8g3d44bhrrjd3z9vtpv1ed0","order_version":2,"quantity":3,"attempts":[8832432603234456998]}', 'UTF8'), '2026-11-28 03:32:56.598663+00', 5761895349540002767, NULL),
(952107010, 'stock/HOT', 19, 'stock.sold', convert_to('{"order":"01m8g3d44bhrrjd3z9vtpv1ed0","order_version":2,"quantity":1,"attempts":[8832432603234456998]}', 'UTF8'), '2026-11-28 03:32:56.598759+00', 5761895349540002767, NULL),
(952107011, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 16, 'wallet.captured', convert_to('{"order":"01m8g3d44bhrrjd3z9vtpv1ed0","order_version":2,"amount":1747,"attempts":[8832432603234456998]}', 'UTF8'), '2026-11-28 03:32:56.598773+00', 5761895349540002767, NULL),
(953155585, 'order/01m8g3d44bhrrjd3z9vtpv1ed0', 3, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.605763+00', 8866016055072019997, NULL),
(954204161, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 17, 'wallet.held', convert_to('{"order":"01m8g3d4540nmkg8t6p2jpp3d0","attempt":1629617208401966929,"amount":200}', 'UTF8'), '2026-11-28 03:32:56.612861+00', 2720474504426224295, NULL),
(954204162, 'stock/HOT', 20, 'stock.reserved', convert_to('{"order":"01m8g3d4540nmkg8t6p2jpp3d0","attempt":1629617208401966929,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.612916+00', 2720474504426224295, NULL),
(954204163, 'order/01m8g3d4540nmkg8t6p2jpp3d0', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":1629617208401966929,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":100}],"total":200,"expires_at":"2026-12-23T03:32:56.6130398+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.613039+00', 2720474504426224295, NULL),
(956301313, 'order/01m8g3d4540nmkg8t6p2jpp3d0', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.628139+00', 3448898637331780753, NULL),
(957349889, 'stock/HOT', 21, 'stock.sold', convert_to('{"order":"01m8g3d4540nmkg8t6p2jpp3d0","order_version":2,"quantity":2,"attempts":[1629617208401966929]}', 'UTF8'), '2026-11-28 03:32:56.629771+00', 4241485580204625269, NULL),
(957349890, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 18, 'wallet.captured', convert_to('{"order":"01m8g3d4540nmkg8t6p2jpp3d0","order_version":2,"amount":200,"attempts":[1629617208401966929]}', 'UTF8'), '2026-11-28 03:32:56.629955+00', 4241485580204625269, NULL),
(959447041, 'order/01m8g3d4540nmkg8t6p2jpp3d0', 3, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.724274+00', 8478752641662527997, NULL),
(961544193, 'order/01m8g3d4540nmkg8t6p2jpp3d0', 4, 'order.shipped', convert_to('{"tracking":{"carrier":"\u4F50\u5DDD\u6025\u4FBF","number":"\u2116 42/\uD83D\uDE9A"},"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.737919+00', 4186922983034664801, NULL),
(962592769, 'stock/HOT', 22, 'stock.sale_closed', convert_to('{"order":"01m8g3d4540nmkg8t6p2jpp3d0","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.739914+00', 4125384216143440028, NULL),
(962592770, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 19, 'wallet.capture_closed', convert_to('{"order":"01m8g3d4540nmkg8t6p2jpp3d0","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.740578+00', 4125384216143440028, NULL),
(963641345, 'stock/CUP-STONEWARE', 8, 'stock.reserved', convert_to('{"order":"1vmy6fzmhzn4dw6ncb0mhn6s7d","attempt":5294416000546761092,"quantity":12}', 'UTF8'), '2026-11-28 03:32:56.744759+00', 5874562077364522099, NULL),
(963641346, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 11, 'wallet.held', convert_to('{"order":"1vmy6fzmhzn4dw6ncb0mhn6s7d","attempt":5294416000546761092,"amount":16800}', 'UTF8'), '2026-11-28 03:32:56.744929+00', 5874562077364522099, NULL),
(963641347, 'order/1vmy6fzmhzn4dw6ncb0mhn6s7d', 1, 'order.placed', convert_to('{"user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","attempt":5294416000546761092,"lines":[{"sku":"CUP-STONEWARE","name":"Stoneware cup","quantity":12,"unit_price":1400}],"total":16800,"shipping_address":{"name":"\u6728\u6751 \u30DC\u30D6","line1":"\u5343\u4EE3\u75301-1","city":"\u6771\u4EAC\u90FD","postal_code":"100-0001","country":"JP"},"fingerprint":"c59df0496f72e88aaab51956f0110f65f4d867950121becbc68571e8b4fd083a","expires_at":"2026-12-23T03:32:56.7449794+00:00","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.744979+00', 5874562077364522099, NULL),
(964689921, 'order/1vmy6fzmhzn4dw6ncb0mhn6s7d', 2, 'order.paid', convert_to('{"by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.750566+00', 3037923040531823840, NULL),
(965738497, 'stock/CUP-STONEWARE', 9, 'stock.sold', convert_to('{"order":"1vmy6fzmhzn4dw6ncb0mhn6s7d","order_version":2,"quantity":12,"attempts":[5294416000546761092]}', 'UTF8'), '2026-11-28 03:32:56.751793+00', 3592826694865352934, NULL),
(965738498, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 12, 'wallet.captured', convert_to('{"order":"1vmy6fzmhzn4dw6ncb0mhn6s7d","order_version":2,"amount":16800,"attempts":[5294416000546761092]}', 'UTF8'), '2026-11-28 03:32:56.751935+00', 3592826694865352934, NULL),
(967835649, 'order/1vmy6fzmhzn4dw6ncb0mhn6s7d', 3, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.756977+00', 7218618197991225679, NULL),
(968884225, 'order/1vmy6fzmhzn4dw6ncb0mhn6s7d', 4, 'order.shipped', convert_to('{"tracking":{"carrier":"DHL","number":"00340434161094"},"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.760732+00', 4601293742180512537, NULL),
(970981377, 'stock/CUP-STONEWARE', 10, 'stock.sale_closed', convert_to('{"order":"1vmy6fzmhzn4dw6ncb0mhn6s7d","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.763957+00', 5827615657073425141, NULL),
(970981378, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 13, 'wallet.capture_closed', convert_to('{"order":"1vmy6fzmhzn4dw6ncb0mhn6s7d","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.764032+00', 5827615657073425141, NULL),
(973078529, 'order/1vmy6fzmhzn4dw6ncb0mhn6s7d', 5, 'order.received', convert_to('{"by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.772493+00', 522341820250897790, NULL),
(975175681, 'stock/HOT', 23, 'stock.reserved', convert_to('{"order":"01m8g3d4aha0hs2qb0rfpztg4w","attempt":5609167816848209085,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.786263+00', 1389312045057264521, NULL),
(975175682, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 20, 'wallet.held', convert_to('{"order":"01m8g3d4aha0hs2qb0rfpztg4w","attempt":5609167816848209085,"amount":100}', 'UTF8'), '2026-11-28 03:32:56.786418+00', 1389312045057264521, NULL),
(975175683, 'order/01m8g3d4aha0hs2qb0rfpztg4w', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":5609167816848209085,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100}],"total":100,"note":"complete 0","expires_at":"2026-12-23T03:32:56.78647+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.78647+00', 1389312045057264521, NULL),
(977272833, 'order/01m8g3d4aha0hs2qb0rfpztg4w', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.794054+00', 8366237135488858115, NULL),
(978321409, 'stock/HOT', 24, 'stock.sold', convert_to('{"order":"01m8g3d4aha0hs2qb0rfpztg4w","order_version":2,"quantity":1,"attempts":[5609167816848209085]}', 'UTF8'), '2026-11-28 03:32:56.795484+00', 6352363459727923630, NULL),
(978321410, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 21, 'wallet.captured', convert_to('{"order":"01m8g3d4aha0hs2qb0rfpztg4w","order_version":2,"amount":100,"attempts":[5609167816848209085]}', 'UTF8'), '2026-11-28 03:32:56.795703+00', 6352363459727923630, NULL),
(979369985, 'order/01m8g3d4aha0hs2qb0rfpztg4w', 3, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.79838+00', 3427313470134011234, NULL),
(980418561, 'order/01m8g3d4aha0hs2qb0rfpztg4w', 4, 'order.shipped', convert_to('{"tracking":{"carrier":"DHL","number":"100"},"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.800969+00', 4573434282341168304, NULL),
(981467137, 'stock/HOT', 25, 'stock.sale_closed', convert_to('{"order":"01m8g3d4aha0hs2qb0rfpztg4w","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.801564+00', 5094504973028558481, NULL),
(981467138, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 22, 'wallet.capture_closed', convert_to('{"order":"01m8g3d4aha0hs2qb0rfpztg4w","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.801611+00', 5094504973028558481, NULL),
(982515713, 'order/01m8g3d4aha0hs2qb0rfpztg4w', 5, 'order.received', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.803991+00', 5277817242820835469, NULL),
(983564289, 'order/01m8g3d4aha0hs2qb0rfpztg4w', 6, 'order.completed', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.8074+00', 8792427034218584584, NULL),
(984612865, 'stock/HOT', 26, 'stock.reserved', convert_to('{"order":"01m8g3d4bahx4jckxdvnf7dmbd","attempt":4354381884651226003,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.810994+00', 1124748828984177290, NULL),
(984612866, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 23, 'wallet.held', convert_to('{"order":"01m8g3d4bahx4jckxdvnf7dmbd","attempt":4354381884651226003,"amount":200}', 'UTF8'), '2026-11-28 03:32:56.811114+00', 1124748828984177290, NULL),
(984612867, 'order/01m8g3d4bahx4jckxdvnf7dmbd', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":4354381884651226003,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":100}],"total":200,"note":"complete 1","expires_at":"2026-12-23T03:32:56.8111633+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.811163+00', 1124748828984177290, NULL),
(986710017, 'order/01m8g3d4bahx4jckxdvnf7dmbd', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.81589+00', 4892361167791971773, NULL),
(987758593, 'stock/HOT', 27, 'stock.sold', convert_to('{"order":"01m8g3d4bahx4jckxdvnf7dmbd","order_version":2,"quantity":2,"attempts":[4354381884651226003]}', 'UTF8'), '2026-11-28 03:32:56.817232+00', 8484934152442719074, NULL),
(987758594, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 24, 'wallet.captured', convert_to('{"order":"01m8g3d4bahx4jckxdvnf7dmbd","order_version":2,"amount":200,"attempts":[4354381884651226003]}', 'UTF8'), '2026-11-28 03:32:56.817306+00', 8484934152442719074, NULL),
(988807169, 'order/01m8g3d4bahx4jckxdvnf7dmbd', 3, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.820016+00', 8648135922020676974, NULL),
(989855745, 'order/01m8g3d4bahx4jckxdvnf7dmbd', 4, 'order.shipped', convert_to('{"tracking":{"carrier":"DHL","number":"101"},"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.822678+00', 451242799440139685, NULL),
(990904321, 'stock/HOT', 28, 'stock.sale_closed', convert_to('{"order":"01m8g3d4bahx4jckxdvnf7dmbd","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.823432+00', 6015923513979429041, NULL),
(990904322, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 25, 'wallet.capture_closed', convert_to('{"order":"01m8g3d4bahx4jckxdvnf7dmbd","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.823636+00', 6015923513979429041, NULL),
(991952897, 'order/01m8g3d4bahx4jckxdvnf7dmbd', 5, 'order.received', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.829285+00', 5306635396585204963, NULL),
(993001473, 'order/01m8g3d4bahx4jckxdvnf7dmbd', 6, 'order.completed', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.832311+00', 3846404011937199685, NULL),
(994050049, 'stock/HOT', 29, 'stock.reserved', convert_to('{"order":"01m8g3d4c3kvpe6e24v92s10fx","attempt":5187742836141493697,"quantity":3}', 'UTF8'), '2026-11-28 03:32:56.835426+00', 2238629774486913994, NULL),
(994050050, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 26, 'wallet.held', convert_to('{"order":"01m8g3d4c3kvpe6e24v92s10fx","attempt":5187742836141493697,"amount":300}', 'UTF8'), '2026-11-28 03:32:56.835588+00', 2238629774486913994, NULL),
(994050051, 'order/01m8g3d4c3kvpe6e24v92s10fx', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":5187742836141493697,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":3,"unit_price":100}],"total":300,"note":"complete 2","expires_at":"2026-12-23T03:32:56.8357182+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.835718+00', 2238629774486913994, NULL),
(996147201, 'order/01m8g3d4c3kvpe6e24v92s10fx', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.843246+00', 6399226964907655249, NULL),
(997195777, 'stock/HOT', 30, 'stock.sold', convert_to('{"order":"01m8g3d4c3kvpe6e24v92s10fx","order_version":2,"quantity":3,"attempts":[5187742836141493697]}', 'UTF8'), '2026-11-28 03:32:56.844685+00', 4491485589463877442, NULL),
(997195778, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 27, 'wallet.captured', convert_to('{"order":"01m8g3d4c3kvpe6e24v92s10fx","order_version":2,"amount":300,"attempts":[5187742836141493697]}', 'UTF8'), '2026-11-28 03:32:56.844883+00', 4491485589463877442, NULL),
(998244353, 'order/01m8g3d4c3kvpe6e24v92s10fx', 3, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.848555+00', 208529863747723594, NULL),
(1000341505, 'order/01m8g3d4c3kvpe6e24v92s10fx', 4, 'order.shipped', convert_to('{"tracking":{"carrier":"DHL","number":"102"},"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.858754+00', 7936160000872855761, NULL),
(1001390081, 'stock/HOT', 31, 'stock.sale_closed', convert_to('{"order":"01m8g3d4c3kvpe6e24v92s10fx","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.859768+00', 6653102168597757615, NULL),
(1001390082, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 28, 'wallet.capture_closed', convert_to('{"order":"01m8g3d4c3kvpe6e24v92s10fx","order_version":4}', 'UTF8'), '2026-11-28 03:32:56.859991+00', 6653102168597757615, NULL),
(1002438657, 'order/01m8g3d4c3kvpe6e24v92s10fx', 5, 'order.received', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.865381+00', 1189366618985617873, NULL),
(1003487233, 'order/01m8g3d4c3kvpe6e24v92s10fx', 6, 'order.completed', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.868578+00', 8346588987969267889, NULL),
(1006632961, 'stock/TEA-1', 11, 'stock.reserved', convert_to('{"order":"01m8g3d4d74r26844vfbpj8mnb","attempt":1567024874989735378,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.872611+00', 4209623474132907426, NULL),
(1006632962, 'stock/HOT', 32, 'stock.reserved', convert_to('{"order":"01m8g3d4d74r26844vfbpj8mnb","attempt":1567024874989735378,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.872776+00', 4209623474132907426, NULL),
(1006632963, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 29, 'wallet.held', convert_to('{"order":"01m8g3d4d74r26844vfbpj8mnb","attempt":1567024874989735378,"amount":1298}', 'UTF8'), '2026-11-28 03:32:56.872854+00', 4209623474132907426, NULL),
(1006632964, 'order/01m8g3d4d74r26844vfbpj8mnb', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":1567024874989735378,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":100},{"sku":"TEA-1","name":"Tea, green","quantity":2,"unit_price":549}],"total":1298,"expires_at":"2026-12-23T03:32:56.8729805+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.87298+00', 4209623474132907426, NULL),
(1008730113, 'order/01m8g3d4d74r26844vfbpj8mnb', 2, 'order.cancelled', convert_to('{"reason":"changed my mind","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.885749+00', 8009501033252330927, NULL),
(1009778689, 'stock/TEA-1', 12, 'stock.released', convert_to('{"order":"01m8g3d4d74r26844vfbpj8mnb","order_version":2,"attempts":[1567024874989735378]}', 'UTF8'), '2026-11-28 03:32:56.888029+00', 1748424438003741435, NULL),
(1009778690, 'stock/HOT', 33, 'stock.released', convert_to('{"order":"01m8g3d4d74r26844vfbpj8mnb","order_version":2,"attempts":[1567024874989735378]}', 'UTF8'), '2026-11-28 03:32:56.888388+00', 1748424438003741435, NULL),
(1009778691, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 30, 'wallet.released', convert_to('{"order":"01m8g3d4d74r26844vfbpj8mnb","order_version":2,"attempts":[1567024874989735378]}', 'UTF8'), '2026-11-28 03:32:56.88841+00', 1748424438003741435, NULL),
(1011875841, 'stock/HOT', 34, 'stock.reserved', convert_to('{"order":"01m8g3d4e0mb9rpnxfxrv2sx38","attempt":3327731820955653286,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.897312+00', 7536468064018668968, NULL),
(1011875842, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 14, 'wallet.held', convert_to('{"order":"01m8g3d4e0mb9rpnxfxrv2sx38","attempt":3327731820955653286,"amount":100}', 'UTF8'), '2026-11-28 03:32:56.897466+00', 7536468064018668968, NULL),
(1011875843, 'order/01m8g3d4e0mb9rpnxfxrv2sx38', 1, 'order.placed', convert_to('{"user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","attempt":3327731820955653286,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100}],"total":100,"expires_at":"2026-12-23T03:32:56.8975149+00:00","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:32:56.897514+00', 7536468064018668968, NULL),
(1012924417, 'order/01m8g3d4e0mb9rpnxfxrv2sx38', 2, 'order.cancelled', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:56.913346+00', 1669978505705544716, NULL),
(1013972993, 'stock/HOT', 35, 'stock.released', convert_to('{"order":"01m8g3d4e0mb9rpnxfxrv2sx38","order_version":2,"attempts":[3327731820955653286]}', 'UTF8'), '2026-11-28 03:32:56.914864+00', 111555857213152132, NULL),
(1013972994, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 15, 'wallet.released', convert_to('{"order":"01m8g3d4e0mb9rpnxfxrv2sx38","order_version":2,"attempts":[3327731820955653286]}', 'UTF8'), '2026-11-28 03:32:56.91496+00', 111555857213152132, NULL),
(1015021569, 'stock/CUP-STONEWARE', 11, 'stock.reserved', convert_to('{"order":"01m8g3d4eptc9cw0avqxv05v26","attempt":4533322325496734836,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.91873+00', 232448832398531690, NULL),
(1015021570, 'stock/HOT', 36, 'stock.reserved', convert_to('{"order":"01m8g3d4eptc9cw0avqxv05v26","attempt":4533322325496734836,"quantity":4}', 'UTF8'), '2026-11-28 03:32:56.918904+00', 232448832398531690, NULL),
(1015021571, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 31, 'wallet.held', convert_to('{"order":"01m8g3d4eptc9cw0avqxv05v26","attempt":4533322325496734836,"amount":3200}', 'UTF8'), '2026-11-28 03:32:56.918935+00', 232448832398531690, NULL),
(1015021572, 'order/01m8g3d4eptc9cw0avqxv05v26', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":4533322325496734836,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":4,"unit_price":100},{"sku":"CUP-STONEWARE","name":"Stoneware cup","quantity":2,"unit_price":1400}],"total":3200,"expires_at":"2026-12-23T03:32:56.919018+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.919018+00', 232448832398531690, NULL),
(1016070145, 'order/01m8g3d4eptc9cw0avqxv05v26', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.924165+00', 7872670740092772270, NULL),
(1017118721, 'stock/CUP-STONEWARE', 12, 'stock.sold', convert_to('{"order":"01m8g3d4eptc9cw0avqxv05v26","order_version":2,"quantity":2,"attempts":[4533322325496734836]}', 'UTF8'), '2026-11-28 03:32:56.925406+00', 2939895961349205655, NULL),
(1017118722, 'stock/HOT', 37, 'stock.sold', convert_to('{"order":"01m8g3d4eptc9cw0avqxv05v26","order_version":2,"quantity":4,"attempts":[4533322325496734836]}', 'UTF8'), '2026-11-28 03:32:56.925535+00', 2939895961349205655, NULL),
(1017118723, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 32, 'wallet.captured', convert_to('{"order":"01m8g3d4eptc9cw0avqxv05v26","order_version":2,"amount":3200,"attempts":[4533322325496734836]}', 'UTF8'), '2026-11-28 03:32:56.925552+00', 2939895961349205655, NULL),
(1018167297, 'order/01m8g3d4eptc9cw0avqxv05v26', 3, 'order.cancelled', convert_to('{"reason":"schon woanders gekauft\n\u2013 tut mir leid","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.928996+00', 1451693198170278896, NULL),
(1019215873, 'stock/HOT', 38, 'stock.restocked', convert_to('{"order":"01m8g3d4eptc9cw0avqxv05v26","order_version":3,"quantity":4}', 'UTF8'), '2026-11-28 03:32:56.930096+00', 7509919866636036539, NULL),
(1019215874, 'stock/CUP-STONEWARE', 13, 'stock.restocked', convert_to('{"order":"01m8g3d4eptc9cw0avqxv05v26","order_version":3,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.930446+00', 7509919866636036539, NULL),
(1019215875, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 33, 'wallet.refunded', convert_to('{"order":"01m8g3d4eptc9cw0avqxv05v26","order_version":3,"amount":3200}', 'UTF8'), '2026-11-28 03:32:56.930521+00', 7509919866636036539, NULL),
(1020264449, 'stock/OLD-RADIO', 6, 'stock.reserved', convert_to('{"order":"01m8g3d4f63mvcd8kpbytb1j1f","attempt":1517232220797537607,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.934295+00', 6391177422074209436, NULL),
(1020264450, 'stock/HOT', 39, 'stock.reserved', convert_to('{"order":"01m8g3d4f63mvcd8kpbytb1j1f","attempt":1517232220797537607,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.934437+00', 6391177422074209436, NULL),
(1020264451, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 34, 'wallet.held', convert_to('{"order":"01m8g3d4f63mvcd8kpbytb1j1f","attempt":1517232220797537607,"amount":10000}', 'UTF8'), '2026-11-28 03:32:56.934528+00', 6391177422074209436, NULL),
(1020264452, 'order/01m8g3d4f63mvcd8kpbytb1j1f', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":1517232220797537607,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100},{"sku":"OLD-RADIO","name":"Radio","quantity":1,"unit_price":9900}],"total":10000,"expires_at":"2026-12-23T03:32:56.9345736+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.934573+00', 6391177422074209436, NULL),
(1022361601, 'order/01m8g3d4f63mvcd8kpbytb1j1f', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:56.940275+00', 9091995160823521221, NULL),
(1023410177, 'stock/OLD-RADIO', 7, 'stock.sold', convert_to('{"order":"01m8g3d4f63mvcd8kpbytb1j1f","order_version":2,"quantity":1,"attempts":[1517232220797537607]}', 'UTF8'), '2026-11-28 03:32:56.941584+00', 3519042289270158854, NULL),
(1023410178, 'stock/HOT', 40, 'stock.sold', convert_to('{"order":"01m8g3d4f63mvcd8kpbytb1j1f","order_version":2,"quantity":1,"attempts":[1517232220797537607]}', 'UTF8'), '2026-11-28 03:32:56.941723+00', 3519042289270158854, NULL),
(1023410179, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 35, 'wallet.captured', convert_to('{"order":"01m8g3d4f63mvcd8kpbytb1j1f","order_version":2,"amount":10000,"attempts":[1517232220797537607]}', 'UTF8'), '2026-11-28 03:32:56.941744+00', 3519042289270158854, NULL),
(1024458753, 'order/01m8g3d4f63mvcd8kpbytb1j1f', 3, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:56.945689+00', 8651659736517224996, NULL),
(1025507329, 'order/01m8g3d4f63mvcd8kpbytb1j1f', 4, 'order.cancelled', convert_to('{"reason":"Broken in the warehouse","by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:56.948714+00', 1637531658053391359, NULL),
(1026555905, 'stock/HOT', 41, 'stock.restocked', convert_to('{"order":"01m8g3d4f63mvcd8kpbytb1j1f","order_version":4,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.949507+00', 7685884425208968021, NULL),
(1026555906, 'stock/OLD-RADIO', 8, 'stock.restocked', convert_to('{"order":"01m8g3d4f63mvcd8kpbytb1j1f","order_version":4,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.949619+00', 7685884425208968021, NULL),
(1026555907, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 36, 'wallet.refunded', convert_to('{"order":"01m8g3d4f63mvcd8kpbytb1j1f","order_version":4,"amount":10000}', 'UTF8'), '2026-11-28 03:32:56.949632+00', 7685884425208968021, NULL),
(1027604481, 'stock/TEA-1', 13, 'stock.reserved', convert_to('{"order":"01m8g3d4frfejdabn7s0gqekk9","attempt":1627818148904908256,"quantity":1}', 'UTF8'), '2026-11-28 03:32:56.952775+00', 8576756125064088728, NULL),
(1027604482, 'user/u-79dr1dhs3z59y07fjh2ysyt5tw', 3, 'wallet.held', convert_to('{"order":"01m8g3d4frfejdabn7s0gqekk9","attempt":1627818148904908256,"amount":549}', 'UTF8'), '2026-11-28 03:32:56.952937+00', 8576756125064088728, NULL),
(1027604483, 'order/01m8g3d4frfejdabn7s0gqekk9', 1, 'order.placed', convert_to('{"user_id":"u-79dr1dhs3z59y07fjh2ysyt5tw","attempt":1627818148904908256,"lines":[{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":549}],"total":549,"note":"its buyer is suspended","expires_at":"2026-12-23T03:32:56.9529823+00:00","by":"u-79dr1dhs3z59y07fjh2ysyt5tw"}', 'UTF8'), '2026-11-28 03:32:56.952982+00', 8576756125064088728, NULL),
(1031798785, 'stock/TEA-1', 14, 'stock.reserved', convert_to('{"order":"01m8g3d4gm655g5zpqxx9j5fc0","attempt":7522621122901747725,"quantity":2}', 'UTF8'), '2026-11-28 03:32:56.980969+00', 3507483559287301849, NULL),
(1031798786, 'user/u-6bvm8de800pej0d2gemv4snv3b', 3, 'wallet.held', convert_to('{"order":"01m8g3d4gm655g5zpqxx9j5fc0","attempt":7522621122901747725,"amount":1098}', 'UTF8'), '2026-11-28 03:32:56.981237+00', 3507483559287301849, NULL),
(1031798787, 'order/01m8g3d4gm655g5zpqxx9j5fc0', 1, 'order.placed', convert_to('{"user_id":"u-6bvm8de800pej0d2gemv4snv3b","attempt":7522621122901747725,"lines":[{"sku":"TEA-1","name":"Tea, green","quantity":2,"unit_price":549}],"total":1098,"note":"its buyer has left","expires_at":"2026-12-23T03:32:56.9812962+00:00","by":"u-6bvm8de800pej0d2gemv4snv3b"}', 'UTF8'), '2026-11-28 03:32:56.981296+00', 3507483559287301849, NULL),
(1034944513, 'order/01m8g3d4gm655g5zpqxx9j5fc0', 2, 'order.paid', convert_to('{"by":"u-6bvm8de800pej0d2gemv4snv3b"}', 'UTF8'), '2026-11-28 03:32:57.012553+00', 7400165851511814680, NULL),
(1035993089, 'stock/TEA-1', 15, 'stock.sold', convert_to('{"order":"01m8g3d4gm655g5zpqxx9j5fc0","order_version":2,"quantity":2,"attempts":[7522621122901747725]}', 'UTF8'), '2026-11-28 03:32:57.0199+00', 6356813824033734838, NULL),
(1035993090, 'user/u-6bvm8de800pej0d2gemv4snv3b', 4, 'wallet.captured', convert_to('{"order":"01m8g3d4gm655g5zpqxx9j5fc0","order_version":2,"amount":1098,"attempts":[7522621122901747725]}', 'UTF8'), '2026-11-28 03:32:57.020075+00', 6356813824033734838, NULL),
(1037041665, 'order/01m8g3d4gm655g5zpqxx9j5fc0', 3, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:57.028072+00', 1303687345255852376, NULL),
(1038090241, 'order/01m8g3d4gm655g5zpqxx9j5fc0', 4, 'order.shipped', convert_to('{"tracking":{"carrier":"DHL","number":"7"},"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:57.031618+00', 7833684291286351929, NULL),
(1039138817, 'stock/TEA-1', 16, 'stock.sale_closed', convert_to('{"order":"01m8g3d4gm655g5zpqxx9j5fc0","order_version":4}', 'UTF8'), '2026-11-28 03:32:57.033934+00', 8011242606119509103, NULL),
(1039138818, 'user/u-6bvm8de800pej0d2gemv4snv3b', 5, 'wallet.capture_closed', convert_to('{"order":"01m8g3d4gm655g5zpqxx9j5fc0","order_version":4}', 'UTF8'), '2026-11-28 03:32:57.034082+00', 8011242606119509103, NULL),
(1041235969, 'order/01m8g3d4gm655g5zpqxx9j5fc0', 5, 'order.received', convert_to('{"by":"u-6bvm8de800pej0d2gemv4snv3b"}', 'UTF8'), '2026-11-28 03:32:57.038744+00', 5586770558270672400, NULL),
(1042284545, 'order/01m8g3d4gm655g5zpqxx9j5fc0', 6, 'order.completed', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:32:57.041939+00', 6081158007676507443, NULL),
(1043333121, 'stock/TEA-1', 17, 'stock.reserved', convert_to('{"order":"01m8g3d4jr2jfrry039bcmagzf","attempt":7091385657783010033,"quantity":1}', 'UTF8'), '2026-11-28 03:32:57.048678+00', 3295964494733685642, NULL),
(1047527425, 'stock/TEA-1', 18, 'stock.attempt_released', convert_to('{"order":"01m8g3d4jr2jfrry039bcmagzf","attempt":7091385657783010033}', 'UTF8'), '2026-11-28 03:32:57.056501+00', 3911534892226368754, NULL),
(1055916033, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 37, 'wallet.held', convert_to('{"order":"01m8g3d4q952y1fqkda8615c31","attempt":662178270289863156,"amount":37500000}', 'UTF8'), '2026-11-28 03:32:57.194636+00', 2285126463850919971, NULL),
(1058013185, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 38, 'wallet.attempt_released', convert_to('{"order":"01m8g3d4q952y1fqkda8615c31","attempt":662178270289863156}', 'UTF8'), '2026-11-28 03:32:57.196363+00', 2352785492546766646, NULL),
(1059061761, 'stock/OLD-RADIO', 9, 'product.discontinued', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:32:57.211127+00', 4564527409627274590, NULL),
(1061158913, 'stock/HOT', 42, 'stock.reserved', convert_to('{"order":"01m8g3d4rn7avve2xdrvt9zw2x","attempt":6608084807383444374,"quantity":1}', 'UTF8'), '2026-11-28 03:32:57.238114+00', 6053790847194100020, NULL),
(1061158914, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 39, 'wallet.held', convert_to('{"order":"01m8g3d4rn7avve2xdrvt9zw2x","attempt":6608084807383444374,"amount":100}', 'UTF8'), '2026-11-28 03:32:57.238292+00', 6053790847194100020, NULL),
(1061158915, 'order/01m8g3d4rn7avve2xdrvt9zw2x', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":6608084807383444374,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100}],"total":100,"note":"an attempt at it was voided","expires_at":"2026-12-23T03:32:57.2383922+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:32:57.238392+00', 6053790847194100020, NULL),
(1093664769, 'stock/HOT', 43, 'stock.reserved', convert_to('{"order":"01m8g3d4rn7avve2xdrvt9zw2x","attempt":4242424242424242,"quantity":7}', 'UTF8'), '2026-11-28 03:32:58.774736+00', 422102727974579967, NULL),
(1095761921, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 40, 'wallet.held', convert_to('{"order":"01m8g3d4rn7avve2xdrvt9zw2x","attempt":4242424242424242,"amount":700}', 'UTF8'), '2026-11-28 03:32:58.811142+00', 4164120854115347296, NULL),
(1101004801, 'order/01m8g3d4rn7avve2xdrvt9zw2x', 2, 'order.attempt_voided', convert_to('{"attempt":4242424242424242,"by":"system"}', 'UTF8'), '2026-11-28 03:33:00.481722+00', 4786719115978693147, NULL),
(1102053377, 'stock/CUP-STONEWARE', 14, 'stock.reserved', convert_to('{"order":"4gda63fqrhz5j78gm0cpvh0r01","attempt":1717171717171717,"quantity":1}', 'UTF8'), '2026-11-28 03:33:00.608428+00', 6265483050099535552, NULL),
(1103101953, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 41, 'wallet.attempt_released', convert_to('{"order":"01m8g3d4rn7avve2xdrvt9zw2x","attempt":4242424242424242}', 'UTF8'), '2026-11-28 03:33:00.614059+00', 7608565850715169175, NULL),
(1103101954, 'stock/HOT', 44, 'stock.attempt_released', convert_to('{"order":"01m8g3d4rn7avve2xdrvt9zw2x","attempt":4242424242424242}', 'UTF8'), '2026-11-28 03:33:00.614248+00', 7608565850715169175, NULL),
(1105199105, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 42, 'wallet.held', convert_to('{"order":"4gda63fqrhz5j78gm0cpvh0r01","attempt":1717171717171717,"amount":1400}', 'UTF8'), '2026-11-28 03:33:00.662349+00', 3074225737431945260, NULL),
(1113587713, 'order/4gda63fqrhz5j78gm0cpvh0r01', 1, 'order.attempt_voided', convert_to('{"attempt":1717171717171717,"by":"system"}', 'UTF8'), '2026-11-28 03:33:01.991773+00', 6615005935354961124, NULL),
(1114636289, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 43, 'wallet.attempt_released', convert_to('{"order":"4gda63fqrhz5j78gm0cpvh0r01","attempt":1717171717171717}', 'UTF8'), '2026-11-28 03:33:02.011821+00', 1316369081066469874, NULL),
(1114636290, 'stock/CUP-STONEWARE', 15, 'stock.attempt_released', convert_to('{"order":"4gda63fqrhz5j78gm0cpvh0r01","attempt":1717171717171717}', 'UTF8'), '2026-11-28 03:33:02.011999+00', 1316369081066469874, NULL),
(1118830593, 'stock/CUP-STONEWARE', 16, 'stock.reserved', convert_to('{"order":"32njbzgpev52ndv1q0mpwkcfpj","attempt":2929292929292929,"quantity":1}', 'UTF8'), '2026-11-28 03:33:02.350057+00', 8473316957586631105, NULL),
(1120927745, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 44, 'wallet.held', convert_to('{"order":"32njbzgpev52ndv1q0mpwkcfpj","attempt":2929292929292929,"amount":1400}', 'UTF8'), '2026-11-28 03:33:02.477799+00', 2096759588597150610, NULL),
(1127219201, 'order/32njbzgpev52ndv1q0mpwkcfpj', 1, 'order.attempt_voided', convert_to('{"attempt":2929292929292929,"by":"system"}', 'UTF8'), '2026-11-28 03:33:03.595701+00', 7669246699992621065, NULL),
(1128267777, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 45, 'wallet.attempt_released', convert_to('{"order":"32njbzgpev52ndv1q0mpwkcfpj","attempt":2929292929292929}', 'UTF8'), '2026-11-28 03:33:03.600178+00', 632427106853467984, NULL),
(1128267778, 'stock/CUP-STONEWARE', 17, 'stock.attempt_released', convert_to('{"order":"32njbzgpev52ndv1q0mpwkcfpj","attempt":2929292929292929}', 'UTF8'), '2026-11-28 03:33:03.600285+00', 632427106853467984, NULL),
(1133510657, 'stock/CUP-STONEWARE', 18, 'stock.reserved', convert_to('{"order":"4gda63fqrhz5j78gm0cpvh0r01","attempt":6674685605235923441,"quantity":1}', 'UTF8'), '2026-11-28 03:33:04.04146+00', 6296503559723568169, NULL),
(1133510658, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 46, 'wallet.held', convert_to('{"order":"4gda63fqrhz5j78gm0cpvh0r01","attempt":6674685605235923441,"amount":1400}', 'UTF8'), '2026-11-28 03:33:04.04165+00', 6296503559723568169, NULL),
(1136656385, 'order/4gda63fqrhz5j78gm0cpvh0r01', 2, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":6674685605235923441,"lines":[{"sku":"CUP-STONEWARE","name":"Stoneware cup","quantity":1,"unit_price":1400}],"total":1400,"fingerprint":"c43770798c5ac911a6e234e1c4207f874a44e160638e8a0c360d0e22f7b941e7","expires_at":"2026-12-23T03:33:04.0767873+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:04.076787+00', 7285961477441839445, NULL),
(1147142145, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 16, 'user.password_changed', convert_to('{"by":"u-22g5nnvktbqsvvz7kz44w58vc2","password_hash":"AQAAAAIAAYagAAAAECRYzn8kzvyXdCvGeUYVUxlag5wLoUN3tRhMpPCTZ9VsZ\u002BTRtzUEyrBmmbItHW6qNg=="}', 'UTF8'), '2026-11-28 03:33:05.591009+00', 3358888082548543813, NULL),
(1149239297, 'stock/SCARCE', 4, 'stock.reserved', convert_to('{"order":"01m8g3dd69n609mj9eqhb2sc9h","attempt":3508276682576356836,"quantity":5}', 'UTF8'), '2026-11-28 03:33:05.875171+00', 2466895551506570726, NULL),
(1149239298, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 47, 'wallet.held', convert_to('{"order":"01m8g3dd69n609mj9eqhb2sc9h","attempt":3508276682576356836,"amount":3500}', 'UTF8'), '2026-11-28 03:33:05.875416+00', 2466895551506570726, NULL),
(1149239299, 'order/01m8g3dd69n609mj9eqhb2sc9h', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":3508276682576356836,"lines":[{"sku":"SCARCE","name":"Scarce","quantity":5,"unit_price":700}],"total":3500,"expires_at":"2026-12-23T03:33:05.875494+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:05.875494+00', 2466895551506570726, NULL),
(1152385025, 'stock-alert/SCARCE', 1, 'stock.low', convert_to('{"sku":"SCARCE","available":6,"threshold":10,"stock_version":4}', 'UTF8'), '2026-11-28 03:33:05.88972+00', 157004973128593015, NULL),
(1154482177, 'order/01m8g3dd69n609mj9eqhb2sc9h', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:05.91795+00', 7902493474728122723, NULL),
(1155530753, 'stock/SCARCE', 5, 'stock.sold', convert_to('{"order":"01m8g3dd69n609mj9eqhb2sc9h","order_version":2,"quantity":5,"attempts":[3508276682576356836]}', 'UTF8'), '2026-11-28 03:33:05.925658+00', 6695110844274862576, NULL),
(1155530754, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 48, 'wallet.captured', convert_to('{"order":"01m8g3dd69n609mj9eqhb2sc9h","order_version":2,"amount":3500,"attempts":[3508276682576356836]}', 'UTF8'), '2026-11-28 03:33:05.925801+00', 6695110844274862576, NULL),
(1159725057, 'stock/SCARCE', 6, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":40,"reason":"Nachschub"}', 'UTF8'), '2026-11-28 03:33:06.539472+00', 1713081683165543275, NULL),
(1161822209, 'stock-alert/SCARCE', 2, 'stock.replenished', convert_to('{"sku":"SCARCE","available":46,"threshold":10,"stock_version":6}', 'UTF8'), '2026-11-28 03:33:06.623874+00', 4243967377598505319, NULL),
(1163919361, 'stock/HOT', 45, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":-3,"reason":"breakage","key":"count-0"}', 'UTF8'), '2026-11-28 03:33:06.823136+00', 5881846649342631097, NULL),
(1166016513, 'stock/HOT', 46, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":5,"reason":"count"}', 'UTF8'), '2026-11-28 03:33:06.868643+00', 5206561409139304433, NULL),
(1167065089, 'stock/HOT', 47, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":-3,"reason":"breakage"}', 'UTF8'), '2026-11-28 03:33:06.873849+00', 1611429372758391479, NULL),
(1169162241, 'stock/HOT', 48, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":5,"reason":"count","key":"count-3"}', 'UTF8'), '2026-11-28 03:33:06.883356+00', 4512403492860177086, NULL),
(1170210817, 'stock/HOT', 49, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":-3,"reason":"breakage"}', 'UTF8'), '2026-11-28 03:33:06.892845+00', 2941573018358718075, NULL),
(1173356545, 'stock/HOT', 50, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":5,"reason":"count"}', 'UTF8'), '2026-11-28 03:33:06.912664+00', 4077635649104863761, NULL),
(1174405121, 'stock/HOT', 51, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":-3,"reason":"breakage","key":"count-6"}', 'UTF8'), '2026-11-28 03:33:06.922285+00', 2200569650901233233, NULL),
(1177550849, 'stock/HOT', 52, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":5,"reason":"count"}', 'UTF8'), '2026-11-28 03:33:06.935349+00', 3042696053723768698, NULL),
(1178599425, 'stock/HOT', 53, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":-3,"reason":"breakage"}', 'UTF8'), '2026-11-28 03:33:06.939093+00', 808713090706028210, NULL),
(1179648001, 'stock/HOT', 54, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":5,"reason":"count","key":"count-9"}', 'UTF8'), '2026-11-28 03:33:06.945536+00', 1703588235811467651, NULL),
(1182793729, 'stock/HOT', 55, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":-3,"reason":"breakage"}', 'UTF8'), '2026-11-28 03:33:06.985287+00', 8255971831360086723, NULL),
(1183842305, 'stock/HOT', 56, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":5,"reason":"count"}', 'UTF8'), '2026-11-28 03:33:07.012174+00', 6397698932835842933, NULL),
(1184890881, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 49, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":1000}', 'UTF8'), '2026-11-28 03:33:07.026473+00', 5864482730264618152, NULL),
(1186988033, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 50, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":1001,"key":"salary-1"}', 'UTF8'), '2026-11-28 03:33:07.039382+00', 7700159713813110528, NULL),
(1188036609, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 51, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":1002}', 'UTF8'), '2026-11-28 03:33:07.057239+00', 27730067615229729, NULL),
(1189085185, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 52, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":1003,"key":"salary-3"}', 'UTF8'), '2026-11-28 03:33:07.062791+00', 8106384860454057432, NULL),
(1191182337, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 53, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":1004}', 'UTF8'), '2026-11-28 03:33:07.08071+00', 3034952969438979894, NULL),
(1192230913, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 54, 'wallet.deposited', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez","amount":1005,"key":"salary-5"}', 'UTF8'), '2026-11-28 03:33:07.089348+00', 6052455989585114036, NULL),
(1193279489, 'user/u-79dr1dhs3z59y07fjh2ysyt5tw', 4, 'user.suspended', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:33:07.10166+00', 1390551483799919399, NULL),
(1195376641, 'user/u-6bvm8de800pej0d2gemv4snv3b', 6, 'user.closed', convert_to('{"by":"u-4cd5vebda10gavvt88qn6yw5ez"}', 'UTF8'), '2026-11-28 03:33:07.118262+00', 6312347019947372305, NULL),
(1216348161, 'stock/HOT', 57, 'stock.reserved', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","attempt":4468669706084084920,"quantity":1}', 'UTF8'), '2026-11-28 03:33:19.707665+00', 6798561430526803020, '00-113866f3065b88a378344e40b3d8d096-1c7f1c9c46fe76fa-01'),
(1216348162, 'stock/TEA-1', 19, 'stock.reserved', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","attempt":4468669706084084920,"quantity":1}', 'UTF8'), '2026-11-28 03:33:19.706825+00', 6798561430526803020, '00-113866f3065b88a378344e40b3d8d096-61074cb88001077d-01'),
(1216348163, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 55, 'wallet.held', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","attempt":4468669706084084920,"amount":649}', 'UTF8'), '2026-11-28 03:33:19.860745+00', 6798561430526803020, '00-113866f3065b88a378344e40b3d8d096-01ec14d99e9f7133-01'),
(1216348164, 'order/01m8g3dt82rwgxrczd3sxzn33b', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":4468669706084084920,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":549}],"total":649,"note":"told to webhooks","expires_at":"2026-12-23T03:33:19.8708689+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:19.870868+00', 6798561430526803020, '00-113866f3065b88a378344e40b3d8d096-195db59b37379491-01'),
(1224736769, 'stock/HOT', 58, 'stock.reserved', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","attempt":8631588516532109022,"quantity":1}', 'UTF8'), '2026-11-28 03:33:20.699157+00', 2196497285027223267, '00-b54eb79c1b936cf4a763e297b0c581c3-baab3098860ebd81-01'),
(1226833921, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 56, 'wallet.held', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","attempt":8631588516532109022,"amount":100}', 'UTF8'), '2026-11-28 03:33:20.726959+00', 2956859355949201687, '00-b54eb79c1b936cf4a763e297b0c581c3-8a012404ef93ef2f-01'),
(1227882497, 'order/01m8g3dt82rwgxrczd3sxzn33b', 2, 'order.amended', convert_to('{"attempt":8631588516532109022,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":100},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":549}],"total":749,"note":"told to webhooks","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:20.739898+00', 4787041850802835083, '00-b54eb79c1b936cf4a763e297b0c581c3-f8ef0abf3f6b65c2-01'),
(1232076801, 'order/01m8g3dt82rwgxrczd3sxzn33b', 3, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:20.790683+00', 2612122263707602046, '00-22b0f908ac108ffa2a21752a26e92bc5-3f915027f229ad43-01'),
(1233125377, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 57, 'wallet.captured', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","order_version":3,"amount":749,"attempts":[4468669706084084920,8631588516532109022]}', 'UTF8'), '2026-11-28 03:33:20.795797+00', 4134035225304382582, '00-22b0f908ac108ffa2a21752a26e92bc5-5e809bc6a7f0fccf-01'),
(1234173953, 'stock/TEA-1', 20, 'stock.sold', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","order_version":3,"quantity":1,"attempts":[4468669706084084920]}', 'UTF8'), '2026-11-28 03:33:20.797228+00', 5438140366781561504, '00-22b0f908ac108ffa2a21752a26e92bc5-68e3fb3a88b5a71c-01'),
(1234173954, 'stock/HOT', 59, 'stock.sold', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","order_version":3,"quantity":2,"attempts":[4468669706084084920,8631588516532109022]}', 'UTF8'), '2026-11-28 03:33:20.798098+00', 5438140366781561504, '00-22b0f908ac108ffa2a21752a26e92bc5-aa128f91c35c6e5d-01'),
(1236271105, 'order/01m8g3dt82rwgxrczd3sxzn33b', 4, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:33:20.809285+00', 8333992797671407957, '00-ee888e500ed2831bd15e5c2e0aecabaa-95645e2fe31923ac-01'),
(1237319681, 'order/01m8g3dt82rwgxrczd3sxzn33b', 5, 'order.shipped', convert_to('{"tracking":{"carrier":"UPS","number":"1Z"},"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:33:20.815224+00', 8309734805964504406, '00-2f47f1da8dee3af8c4ff607cb24a35af-d8b2ab84312aa7e2-01'),
(1238368257, 'stock/HOT', 60, 'stock.sale_closed', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","order_version":5}', 'UTF8'), '2026-11-28 03:33:20.816723+00', 8254962853385406202, '00-2f47f1da8dee3af8c4ff607cb24a35af-2a4b3cb24f25aa32-01'),
(1238368258, 'stock/TEA-1', 21, 'stock.sale_closed', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","order_version":5}', 'UTF8'), '2026-11-28 03:33:20.816969+00', 8254962853385406202, '00-2f47f1da8dee3af8c4ff607cb24a35af-2a55d8fd4aa223de-01'),
(1238368259, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 58, 'wallet.capture_closed', convert_to('{"order":"01m8g3dt82rwgxrczd3sxzn33b","order_version":5}', 'UTF8'), '2026-11-28 03:33:20.8171+00', 8254962853385406202, '00-2f47f1da8dee3af8c4ff607cb24a35af-1cf53d4e3f2856fa-01'),
(1240465409, 'order/01m8g3dt82rwgxrczd3sxzn33b', 6, 'order.received', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:20.823771+00', 7961955068149456407, '00-d7a0e975e23f4aa6fa588539f48ac79e-ae9beffca326d38a-01'),
(1241513985, 'order/01m8g3dt82rwgxrczd3sxzn33b', 7, 'order.completed', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:33:20.829182+00', 107934575850288544, '00-0c4a61b23bfdad9851ca94a57408d6ee-482b730e7dac53ce-01'),
(1243611137, 'stock/HOT', 61, 'stock.reserved', convert_to('{"order":"01m8g3dvt4f5sfdrqg9akep50r","attempt":3265006766311446995,"quantity":2}', 'UTF8'), '2026-11-28 03:33:20.838681+00', 2825758964795496430, '00-252dd2b30f368d2fd23d0dc3c98a4e87-c8e16ca1f209717a-01'),
(1243611138, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 17, 'wallet.held', convert_to('{"order":"01m8g3dvt4f5sfdrqg9akep50r","attempt":3265006766311446995,"amount":200}', 'UTF8'), '2026-11-28 03:33:20.8466+00', 2825758964795496430, '00-252dd2b30f368d2fd23d0dc3c98a4e87-4547e09519898a97-01'),
(1243611139, 'order/01m8g3dvt4f5sfdrqg9akep50r', 1, 'order.placed', convert_to('{"user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","attempt":3265006766311446995,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":100}],"total":200,"expires_at":"2026-12-23T03:33:20.846798+00:00","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:33:20.846798+00', 2825758964795496430, '00-252dd2b30f368d2fd23d0dc3c98a4e87-368584190ccdd919-01'),
(1245708289, 'order/01m8g3dvt4f5sfdrqg9akep50r', 2, 'order.cancelled', convert_to('{"reason":"told to webhooks","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:33:20.901861+00', 300460665867246874, '00-1dc139db6770791d1b47f3f0dad3f53a-e2a84a2e3e78b1f9-01'),
(1246756865, 'stock/HOT', 62, 'stock.released', convert_to('{"order":"01m8g3dvt4f5sfdrqg9akep50r","order_version":2,"attempts":[3265006766311446995]}', 'UTF8'), '2026-11-28 03:33:20.903719+00', 2045451921250272234, '00-1dc139db6770791d1b47f3f0dad3f53a-68deca9de5e663a2-01'),
(1246756866, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 18, 'wallet.released', convert_to('{"order":"01m8g3dvt4f5sfdrqg9akep50r","order_version":2,"attempts":[3265006766311446995]}', 'UTF8'), '2026-11-28 03:33:20.904106+00', 2045451921250272234, '00-1dc139db6770791d1b47f3f0dad3f53a-39b8ba3b59ff009e-01'),
(1299185665, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 59, 'wallet.held', convert_to('{"order":"01m8g3e0m033km3t3qz6kb847h","attempt":7885100553733395239,"amount":100}', 'UTF8'), '2026-11-28 03:33:25.764778+00', 7677858669119074405, '00-711ccb638232d1f520fe0430a14be22c-49e1bfb78bb6298a-01'),
(1299185666, 'stock/HOT', 63, 'stock.reserved', convert_to('{"order":"01m8g3e0m033km3t3qz6kb847h","attempt":7885100553733395239,"quantity":1}', 'UTF8'), '2026-11-28 03:33:25.765018+00', 7677858669119074405, '00-711ccb638232d1f520fe0430a14be22c-996c52165eefdc69-01'),
(1299185667, 'order/01m8g3e0m033km3t3qz6kb847h', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":7885100553733395239,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100}],"total":100,"note":"one of its events was unreadable for a while","expires_at":"2026-12-23T03:33:25.7651979+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:25.765197+00', 7677858669119074405, '00-711ccb638232d1f520fe0430a14be22c-cad69bb3ed40e5ff-01'),
(1322254337, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 60, 'wallet.captured', convert_to('{"order":"01m8g3e0m033km3t3qz6kb847h","order_version":2,"amount":100,"attempts":[7885100553733395239]}', 'UTF8'), '2026-11-28 03:33:33.81496+00', 2247375608144639902, '00-991e4174f68fa96cf8fb4ec94140c0d6-83d9c45b3ffa5b02-01'),
(1328545793, 'stock/HOT', 64, 'stock.sold', convert_to('{"order":"01m8g3e0m033km3t3qz6kb847h","order_version":2,"quantity":1,"attempts":[7885100553733395239]}', 'UTF8'), '2026-11-28 03:33:34.238524+00', 9161745779489071417, '00-991e4174f68fa96cf8fb4ec94140c0d6-b1efc8f3559e8dbf-01'),
(1317011457, 'order/01m8g3e0m033km3t3qz6kb847h', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:33.537907+00', 3629637790350258491, '00-991e4174f68fa96cf8fb4ec94140c0d6-1d1ca9a345561843-01'),
(1368391681, 'order/01m8g3e0m033km3t3qz6kb847h', 3, 'order.packing_started', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx"}', 'UTF8'), '2026-11-28 03:33:57.533471+00', 1967040597239603541, NULL),
(1380974593, 'stock/HOT', 65, 'stock.adjusted', convert_to('{"by":"u-1zn63mjf53skybjmj3q20t0avx","quantity":11,"reason":"behind the snapshot","key":"count-99"}', 'UTF8'), '2026-11-28 03:33:58.605534+00', 5394219480898981111, NULL),
(1383071745, 'stock/HOT', 66, 'stock.reserved', convert_to('{"order":"29m4gesdkmschp2amw6a39h4z2","attempt":2219250905275073800,"quantity":2}', 'UTF8'), '2026-11-28 03:33:58.721134+00', 2312158653700719780, NULL),
(1383071746, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 61, 'wallet.held', convert_to('{"order":"29m4gesdkmschp2amw6a39h4z2","attempt":2219250905275073800,"amount":200}', 'UTF8'), '2026-11-28 03:33:58.802089+00', 2312158653700719780, NULL),
(1383071747, 'order/29m4gesdkmschp2amw6a39h4z2', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":2219250905275073800,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":100}],"total":200,"note":"behind the snapshot","fingerprint":"d17195865b36c36b06e74dea31cf5766fdbd635668705936d9117eba0fd0ac43","expires_at":"2026-12-23T03:33:58.8134912+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:58.813491+00', 2312158653700719780, NULL),
(1386217473, 'stock/HOT', 67, 'stock.reserved', convert_to('{"order":"01m8g3f0x920q1qcsf7r4wcm79","attempt":1575784477975426843,"quantity":1}', 'UTF8'), '2026-11-28 03:33:58.827969+00', 1897368098256561276, NULL),
(1386217474, 'stock/TEA-1', 22, 'stock.reserved', convert_to('{"order":"01m8g3f0x920q1qcsf7r4wcm79","attempt":1575784477975426843,"quantity":1}', 'UTF8'), '2026-11-28 03:33:58.852546+00', 1897368098256561276, NULL),
(1386217475, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 62, 'wallet.held', convert_to('{"order":"01m8g3f0x920q1qcsf7r4wcm79","attempt":1575784477975426843,"amount":649}', 'UTF8'), '2026-11-28 03:33:58.852928+00', 1897368098256561276, NULL),
(1386217476, 'order/01m8g3f0x920q1qcsf7r4wcm79', 1, 'order.placed', convert_to('{"user_id":"u-7xxs1gtg5xazfengc6spbs00sx","attempt":1575784477975426843,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":549}],"total":649,"note":"behind the snapshot, too","expires_at":"2026-12-23T03:33:58.853009+00:00","by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:58.853009+00', 1897368098256561276, NULL),
(1395654657, 'order/01m8g3f0x920q1qcsf7r4wcm79', 2, 'order.paid', convert_to('{"by":"u-7xxs1gtg5xazfengc6spbs00sx"}', 'UTF8'), '2026-11-28 03:33:58.885297+00', 3021110896199053764, NULL),
(1397751809, 'user/u-7xxs1gtg5xazfengc6spbs00sx', 63, 'wallet.captured', convert_to('{"order":"01m8g3f0x920q1qcsf7r4wcm79","order_version":2,"amount":649,"attempts":[1575784477975426843]}', 'UTF8'), '2026-11-28 03:33:58.910258+00', 5327348405196657895, NULL),
(1397751810, 'stock/TEA-1', 23, 'stock.sold', convert_to('{"order":"01m8g3f0x920q1qcsf7r4wcm79","order_version":2,"quantity":1,"attempts":[1575784477975426843]}', 'UTF8'), '2026-11-28 03:33:58.915477+00', 5327348405196657895, NULL),
(1397751811, 'stock/HOT', 68, 'stock.sold', convert_to('{"order":"01m8g3f0x920q1qcsf7r4wcm79","order_version":2,"quantity":1,"attempts":[1575784477975426843]}', 'UTF8'), '2026-11-28 03:33:58.915599+00', 5327348405196657895, NULL),
(1417674753, 'stock/LEFT-BEHIND', 3, 'stock.reserved', convert_to('{"order":"5f3d7bs4eanc1e4xrx2rad1fa2","attempt":3131313131313131,"quantity":2}', 'UTF8'), '2026-11-28 03:34:02.082058+00', 4435522095578457313, NULL),
(1419771905, 'user/u-56nr3ttnbcby9mhk09r5qd2yj3', 3, 'wallet.held', convert_to('{"order":"5f3d7bs4eanc1e4xrx2rad1fa2","attempt":3131313131313131,"amount":100}', 'UTF8'), '2026-11-28 03:34:02.17721+00', 8461238070912303243, NULL),
(1422917633, 'stock/HOT', 69, 'stock.reserved', convert_to('{"order":"01m8g3f4dhkntxyq1hw98ymfyp","attempt":8283479848134891723,"quantity":1}', 'UTF8'), '2026-11-28 03:34:02.420794+00', 6160061752798083638, NULL),
(1422917634, 'user/u-22g5nnvktbqsvvz7kz44w58vc2', 19, 'wallet.held', convert_to('{"order":"01m8g3f4dhkntxyq1hw98ymfyp","attempt":8283479848134891723,"amount":100}', 'UTF8'), '2026-11-28 03:34:02.480091+00', 6160061752798083638, NULL),
(1422917635, 'order/01m8g3f4dhkntxyq1hw98ymfyp', 1, 'order.placed', convert_to('{"user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","attempt":8283479848134891723,"lines":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":100}],"total":100,"note":"the kill came while its webhook was being told","expires_at":"2026-12-23T03:34:02.4804501+00:00","by":"u-22g5nnvktbqsvvz7kz44w58vc2"}', 'UTF8'), '2026-11-28 03:34:02.48045+00', 6160061752798083638, NULL);
INSERT INTO public.journal_epoch VALUES
(true, 0);
INSERT INTO public.lease VALUES
('deadline-sweep', 'host/15728/0517fafe559142779384187621e55ef7', 1795836849837339),
('webhook-dispatch', 'host/15728/98699705de284f7d84c6b83ceda1fbb4', 1795836851883474);
INSERT INTO public.order_index VALUES
('01m8g3cqm6z66z430d1qarp5x3', 'u-7xxs1gtg5xazfengc6spbs00sx', 8, 549, 1795836763893619, 1795836766820830, NULL, 2),
('3xs41ek70sfx59602abx0bayb6', 'u-22g5nnvktbqsvvz7kz44w58vc2', 8, 1600, 1795836764100938, 1795836766824874, NULL, 2),
('01m8g3d35bnnn5cea6xwkbvb0p', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 100, 1795836775748681, 1795836775748681, 1797996775748681, 1),
('7dcng4q83jkz0q4ab073cccvwt', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 1398, 1795836776106644, 1795836776106644, 1797996776106644, 1),
('01m8g3d3pzc6b734ds2ac8183j', 'u-22g5nnvktbqsvvz7kz44w58vc2', 1, 7500000, 1795836776165870, 1795836776165870, 1797996776165870, 1),
('01m8g3d3p0rkzvv5v75a3vw01q', 'u-22g5nnvktbqsvvz7kz44w58vc2', 1, 14648, 1795836776145252, 1795836776145252, 1797996776145252, 1),
('01m8g3d3pr9k4h9ghthtknf2m1', 'u-22g5nnvktbqsvvz7kz44w58vc2', 1, 0, 1795836776154711, 1795836776154711, 1797996776154711, 1),
('01m8g3d3q900jm7z0rgnm19qet', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 200, 1795836776169955, 1795836776217877, 1797996776169955, 2),
('0e8m4whqb4b8nbnk7q9ar6c70n', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 949, 1795836776244702, 1795836776501423, 1797996776244702, 4),
('7205dax76bx4r3rkd9hb9w4hjt', 'u-7xxs1gtg5xazfengc6spbs00sx', 2, 200, 1795836776512470, 1795836776523245, NULL, 2),
('01m8g3d44bhrrjd3z9vtpv1ed0', 'u-7xxs1gtg5xazfengc6spbs00sx', 3, 1747, 1795836776588506, 1795836776605763, NULL, 3),
('01m8g3d42yvww4xmnv94jjrdmt', 'u-7xxs1gtg5xazfengc6spbs00sx', 2, 4299, 1795836776543410, 1795836776552757, NULL, 2),
('01m8g3d43emk278dr4wppkaz65', 'u-22g5nnvktbqsvvz7kz44w58vc2', 2, 19900, 1795836776566448, 1795836776582472, NULL, 3),
('01m8g3d4540nmkg8t6p2jpp3d0', 'u-7xxs1gtg5xazfengc6spbs00sx', 4, 200, 1795836776613039, 1795836776737919, NULL, 4),
('01m8g3d4bahx4jckxdvnf7dmbd', 'u-7xxs1gtg5xazfengc6spbs00sx', 6, 200, 1795836776811163, 1795836776832311, NULL, 6),
('01m8g3d4aha0hs2qb0rfpztg4w', 'u-7xxs1gtg5xazfengc6spbs00sx', 6, 100, 1795836776786470, 1795836776807400, NULL, 6),
('1vmy6fzmhzn4dw6ncb0mhn6s7d', 'u-22g5nnvktbqsvvz7kz44w58vc2', 5, 16800, 1795836776744979, 1795836776772493, NULL, 5),
('01m8g3d4d74r26844vfbpj8mnb', 'u-7xxs1gtg5xazfengc6spbs00sx', 7, 1298, 1795836776872980, 1795836776885749, NULL, 2),
('01m8g3d4f63mvcd8kpbytb1j1f', 'u-7xxs1gtg5xazfengc6spbs00sx', 7, 10000, 1795836776934573, 1795836776948714, NULL, 4),
('01m8g3d4e0mb9rpnxfxrv2sx38', 'u-22g5nnvktbqsvvz7kz44w58vc2', 7, 100, 1795836776897514, 1795836776913346, NULL, 2),
('01m8g3d4eptc9cw0avqxv05v26', 'u-7xxs1gtg5xazfengc6spbs00sx', 7, 3200, 1795836776919018, 1795836776928996, NULL, 3),
('01m8g3d4c3kvpe6e24v92s10fx', 'u-7xxs1gtg5xazfengc6spbs00sx', 6, 300, 1795836776835718, 1795836776868578, NULL, 6),
('01m8g3d4frfejdabn7s0gqekk9', 'u-79dr1dhs3z59y07fjh2ysyt5tw', 1, 549, 1795836776952982, 1795836776952982, 1797996776952982, 1),
('01m8g3d4gm655g5zpqxx9j5fc0', 'u-6bvm8de800pej0d2gemv4snv3b', 6, 1098, 1795836776981296, 1795836777041939, NULL, 6),
('01m8g3d4rn7avve2xdrvt9zw2x', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 100, 1795836777238392, 1795836777238392, 1797996777238392, 1),
('4gda63fqrhz5j78gm0cpvh0r01', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 1400, 1795836784076787, 1795836784076787, 1797996784076787, 2),
('01m8g3dd69n609mj9eqhb2sc9h', 'u-7xxs1gtg5xazfengc6spbs00sx', 2, 3500, 1795836785875494, 1795836785917950, NULL, 2),
('01m8g3dt82rwgxrczd3sxzn33b', 'u-7xxs1gtg5xazfengc6spbs00sx', 6, 749, 1795836799870868, 1795836800829182, NULL, 7),
('01m8g3dvt4f5sfdrqg9akep50r', 'u-22g5nnvktbqsvvz7kz44w58vc2', 7, 200, 1795836800846798, 1795836800901861, NULL, 2),
('01m8g3e0m033km3t3qz6kb847h', 'u-7xxs1gtg5xazfengc6spbs00sx', 3, 100, 1795836805765197, 1795836837533471, NULL, 3),
('29m4gesdkmschp2amw6a39h4z2', 'u-7xxs1gtg5xazfengc6spbs00sx', 1, 200, 1795836838813491, 1795836838813491, 1797996838813491, 1),
('01m8g3f0x920q1qcsf7r4wcm79', 'u-7xxs1gtg5xazfengc6spbs00sx', 2, 649, 1795836838853009, 1795836838885297, NULL, 2),
('01m8g3f4dhkntxyq1hw98ymfyp', 'u-22g5nnvktbqsvvz7kz44w58vc2', 1, 100, 1795836842480450, 1795836842480450, 1797996842480450, 1);
INSERT INTO public.orleansquery VALUES
('ReadFromStorageKey', '
SELECT PayloadBinary, Version
FROM OrleansStorage
WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString
  AND GrainIdExtensionString = COALESCE(@GrainIdExtensionString, '''')
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1'),
('WriteToStorageKey', '
WITH updated AS (
    UPDATE OrleansStorage
    SET PayloadBinary = @PayloadBinary, ModifiedOn = now(), Version = Version + 1
    WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString
      AND GrainIdExtensionString = COALESCE(@GrainIdExtensionString, '''')
      AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
      AND Version = @GrainStateVersion
    RETURNING Version),
inserted AS (
    INSERT INTO OrleansStorage
        (ServiceId, GrainTypeString, GrainIdExtensionString, GrainIdN0, GrainIdN1, PayloadBinary, ModifiedOn, Version)
    SELECT @ServiceId, @GrainTypeString, COALESCE(@GrainIdExtensionString, ''''), @GrainIdN0, @GrainIdN1, @PayloadBinary, now(), 1
    WHERE @GrainStateVersion IS NULL
    ON CONFLICT DO NOTHING
    RETURNING Version)
SELECT Version AS NewGrainStateVersion FROM updated UNION ALL SELECT Version FROM inserted'),
('ClearStorageKey', '
UPDATE OrleansStorage
SET PayloadBinary = NULL, ModifiedOn = now(), Version = Version + 1
WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString
  AND GrainIdExtensionString = COALESCE(@GrainIdExtensionString, '''')
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND Version = @GrainStateVersion
RETURNING Version AS NewGrainStateVersion'),
('DeleteStorageKey', '
DELETE FROM OrleansStorage
WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString
  AND GrainIdExtensionString = COALESCE(@GrainIdExtensionString, '''')
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND Version = @GrainStateVersion
RETURNING Version + 1 AS NewGrainStateVersion');
INSERT INTO public.orleansstorage VALUES
('granary', 'user-1', 'u-7xxs1gtg5xazfengc6spbs00sx', 0, 0, convert_to('{"state":{"id":"u-7xxs1gtg5xazfengc6spbs00sx","version":54,"status":"Active","userName":"ada","passwordHash":"AQAAAAIAAYagAAAAEEPZXia/A1IKLuu2fay7zIeyeieoV73SCMOIrXQB3oXeNC48hPrhR2ofPj0ujiOz5g==","displayName":"Ada Lovelace","roles":["customer"],"deposited":50006015,"spent":23746,"refunded":13200,"claims":{"byOrder":{"01m8g3d3q900jm7z0rgnm19qet":{"pending":[],"secured":200,"settled":0,"orderVersion":2},"0e8m4whqb4b8nbnk7q9ar6c70n":{"pending":[{"attempt":8888229920260734893,"quantity":100,"at":"2026-11-28T03:32:56.244644+00:00"},{"attempt":6677791089940275883,"quantity":849,"at":"2026-11-28T03:32:56.385301+00:00"}],"secured":0,"settled":0,"orderVersion":0},"4gda63fqrhz5j78gm0cpvh0r01":{"pending":[{"attempt":6674685605235923441,"quantity":1400,"at":"2026-11-28T03:33:04.04165+00:00"}],"secured":0,"settled":0,"orderVersion":0},"01m8g3d44bhrrjd3z9vtpv1ed0":{"pending":[],"secured":0,"settled":1747,"orderVersion":2},"7205dax76bx4r3rkd9hb9w4hjt":{"pending":[],"secured":0,"settled":200,"orderVersion":2},"01m8g3dd69n609mj9eqhb2sc9h":{"pending":[],"secured":0,"settled":3500,"orderVersion":2},"7dcng4q83jkz0q4ab073cccvwt":{"pending":[{"attempt":6554599198018693703,"quantity":1398,"at":"2026-11-28T03:32:56.106477+00:00"}],"secured":0,"settled":0,"orderVersion":0},"01m8g3d42yvww4xmnv94jjrdmt":{"pending":[],"secured":0,"settled":4299,"orderVersion":2},"01m8g3d4rn7avve2xdrvt9zw2x":{"pending":[{"attempt":6608084807383444374,"quantity":100,"at":"2026-11-28T03:32:57.238292+00:00"}],"secured":0,"settled":0,"orderVersion":0},"01m8g3d35bnnn5cea6xwkbvb0p":{"pending":[{"attempt":6888548986121927607,"quantity":100,"at":"2026-11-28T03:32:55.73671+00:00"}],"secured":0,"settled":0,"orderVersion":0}},"reserved":4147},"deposits":{"salary-5":1005,"salary-1":1001,"deposit-ada-1":50000000,"salary-3":1003}},"version":54}', 'UTF8'), '2026-11-28 03:33:10.31612+00', 1),
('granary', 'stock-1', 'HOT', 0, 0, convert_to('{"state":{"sku":"HOT","version":56,"status":"Active","name":"What is in most orders","description":null,"price":100,"onHand":1997,"sold":15,"received":2012,"claims":{"byOrder":{"01m8g3d3q900jm7z0rgnm19qet":{"pending":[],"secured":2,"settled":0,"orderVersion":2},"0e8m4whqb4b8nbnk7q9ar6c70n":{"pending":[{"attempt":8888229920260734893,"quantity":1,"at":"2026-11-28T03:32:56.244508+00:00"},{"attempt":6677791089940275883,"quantity":3,"at":"2026-11-28T03:32:56.289902+00:00"}],"secured":0,"settled":0,"orderVersion":0},"01m8g3d44bhrrjd3z9vtpv1ed0":{"pending":[],"secured":0,"settled":1,"orderVersion":2},"7205dax76bx4r3rkd9hb9w4hjt":{"pending":[],"secured":0,"settled":2,"orderVersion":2},"01m8g3d3p0rkzvv5v75a3vw01q":{"pending":[{"attempt":4430637404096424153,"quantity":10,"at":"2026-11-28T03:32:56.129221+00:00"}],"secured":0,"settled":0,"orderVersion":0},"01m8g3d43emk278dr4wppkaz65":{"pending":[],"secured":0,"settled":1,"orderVersion":3},"7dcng4q83jkz0q4ab073cccvwt":{"pending":[{"attempt":6554599198018693703,"quantity":3,"at":"2026-11-28T03:32:56.053572+00:00"}],"secured":0,"settled":0,"orderVersion":0},"01m8g3d42yvww4xmnv94jjrdmt":{"pending":[],"secured":0,"settled":3,"orderVersion":2},"01m8g3d4rn7avve2xdrvt9zw2x":{"pending":[{"attempt":6608084807383444374,"quantity":1,"at":"2026-11-28T03:32:57.238114+00:00"}],"secured":0,"settled":0,"orderVersion":0},"01m8g3d35bnnn5cea6xwkbvb0p":{"pending":[{"attempt":6888548986121927607,"quantity":1,"at":"2026-11-28T03:32:55.689462+00:00"}],"secured":0,"settled":0,"orderVersion":0}},"reserved":21},"adjustments":{"count-9":5,"count-6":-3,"count-0":-3,"count-3":5}},"version":56}', 'UTF8'), '2026-11-28 03:33:10.320522+00', 1);
INSERT INTO public.schema_migrations VALUES
(1, 'journal', '2026-11-28 03:32:35.437983+00'),
(2, 'grain-storage', '2026-11-28 03:32:35.437983+00'),
(3, 'catalogue', '2026-11-28 03:32:35.437983+00'),
(101, 'streams', '2026-11-28 03:32:35.437983+00'),
(102, 'order-index', '2026-11-28 03:32:35.437983+00'),
(103, 'order-index-without-documents', '2026-11-28 03:32:35.437983+00'),
(104, 'statistics', '2026-11-28 03:32:35.437983+00'),
(201, 'webhooks', '2026-11-28 03:32:35.437983+00'),
(202, 'webhook-trace', '2026-11-28 03:32:35.437983+00');
INSERT INTO public.signing_key VALUES
('ADPqXneV_cfM', convert_to('signing key of the 0.1.0 fixture', 'UTF8'), '2026-11-28 03:32:39.45212+00');
INSERT INTO public.stream_checkpoint VALUES
('low-stock', 11, 839909377),
('order-index', 9, 1383071747),
('webhooks', 9, 1383071747),
('webhooks', 5, 1395654657),
('low-stock', 2, 1397751810),
('order-index', 5, 1395654657),
('low-stock', 9, 1417674753),
('low-stock', 6, 1422917633),
('webhooks', 12, 1042284545),
('order-index', 13, 961544193),
('webhooks', 13, 961544193),
('webhooks', 0, 1025507329),
('order-index', 0, 1025507329),
('order-index', 15, 1422917635),
('order-index', 12, 1042284545),
('webhooks', 4, 953155585),
('order-index', 6, 983564289),
('webhooks', 6, 983564289),
('order-index', 4, 953155585),
('webhooks', 15, 1422917635),
('low-stock', 7, 940572673),
('webhooks', 11, 1101004801),
('order-index', 11, 1101004801),
('webhooks', 10, 1127219201),
('order-index', 10, 1127219201),
('low-stock', 1, 1133510657),
('order-index', 14, 1136656385),
('webhooks', 14, 1136656385),
('low-stock', 5, 1161822209),
('webhooks', 7, 1154482177),
('order-index', 7, 1154482177),
('order-index', 3, 1241513985),
('webhooks', 3, 1241513985),
('webhooks', 2, 1245708289),
('order-index', 2, 1245708289);
INSERT INTO public.webhook_delivery VALUES
('msg_910b8015bba0b47954a1cbe1de597282', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3e0m033km3t3qz6kb847h', 3, 'order.packing_started', convert_to('{"type":"order.packing_started","timestamp":"2026-11-28T03:33:57.533471Z","data":{"order_id":"01m8g3e0m033km3t3qz6kb847h","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":3,"status":"packing","by":"u-1zn63mjf53skybjmj3q20t0avx","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}}],"total":{"amount":100,"currency":"USD"},"created_at":"2026-11-28T03:33:25.765197Z"}}', 'UTF8'), 1, 1795836838126179, 1795836838489644, 1, 1795836838475941, 1795836838489644, 204, NULL, 7027, NULL),
('msg_e478b754729ca2c6a77708c6878e97b1', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3dt82rwgxrczd3sxzn33b', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:19.870868Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":1,"status":"pending","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":649,"currency":"USD"},"created_at":"2026-11-28T03:33:19.870868Z","expires_at":"2026-12-23T03:33:19.8708689Z"}}', 'UTF8'), 1, 1795836800511655, 1795836800760814, 1, 1795836800616291, 1795836800760814, 204, NULL, 101532, '00-113866f3065b88a378344e40b3d8d096-195db59b37379491-01'),
('msg_c797e55dbaf78bd39fd80e30782271c5', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3f4dhkntxyq1hw98ymfyp', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:34:02.48045Z","data":{"order_id":"01m8g3f4dhkntxyq1hw98ymfyp","user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","version":1,"status":"pending","by":"u-22g5nnvktbqsvvz7kz44w58vc2","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}}],"total":{"amount":100,"currency":"USD"},"created_at":"2026-11-28T03:34:02.48045Z","expires_at":"2026-12-23T03:34:02.4804501Z"}}', 'UTF8'), 1, 1795836842592270, 1795836842660082, 1, 1795836842652977, 1795836842660082, 204, NULL, 2059, NULL),
('msg_790d973d2e87d234f7e5b6644ae8f617', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3dvt4f5sfdrqg9akep50r', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:20.846798Z","data":{"order_id":"01m8g3dvt4f5sfdrqg9akep50r","user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","version":1,"status":"pending","by":"u-22g5nnvktbqsvvz7kz44w58vc2","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}}],"total":{"amount":200,"currency":"USD"},"created_at":"2026-11-28T03:33:20.846798Z","expires_at":"2026-12-23T03:33:20.846798Z"}}', 'UTF8'), 1, 1795836801014681, 1795836801063958, 1, 1795836801023194, 1795836801063958, 204, NULL, 9791, '00-252dd2b30f368d2fd23d0dc3c98a4e87-368584190ccdd919-01'),
('msg_209babd900c9d8099fcb3771a9f03d72', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3dt82rwgxrczd3sxzn33b', 2, 'order.amended', convert_to('{"type":"order.amended","timestamp":"2026-11-28T03:33:20.739898Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":2,"status":"pending","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"created_at":"2026-11-28T03:33:19.870868Z","expires_at":"2026-12-23T03:33:19.8708689Z"}}', 'UTF8'), 1, 1795836800912655, 1795836801116353, 1, 1795836801102805, 1795836801116353, 204, NULL, 3078, '00-b54eb79c1b936cf4a763e297b0c581c3-f8ef0abf3f6b65c2-01'),
('msg_58a4a6db5ef0d21504522f0844268d49', 'wh_01a22036e89577eb81f2f237506d90d4', 'order/01m8g3f0x920q1qcsf7r4wcm79', 2, 'order.paid', convert_to('{"type":"order.paid","timestamp":"2026-11-28T03:33:58.885297Z","data":{"order_id":"01m8g3f0x920q1qcsf7r4wcm79","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":2,"status":"paid","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":649,"currency":"USD"},"created_at":"2026-11-28T03:33:58.853009Z"}}', 'UTF8'), 0, 1795836838965979, 1795836853827955, 0, NULL, NULL, NULL, NULL, NULL, NULL),
('msg_8fe3d86240a5e7b2ed89bd218f02b21f', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3dt82rwgxrczd3sxzn33b', 3, 'order.paid', convert_to('{"type":"order.paid","timestamp":"2026-11-28T03:33:20.790683Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":3,"status":"paid","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"created_at":"2026-11-28T03:33:19.870868Z"}}', 'UTF8'), 1, 1795836800912655, 1795836801184631, 1, 1795836801147865, 1795836801184631, 204, NULL, 19060, '00-22b0f908ac108ffa2a21752a26e92bc5-3f915027f229ad43-01'),
('msg_e9dda6599d4cd0b0437a8eaf3b6950c0', 'wh_01a22036e89577eb81f2f237506d90d4', 'order/01m8g3f4dhkntxyq1hw98ymfyp', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:34:02.48045Z","data":{"order_id":"01m8g3f4dhkntxyq1hw98ymfyp","user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","version":1,"status":"pending","by":"u-22g5nnvktbqsvvz7kz44w58vc2","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}}],"total":{"amount":100,"currency":"USD"},"created_at":"2026-11-28T03:34:02.48045Z","expires_at":"2026-12-23T03:34:02.4804501Z"}}', 'UTF8'), 0, 1795836842592270, 1795836852632530, 2, 1795836842648539, 1795836846900912, 500, NULL, 3848, NULL),
('msg_4c740a51fcdf61eb53f648e23591e43e', 'wh_01a22036e89577eb81f2f237506d90d4', 'order/01m8g3dvt4f5sfdrqg9akep50r', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:20.846798Z","data":{"order_id":"01m8g3dvt4f5sfdrqg9akep50r","user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","version":1,"status":"pending","by":"u-22g5nnvktbqsvvz7kz44w58vc2","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}}],"total":{"amount":200,"currency":"USD"},"created_at":"2026-11-28T03:33:20.846798Z","expires_at":"2026-12-23T03:33:20.846798Z"}}', 'UTF8'), 0, 1795836801014681, 1795836865161452, 4, 1795836801053234, 1795836838426412, 500, NULL, 160146, '00-252dd2b30f368d2fd23d0dc3c98a4e87-368584190ccdd919-01'),
('msg_bb2d15c64118b25404e70f83f4a69cec', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/29m4gesdkmschp2amw6a39h4z2', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:58.813491Z","data":{"order_id":"29m4gesdkmschp2amw6a39h4z2","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":1,"status":"pending","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}}],"total":{"amount":200,"currency":"USD"},"created_at":"2026-11-28T03:33:58.813491Z","expires_at":"2026-12-23T03:33:58.8134912Z"}}', 'UTF8'), 1, 1795836838865301, 1795836838893941, 1, 1795836838886588, 1795836838893941, 204, NULL, 2831, NULL),
('msg_66f56287f8383415cbc6b2d1faefb52e', 'wh_01a22036e89577eb81f2f237506d90d4', 'order/29m4gesdkmschp2amw6a39h4z2', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:58.813491Z","data":{"order_id":"29m4gesdkmschp2amw6a39h4z2","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":1,"status":"pending","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}}],"total":{"amount":200,"currency":"USD"},"created_at":"2026-11-28T03:33:58.813491Z","expires_at":"2026-12-23T03:33:58.8134912Z"}}', 'UTF8'), 0, 1795836838865301, 1795836851493686, 2, 1795836838880205, 1795836843829168, 500, NULL, 4072, NULL),
('msg_1b14a08dd369a1c570f392039eaa5b4c', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3dvt4f5sfdrqg9akep50r', 2, 'order.cancelled', convert_to('{"type":"order.cancelled","timestamp":"2026-11-28T03:33:20.901861Z","data":{"order_id":"01m8g3dvt4f5sfdrqg9akep50r","user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","version":2,"status":"cancelled","by":"u-22g5nnvktbqsvvz7kz44w58vc2","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}}],"total":{"amount":200,"currency":"USD"},"cancel_reason":"told to webhooks","created_at":"2026-11-28T03:33:20.846798Z"}}', 'UTF8'), 1, 1795836801014681, 1795836801184056, 1, 1795836801147865, 1795836801184056, 204, NULL, 17842, '00-1dc139db6770791d1b47f3f0dad3f53a-e2a84a2e3e78b1f9-01'),
('msg_db31013b1061822269fcf5fda10dbd90', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3dt82rwgxrczd3sxzn33b', 4, 'order.packing_started', convert_to('{"type":"order.packing_started","timestamp":"2026-11-28T03:33:20.809285Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":4,"status":"packing","by":"u-1zn63mjf53skybjmj3q20t0avx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"created_at":"2026-11-28T03:33:19.870868Z"}}', 'UTF8'), 1, 1795836800912655, 1795836801206686, 1, 1795836801198934, 1795836801206686, 204, NULL, 2228, '00-ee888e500ed2831bd15e5c2e0aecabaa-95645e2fe31923ac-01'),
('msg_96df5d969696e545493e4814b687125f', 'wh_01a22036e8ea7c84a24aafe80224aa31', 'order/01m8g3dvt4f5sfdrqg9akep50r', 2, 'order.cancelled', convert_to('{"type":"order.cancelled","timestamp":"2026-11-28T03:33:20.901861Z","data":{"order_id":"01m8g3dvt4f5sfdrqg9akep50r","user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","version":2,"status":"cancelled","by":"u-22g5nnvktbqsvvz7kz44w58vc2","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}}],"total":{"amount":200,"currency":"USD"},"cancel_reason":"told to webhooks","created_at":"2026-11-28T03:33:20.846798Z"}}', 'UTF8'), 2, 1795836801014681, 1795836825404718, 21, 1795577601092486, 1795836825404718, NULL, 'no connection', 68172, '00-1dc139db6770791d1b47f3f0dad3f53a-e2a84a2e3e78b1f9-01'),
('msg_7c7545b14c6b5accc8ff0c462efbada9', 'wh_01a22036e8d1772a8ef435af495abc18', 'order/01m8g3dt82rwgxrczd3sxzn33b', 5, 'order.shipped', convert_to('{"type":"order.shipped","timestamp":"2026-11-28T03:33:20.815224Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":5,"status":"shipped","by":"u-1zn63mjf53skybjmj3q20t0avx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"tracking":{"carrier":"UPS","number":"1Z"},"created_at":"2026-11-28T03:33:19.870868Z"}}', 'UTF8'), 0, 1795836800912655, 1795836860018114, 4, 1795836801127933, 1795836827964306, 302, NULL, 12281, '00-2f47f1da8dee3af8c4ff607cb24a35af-d8b2ab84312aa7e2-01'),
('msg_f8e02079d840505134f9618634522932', 'wh_01a22036e89577eb81f2f237506d90d4', 'order/01m8g3dt82rwgxrczd3sxzn33b', 3, 'order.paid', convert_to('{"type":"order.paid","timestamp":"2026-11-28T03:33:20.790683Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":3,"status":"paid","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"created_at":"2026-11-28T03:33:19.870868Z"}}', 'UTF8'), 0, 1795836800912655, 1795836874832382, 0, NULL, NULL, NULL, NULL, NULL, '00-22b0f908ac108ffa2a21752a26e92bc5-3f915027f229ad43-01'),
('msg_3ec6e98d84b6bb6dd4c57d31a5791fa7', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3f0x920q1qcsf7r4wcm79', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:58.853009Z","data":{"order_id":"01m8g3f0x920q1qcsf7r4wcm79","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":1,"status":"pending","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":649,"currency":"USD"},"created_at":"2026-11-28T03:33:58.853009Z","expires_at":"2026-12-23T03:33:58.853009Z"}}', 'UTF8'), 1, 1795836838965979, 1795836839022294, 1, 1795836839015451, 1795836839022294, 204, NULL, 3203, NULL),
('msg_dfa8f194e119c51930a84eec82a8bb45', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3dt82rwgxrczd3sxzn33b', 5, 'order.shipped', convert_to('{"type":"order.shipped","timestamp":"2026-11-28T03:33:20.815224Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":5,"status":"shipped","by":"u-1zn63mjf53skybjmj3q20t0avx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"tracking":{"carrier":"UPS","number":"1Z"},"created_at":"2026-11-28T03:33:19.870868Z"}}', 'UTF8'), 1, 1795836800912655, 1795836801248221, 1, 1795836801219197, 1795836801248221, 204, NULL, 2543, '00-2f47f1da8dee3af8c4ff607cb24a35af-d8b2ab84312aa7e2-01'),
('msg_881622c4562ef43ec0e3376db6bab15d', 'wh_01a22036e8ba715eb5761b3d7d3bf229', 'order/01m8g3dt82rwgxrczd3sxzn33b', 3, 'order.paid', convert_to('{"type":"order.paid","timestamp":"2026-11-28T03:33:20.790683Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":3,"status":"paid","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"created_at":"2026-11-28T03:33:19.870868Z"}}', 'UTF8'), 2, 1795836800912655, 1795836821114824, 1, 1795836801114824, 1795836801132547, 410, 'The receiver answered 410 Gone.', 4112, '00-22b0f908ac108ffa2a21752a26e92bc5-3f915027f229ad43-01'),
('msg_ff52e2c9fc79ca1aed2a1aa7b52492e7', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3f0x920q1qcsf7r4wcm79', 2, 'order.paid', convert_to('{"type":"order.paid","timestamp":"2026-11-28T03:33:58.885297Z","data":{"order_id":"01m8g3f0x920q1qcsf7r4wcm79","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":2,"status":"paid","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":649,"currency":"USD"},"created_at":"2026-11-28T03:33:58.853009Z"}}', 'UTF8'), 1, 1795836838965979, 1795836839035056, 1, 1795836839030089, 1795836839035056, 204, NULL, 2116, NULL),
('msg_6fdd4896511b52ac0e10ffa878badb6d', 'wh_01a22036e89577eb81f2f237506d90d4', 'order/01m8g3f0x920q1qcsf7r4wcm79', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:58.853009Z","data":{"order_id":"01m8g3f0x920q1qcsf7r4wcm79","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":1,"status":"pending","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":649,"currency":"USD"},"created_at":"2026-11-28T03:33:58.853009Z","expires_at":"2026-12-23T03:33:58.853009Z"}}', 'UTF8'), 0, 1795836838965979, 1795836853827955, 2, 1795836839012218, 1795836843859663, 500, NULL, 5520, NULL),
('msg_a746cd8beff98f8f0a1cdab2a502fac9', 'wh_01a22037919c7566aa82e21750c109ff', 'order/01m8g3f4dhkntxyq1hw98ymfyp', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:34:02.48045Z","data":{"order_id":"01m8g3f4dhkntxyq1hw98ymfyp","user_id":"u-22g5nnvktbqsvvz7kz44w58vc2","version":1,"status":"pending","by":"u-22g5nnvktbqsvvz7kz44w58vc2","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}}],"total":{"amount":100,"currency":"USD"},"created_at":"2026-11-28T03:34:02.48045Z","expires_at":"2026-12-23T03:34:02.4804501Z"}}', 'UTF8'), 0, 1795836842592270, 1795837157657848, 1, 1795836842657848, NULL, NULL, NULL, NULL, NULL),
('msg_85e8182f064094d1e793eec17845244b', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3dt82rwgxrczd3sxzn33b', 6, 'order.received', convert_to('{"type":"order.received","timestamp":"2026-11-28T03:33:20.823771Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":6,"status":"received","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"tracking":{"carrier":"UPS","number":"1Z"},"created_at":"2026-11-28T03:33:19.870868Z"}}', 'UTF8'), 1, 1795836800912655, 1795836801276357, 1, 1795836801256454, 1795836801276357, 204, NULL, 3273, '00-d7a0e975e23f4aa6fa588539f48ac79e-ae9beffca326d38a-01'),
('msg_4c1ea3da6d46b0a59bae99f1c7032dc0', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3dt82rwgxrczd3sxzn33b', 7, 'order.completed', convert_to('{"type":"order.completed","timestamp":"2026-11-28T03:33:20.829182Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":7,"status":"completed","by":"u-1zn63mjf53skybjmj3q20t0avx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"tracking":{"carrier":"UPS","number":"1Z"},"created_at":"2026-11-28T03:33:19.870868Z"}}', 'UTF8'), 1, 1795836800912655, 1795836801294524, 1, 1795836801286613, 1795836801294524, 204, NULL, 2278, '00-0c4a61b23bfdad9851ca94a57408d6ee-482b730e7dac53ce-01'),
('msg_d50dc81156b53666f9dc7fe05b654aa0', 'wh_01a22036e8ba715eb5761b3d7d3bf229', 'order/01m8g3dt82rwgxrczd3sxzn33b', 5, 'order.shipped', convert_to('{"type":"order.shipped","timestamp":"2026-11-28T03:33:20.815224Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":5,"status":"shipped","by":"u-1zn63mjf53skybjmj3q20t0avx","items":[{"sku":"HOT","name":"What is in most orders","quantity":2,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":749,"currency":"USD"},"tracking":{"carrier":"UPS","number":"1Z"},"created_at":"2026-11-28T03:33:19.870868Z"}}', 'UTF8'), 2, 1795836800912655, 1795836800912655, 0, NULL, NULL, NULL, 'The receiver answered 410 Gone.', NULL, '00-2f47f1da8dee3af8c4ff607cb24a35af-d8b2ab84312aa7e2-01'),
('msg_3c609871a115f2a492a4be49d01b796c', 'wh_01a22036e89577eb81f2f237506d90d4', 'order/01m8g3e0m033km3t3qz6kb847h', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:25.765197Z","data":{"order_id":"01m8g3e0m033km3t3qz6kb847h","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":1,"status":"pending","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}}],"total":{"amount":100,"currency":"USD"},"created_at":"2026-11-28T03:33:25.765197Z","expires_at":"2026-12-23T03:33:25.7651979Z"}}', 'UTF8'), 0, 1795836805790577, 1795836861129788, 4, 1795836805824573, 1795836838427727, 500, NULL, 161322, '00-711ccb638232d1f520fe0430a14be22c-cad69bb3ed40e5ff-01'),
('msg_729d445cddefe67219b5dbc0d720d3f8', 'wh_01a22036e89577eb81f2f237506d90d4', 'order/01m8g3dt82rwgxrczd3sxzn33b', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:19.870868Z","data":{"order_id":"01m8g3dt82rwgxrczd3sxzn33b","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":1,"status":"pending","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}},{"sku":"TEA-1","name":"Tea, green","quantity":1,"unit_price":{"amount":549,"currency":"USD"},"line_total":{"amount":549,"currency":"USD"}}],"total":{"amount":649,"currency":"USD"},"created_at":"2026-11-28T03:33:19.870868Z","expires_at":"2026-12-23T03:33:19.8708689Z"}}', 'UTF8'), 0, 1795836800511655, 1795836874832382, 4, 1795836800655097, 1795836838431269, 500, NULL, 169279, '00-113866f3065b88a378344e40b3d8d096-195db59b37379491-01'),
('msg_d30cbc6bfd70a2120c359db0f727b397', 'wh_01a22036e8537c3dac45b336ca184e4d', 'order/01m8g3e0m033km3t3qz6kb847h', 1, 'order.placed', convert_to('{"type":"order.placed","timestamp":"2026-11-28T03:33:25.765197Z","data":{"order_id":"01m8g3e0m033km3t3qz6kb847h","user_id":"u-7xxs1gtg5xazfengc6spbs00sx","version":1,"status":"pending","by":"u-7xxs1gtg5xazfengc6spbs00sx","items":[{"sku":"HOT","name":"What is in most orders","quantity":1,"unit_price":{"amount":100,"currency":"USD"},"line_total":{"amount":100,"currency":"USD"}}],"total":{"amount":100,"currency":"USD"},"created_at":"2026-11-28T03:33:25.765197Z","expires_at":"2026-12-23T03:33:25.7651979Z"}}', 'UTF8'), 1, 1795836805790577, 1795836805812330, 1, 1795836805805091, 1795836805812330, 204, NULL, 3623, '00-711ccb638232d1f520fe0430a14be22c-cad69bb3ed40e5ff-01');
INSERT INTO public.webhook_endpoint VALUES
('wh_01a22036e89577eb81f2f237506d90d4', 'http://127.0.0.1:18999/failing', 'order.placed order.paid', 'whsec_d2ViaG9vayBzZWNyZXQgMCBvZiAwLjEuMCBmaXh0dXI=', NULL, 1795836799125720, 'u-1zn63mjf53skybjmj3q20t0avx', 1195376641),
('wh_01a22036e8ba715eb5761b3d7d3bf229', 'http://127.0.0.1:18999/gone', 'order.paid order.shipped', 'whsec_d2ViaG9vayBzZWNyZXQgMSBvZiAwLjEuMCBmaXh0dXI=', 'The receiver answered 410 Gone.', 1795836799162257, 'u-1zn63mjf53skybjmj3q20t0avx', 1195376641),
('wh_01a22036e8d1772a8ef435af495abc18', 'http://127.0.0.1:18999/moved', 'order.shipped', 'whsec_d2ViaG9vayBzZWNyZXQgMiBvZiAwLjEuMCBmaXh0dXI=', NULL, 1795836799185710, 'u-1zn63mjf53skybjmj3q20t0avx', 1195376641),
('wh_01a22036e8ea7c84a24aafe80224aa31', 'http://127.0.0.1:18998/refused', 'order.cancelled', 'whsec_d2ViaG9vayBzZWNyZXQgMyBvZiAwLjEuMCBmaXh0dXI=', NULL, 1795836799210699, 'u-4cd5vebda10gavvt88qn6yw5ez', 1195376641),
('wh_01a22036e8537c3dac45b336ca184e4d', 'http://127.0.0.1:18999/taken', 'order.placed order.amended order.paid order.packing_started order.shipped order.received order.completed order.cancelled order.expired', 'whsec_d2ViaG9vayBzZWNyZXQgNCBvZiAwLjEuMCBmaXh0dXI=', NULL, 1795836799059420, 'u-1zn63mjf53skybjmj3q20t0avx', 1195376641),
('wh_01a22037919c7566aa82e21750c109ff', 'http://127.0.0.1:18999/hanging', 'order.placed', 'whsec_6rNUomyvBXtuaG3+LSvvCNgtQUgfhhrZ/sQmFKfyhiI=', NULL, 1795836842396312, 'u-1zn63mjf53skybjmj3q20t0avx', 1419771905);
ALTER TABLE ONLY public.catalogue
    ADD CONSTRAINT catalogue_pkey PRIMARY KEY (sku);
ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT dead_letter_pkey PRIMARY KEY (consumer, "position");
ALTER TABLE ONLY public.journal_epoch
    ADD CONSTRAINT journal_epoch_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_stream_version_key UNIQUE (stream, version);
ALTER TABLE ONLY public.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.order_index
    ADD CONSTRAINT order_index_pkey PRIMARY KEY (order_id);
ALTER TABLE ONLY public.orleansquery
    ADD CONSTRAINT orleansquery_pkey PRIMARY KEY (querykey);
ALTER TABLE ONLY public.orleansstorage
    ADD CONSTRAINT orleansstorage_pkey PRIMARY KEY (serviceid, graintypestring, grainidextensionstring, grainidn0, grainidn1);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.signing_key
    ADD CONSTRAINT signing_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.stream_checkpoint
    ADD CONSTRAINT stream_checkpoint_pkey PRIMARY KEY (consumer, partition);
ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_endpoint_id_stream_version_key UNIQUE (endpoint_id, stream, version);
ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_endpoint
    ADD CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (id);
CREATE INDEX order_index_by_status ON public.order_index USING btree (status, created_at DESC, order_id DESC);
CREATE INDEX order_index_by_user ON public.order_index USING btree (user_id, created_at DESC, order_id DESC);
CREATE INDEX order_index_due ON public.order_index USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE INDEX order_index_newest ON public.order_index USING btree (created_at DESC, order_id DESC);
CREATE INDEX webhook_delivery_done ON public.webhook_delivery USING btree (created_at) WHERE (status <> 0);
CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (endpoint_id, due_at) WHERE (status = 0);
CREATE INDEX webhook_delivery_newest ON public.webhook_delivery USING btree (endpoint_id, created_at DESC, id DESC);
ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES public.webhook_endpoint(id) ON DELETE CASCADE;
