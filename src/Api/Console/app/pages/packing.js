// Packing: take the paid order that was placed first, put it into a box, send it, and the next.
import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from '../vendor.js';
import { get, NotConnected, send, useChange, useResource } from '../api.js';
import { returns } from '../connection.js';
import { count, Time, word } from '../format.js';
import { useKeys } from '../keys.js';
import { useEvents } from '../live.js';
import { Link, queryOf } from '../router.js';
import { remembered, tab, useValue } from '../state.js';
import { Field, Form, Key, Loaded, Page, Panel, ProblemNote, say, Table } from '../ui.js';
import { packingOf } from './order.js';

const SILENCE = 10_000;

/** How long an order may take to be in the list of what is packed. */
const LAG = 1_500;
const SHOWN = 10;

const packerOf = order => packingOf(order)?.by;

/** The carrier of the parcel before, which most likely takes the next one too. */
const carrier = remembered('carrier', '');

export default function Packing({ who }) {
  const [statistics, setStatistics] = useState(null);
  const [chosen, setChosen] = useState(null);
  const desk = usePackingDesk();
  const waiting = useResource(`/orders?status=paid&sort=oldest&limit=${SHOWN}`);
  const mine = desk.orders?.filter(order => packerOf(order) === who.user_id) ?? [];
  const id = chosen ?? mine[0]?.id ?? null;
  const current = useResource(id && `/orders/${id}`);

  // It stays on the page when it is not packed any more, so that the page can tell what became of it.
  useEffect(() => setChosen(id), [id]);

  // Only what the person does moves the focus, and not entering the page.
  const hasActed = useRef(false);
  const take = useTake(order => {
    hasActed.current = true;
    desk.add(order);
    setChosen(order.id);
    waiting.reload();
  }, desk);

  // Whenever the figures show that an order went on, all that is shown is read again; not before it has come, however slow the server is.
  const onEvent = useCallback(({ data }) => setStatistics(data), []);
  useEvents('/statistics', { silence: SILENCE, onEvent });
  const orders = JSON.stringify(statistics?.orders);
  const seen = useRef(undefined);
  const isReading = waiting.isLoading || (id && current.isLoading);
  useEffect(() => {
    if (seen.current !== orders && !isReading) {
      seen.current = orders;
      desk.reload();
      waiting.reload();
      current.reload();
    }
  }, [orders, isReading]);
  const next = useCallback(() => {
    hasActed.current = true;
    desk.remove(id);
    setChosen(null);
    desk.reload();
    waiting.reload();
  }, [id]);
  useKeys([{ key: 'n', label: 'Take the next order', run: take.next }], [take.next]);
  const others = desk.orders?.filter(order => packerOf(order) !== who.user_id);
  return html`<${Page} title="Packing" actions=${id && html`<button onClick=${take.next} aria-disabled=${take.isBusy}>Take another order <${Key} of="n" /></button>`}>
    <${ProblemNote} problem=${take.problem}>${take.problem?.body?.by && html`<p>By <span class="id">${take.problem.body.by}</span>.</p>`}<//>
    ${desk.error && html`<${ProblemNote} problem=${desk.error}><p><button onClick=${desk.reload}>Try again</button></p><//>`}
    ${mine.length > 1 && html`<${Mine} orders=${mine} id=${id} onChoose=${setChosen} />`}
    ${desk.orders === null && !desk.error ? html`<p class="waiting" role="status">Loading…</p>`
      : id ? html`<${Loaded} of=${current}>${current.data && html`<${Parcel} key=${id} order=${current.data} etag=${current.etag} who=${who} isFocused=${hasActed.current} current=${current} onNext=${next} />`}<//>`
      : html`<${Idle} take=${take} isFocused=${hasActed.current} areListed=${waiting.data?.data.length > 0} />`}
    <div class="columns">
      <${Panel} title="Waiting" actions=${html`<span class="soft">${count(statistics?.orders.paid ?? waiting.data?.data.length)} paid</span>`}>
        <${Loaded} of=${waiting}>${waiting.data && html`<${Waiting} orders=${waiting.data.data} take=${take} />`}<//>
      <//>
      <${Panel} title="Packed by others"><${Others} orders=${others ?? []} /><//>
    </div>
  <//>`;
}

/** All orders that are being packed, kept up to date: {orders, error, reload, add, remove}. One reading at a time; orders is null at first. */
function usePackingDesk() {
  const [state, setState] = useState({ orders: null, error: null });
  const reading = useRef({ running: null, isWanted: false, hasEnded: false, gone: new Set() });
  const back = useValue(returns);
  const reload = useCallback(async () => {
    const turn = reading.current;
    turn.isWanted = true;
    turn.running ??= (async () => {
      while (turn.isWanted && !turn.hasEnded) {
        turn.isWanted = false;
        try {
          const orders = await readPacked();
          setState({ orders: orders.filter(order => !turn.gone.has(order.id)), error: null });
        } catch (error) {
          setState(now => ({ ...now, error }));
        }
      }

      turn.running = null;
    })();
    await turn.running;
  }, []);
  useEffect(() => {
    reload();
  }, [back]);
  useEffect(() => () => {
    reading.current.hasEnded = true;
  }, []);
  const change = how => setState(now => ({ ...now, orders: how(now.orders ?? []) }));
  return {
    ...state,
    reload,
    add: order => change(orders => [...orders.filter(other => other.id !== order.id), order]),
    /** The list may have it for a moment more. */
    remove: id => {
      reading.current.gone.add(id);
      change(orders => orders.filter(order => order.id !== id));
    },
  };
}

