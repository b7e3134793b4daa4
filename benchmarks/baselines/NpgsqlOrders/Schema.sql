-- Free space on the pages lets PostgreSQL update rows in place (HOT) without touching the indexes.
create table if not exists app_user (
    id text primary key,
    available bigint not null check (available >= 0),
    held bigint not null default 0 check (held >= 0)
) with (fillfactor = 50);

create table if not exists product (
    sku text primary key,
    name text not null,
    price bigint not null check (price >= 0),
    available bigint not null check (available >= 0),
    reserved bigint not null default 0 check (reserved >= 0)
) with (fillfactor = 20);

-- The id is a hash of user and idempotency key: the primary key guards idempotency, so no second index is needed.
create table if not exists orders (
    id uuid primary key,
    user_id text not null,
    status text not null default 'pending',
    total bigint not null,
    fingerprint bytea,
    shipping_address jsonb,
    note text,
    created_at timestamptz not null default now()
);

create table if not exists order_line (
    order_id uuid not null,
    sku text not null,
    name text not null,
    quantity bigint not null,
    unit_price bigint not null,
    primary key (order_id, sku)
);

-- One call is one transaction in one round trip. Every call takes locks in the same order: the order's key, the wallet, then the
-- products by ascending SKU (the caller sorts them), so no two orders can deadlock. The products, for which many orders compete,
-- come last: their locks are held for little more than the commit.
create or replace function place_order(
    p_id uuid, p_user text, p_skus text[], p_quantities bigint[], p_fingerprint bytea, p_address jsonb, p_note text)
returns table (names text[], prices bigint[], created timestamptz, replayed boolean)
language plpgsql as $$
declare
    v_names text[];
    v_prices bigint[];
    v_total bigint;
    v_fingerprint bytea;
begin
    select array_agg(p.name order by l.position), array_agg(p.price order by l.position), sum(p.price * l.quantity)
      into v_names, v_prices, v_total
      from unnest(p_skus, p_quantities) with ordinality as l (sku, quantity, position)
      join product p on p.sku = l.sku;
    if cardinality(v_names) is distinct from cardinality(p_skus) then
        raise exception 'unknown product' using errcode = 'GR422';
    end if;

    insert into orders (id, user_id, total, fingerprint, shipping_address, note)
    values (p_id, p_user, v_total, p_fingerprint, p_address, p_note)
    on conflict (id) do nothing;
    if not found then
        select o.created_at, o.fingerprint into created, v_fingerprint from orders o where o.id = p_id;
        if v_fingerprint is distinct from p_fingerprint then
            raise exception 'idempotency key reused' using errcode = 'GR423';
        end if;
        select array_agg(l.name order by i.position), array_agg(l.unit_price order by i.position)
          into names, prices
          from unnest(p_skus) with ordinality as i (sku, position)
          join order_line l on l.order_id = p_id and l.sku = i.sku;
        replayed := true;
        return next;
        return;
    end if;

    update app_user set available = available - v_total, held = held + v_total
     where id = p_user and available >= v_total;
    if not found then
        raise exception 'insufficient funds' using errcode = 'GR402';
    end if;

    insert into order_line (order_id, sku, name, quantity, unit_price)
    select p_id, l.sku, l.name, l.quantity, l.price
      from unnest(p_skus, v_names, p_quantities, v_prices) as l (sku, name, quantity, price);

    for i in 1 .. cardinality(p_skus) loop
        update product set available = available - p_quantities[i], reserved = reserved + p_quantities[i]
         where sku = p_skus[i] and available >= p_quantities[i] and price = v_prices[i];
        if not found then
            if exists (select from product where sku = p_skus[i] and available >= p_quantities[i]) then
                -- The price has changed since it was read: the caller tries again with the new one.
                raise exception 'price changed' using errcode = 'serialization_failure';
            end if;
            raise exception 'insufficient stock' using errcode = 'GR409';
        end if;
    end loop;

    names := v_names;
    prices := v_prices;
    created := now();
    replayed := false;
    return next;
end
$$;