async function readPacked() {
  const orders = [];
  let cursor;
  do {
    const { data } = await get('/orders' + queryOf({ status: 'packing', sort: 'oldest', limit: 100, cursor }));
    orders.push(...data.data);
    cursor = data.next_cursor;
  } while (cursor);
  return orders;
}

/**
 * Taking orders: {next, pack(id), isBusy, problem, isEmpty}. When an answer is lost, nothing more is taken until it is known what was taken: it is
 * in the list then.
 */
function useTake(onTaken, desk) {
  const [state, setState] = useState({ isBusy: false, problem: null, isEmpty: false });
  const isBusy = useRef(false);
  const back = useValue(returns);
  const end = change => {
    isBusy.current = false;
    setState({ isBusy: false, problem: null, isEmpty: false, ...change });
  };
  const take = async path => {
    if (isBusy.current) {
      return;
    }

    isBusy.current = true;
    setState({ isBusy: true, problem: null, isEmpty: false });
    try {
      const { data } = await send('POST', path);
      end({ isEmpty: !data });
      if (data) {
        onTaken(data);
      }
    } catch (problem) {
      if (problem instanceof NotConnected) {
        setState({ isBusy: true, problem, isEmpty: false });
      } else {
        end({ problem });
        desk.reload();
      }
    }
  };
  useEffect(() => {
    if (state.problem instanceof NotConnected) {
      const timer = setTimeout(async () => {
        await desk.reload();
        end();
      }, LAG);
      return () => clearTimeout(timer);
    }
  }, [back]);
  const latest = useRef(take);
  latest.current = take;
  return { ...state, next: useCallback(() => latest.current('/orders/claim-next'), []), pack: useCallback(id => latest.current(`/orders/${id}/pack`), []) };
}

/** The list of the orders that wait may be a moment behind or ahead of what can be taken. */
function Idle({ take, isFocused, areListed }) {
  const button = useRef(null);
  useEffect(() => isFocused && button.current.focus(), []);
  return html`<section class="panel idle" aria-label="The next order">
    <p>${take.isEmpty ? html`<strong role="status">${areListed ? 'No order could be taken just now. Try again.' : 'No paid order is waiting.'}</strong>` : 'You are packing nothing.'}</p>
    <button ref=${button} class="main" onClick=${take.next} aria-disabled=${take.isBusy}>Take the next order <${Key} of="n" /></button>
  </section>`;
}

/** What the caller packs, when it is more than one order. */
const Mine = ({ orders, id, onChoose }) => html`<nav class="tabs" aria-label="Your orders">${orders.map(order => html`<button key=${order.id} class="id"
  aria-pressed=${order.id === id} onClick=${() => onChoose(order.id)}>${order.id.slice(-8)}</button>`)}</nav>`;

/** The order that is packed. */
function Parcel({ order, etag, who, isFocused, current, onNext }) {
  const head = useRef(null);
  const [packed, toggle] = usePacked(order.id);
  const change = useChange('POST', `/orders/${order.id}/ship`, { etag });
  const first = useRef(order.version);
  const latest = order.timeline.at(-1);
  const isOver = order.status !== 'packing';
  const isTakenAway = !isOver && packerOf(order) !== who.user_id;
  const address = order.shipping_address;
  const left = order.items.filter(item => !packed.has(item.sku));
  useLayoutEffect(() => {
    if (isFocused || isOver) {
      head.current.focus({ preventScroll: true });
    }
  }, [isOver]);

  // What was refused may have been so because the order has changed.
  useEffect(() => {
    if (change.problem) {
      current.reload();
    }
  }, [change.problem]);
  useEffect(() => scrollTo(0, 0), []);
  const toForm = () => {
    const fields = [...document.querySelectorAll('.parcel form input')];
    (fields.find(field => field.value === '') ?? fields.at(-1))?.focus();
  };
  useKeys(isOver ? [{ key: 'Enter', label: 'Go on', run: onNext }] : [
    {
      key: 'x',
      label: 'The next line is in the box',
      run: () => {
        if (left.length > 0) {
          toggle(left[0].sku);
        }

        if (left.length <= 1) {
          toForm();
        }
      },
    },
    { key: 't', label: 'Write the tracking number', run: toForm },
  ], [order, packed, onNext]);
  return html`<section class="parcel panel" aria-labelledby="parcel">
    <header class="panel-head"><h2 id="parcel" ref=${head} tabindex="-1">Order <${Link} to=${`/orders/${order.id}`} class="id">${order.id}<//></h2>
      <span class="soft">placed <${Time} at=${order.created_at} /></span></header>
    ${isOver && html`<div class="notice" role="alert"><p><strong>This order is ${word(order.status).toLowerCase()} now.</strong>
      ${order.status === 'shipped' && order.tracking ? ` ${order.tracking.carrier} ${order.tracking.number}.` : ' Do not send it.'} ${order.cancel_reason ?? ''}</p>
      <p><button class="main" onClick=${onNext}>Go on <${Key} of="Enter" /></button></p></div>`}
    ${isTakenAway && html`<p class="notice" role="alert">Another operator packs this order: <span class="id">${packerOf(order)}</span>.</p>`}
    ${!isOver && order.version !== first.current && html`<p class="notice" role="status">The order has changed since you took it: ${word(latest.type.split('.')[1]).toLowerCase()}, <${Time} at=${latest.at} />.</p>`}
    <div class="parcel-body">
      <div>
        <table><caption class="visually-hidden">What goes into the box</caption>
          <thead><tr><th scope="col" class="number">Quantity</th><th scope="col">Product</th><th scope="col">In the box</th></tr></thead>
          <tbody>${order.items.map(item => html`<tr key=${item.sku} class=${packed.has(item.sku) ? 'done' : undefined}>
            <td class="quantity">${count(item.quantity)}</td>
            <td><label for=${`line-${item.sku}`}>${item.name}</label><span class="id">${item.sku}</span></td>
            <td><input type="checkbox" id=${`line-${item.sku}`} checked=${packed.has(item.sku)} disabled=${isOver} onChange=${() => toggle(item.sku)} /></td>
          </tr>`)}</tbody></table>
        <p class="soft" role="status">${left.length === 0 ? 'All lines are in the box.' : `${order.items.length - left.length} of ${order.items.length} lines are in the box.`} <kbd>x</kbd> the next line</p>
      </div>
      <div class="label">
        <h3>Ship to</h3>
        ${address ? html`<address>${[address.name, address.line1, address.line2, [address.postal_code, address.city].filter(Boolean).join(' '), address.region, address.country]
          .filter(Boolean).map(line => html`<span key=${line}>${line}</span>`)}</address>` : html`<p class="soft">The order has no address.</p>`}
        ${order.note && html`<h3>Note</h3><p class="note">${order.note}</p>`}
        ${order.external_reference && html`<p class="soft">Reference ${order.external_reference}</p>`}
        ${!isOver && html`<h3>Send</h3><${Form} change=${change} submit="Ship" names=${['carrier', 'tracking_number']}
          body=${texts => {
            carrier.set(texts.carrier);
            return texts;
          }} onDone=${({ data }) => {
            say(`Shipped: ${data.tracking.carrier} ${data.tracking.number}.`);
            onNext();
          }}>
          <${Field} label="Carrier" name="carrier" initial=${carrier.value} problem=${change.problem} required wide autocomplete="off" />
          <${Field} label="Tracking number" name="tracking_number" problem=${change.problem} required wide autocomplete="off" spellcheck=${false} />
        <//>`}
      </div>
    </div>
  </section>`;
}

/** The SKUs that are in the box: of this tab, also after a reload. */
function usePacked(id) {
  const name = 'packed';
  const [packed, setPacked] = useState(() => {
    const stored = tab.get(name);
    return new Set(stored?.id === id ? stored.skus : []);
  });
  const toggle = sku => setPacked(before => {
    const after = new Set(before);
    if (!after.delete(sku)) {
      after.add(sku);
    }

    tab.set(name, { id, skus: [...after] });
    return after;
  });
  return [packed, toggle];
}

const unitsOf = order => order.items.reduce((sum, item) => sum + item.quantity, 0);

function Waiting({ orders, take }) {
  return html`<${Table} caption="The orders that wait longest" rows=${orders} keyOf=${order => order.id} empty="No paid order is waiting." columns=${[
    { title: 'Order', kind: 'id', cell: order => html`<${Link} to=${`/orders/${order.id}`}>${order.id}<//>` },
    { title: 'Placed', cell: order => html`<${Time} at=${order.created_at} short />` },
    { title: 'Units', kind: 'number', isMinor: true, cell: order => count(unitsOf(order)) },
    { title: 'Pack', cell: order => html`<button class="small" aria-label=${`Pack order ${order.id}`} aria-disabled=${take.isBusy} onClick=${() => take.pack(order.id)}>Pack</button>` },
  ]} />`;
}

function Others({ orders }) {
  const shown = orders.slice(0, 100);
  return html`<${Table} caption="What other operators pack" rows=${shown} keyOf=${order => order.id} empty="Nobody else packs an order." columns=${[
      { title: 'Order', kind: 'id', cell: order => html`<${Link} to=${`/orders/${order.id}`}>${order.id}<//>` },
      { title: 'By', kind: 'id', cell: order => html`<span class="clip" title=${packerOf(order)}>${packerOf(order)}</span>` },
      { title: 'Since', isMinor: true, cell: order => html`<${Time} at=${packingOf(order)?.at} short />` },
    ]} />${orders.length > shown.length && html`<p class="soft">And ${count(orders.length - shown.length)} more.</p>`}`;
}
