// One order: what it is, what was, and what may be done with it.
import { html, useCallback, useEffect, useState } from '../vendor.js';
import { useChange, useResource } from '../api.js';
import { decimal, money, provider, Time, word } from '../format.js';
import { useKeys } from '../keys.js';
import { useEvents } from '../live.js';
import { go, Link } from '../router.js';
import { amountOf, Dialog, Facts, Field, Form, Loaded, Money, MoneyField, Page, Panel, say, Status, Table } from '../ui.js';

// The server sends a comment every 15 s; where Granary:Orders:TrackingHeartbeat is more than this, the page connects again and again.
const SILENCE = 60_000;

const STAFF = ['operator', 'admin'];

/**
 * What can be done with an order: who may, with which call and form. owner: the owner may, whatever the role. Whether the order's status permits
 * it, the order says itself (allowed_actions).
 */
const ACTIONS = {
  pack: { label: 'Pack', key: 'p', roles: STAFF, done: 'The order is being packed.', call: order => ['POST', `/orders/${order.id}/pack`] },
  ship: {
    label: 'Ship', key: 's', roles: STAFF, done: 'The order is shipped.', call: order => ['POST', `/orders/${order.id}/ship`],
    names: ['carrier', 'tracking_number'],
    text: (order, who) => packingOf(order).by !== who.user_id && html`Another operator packs this order: <span class="id">${packingOf(order).by}</span>.`,
    form: ({ problem }) => html`<${Field} label="Carrier" name="carrier" problem=${problem} required wide autocomplete="on" />
      <${Field} label="Tracking number" name="tracking_number" problem=${problem} required wide autocomplete="off" />`,
    body: texts => texts,
  },
  receive: { label: 'Receive', key: 'v', roles: STAFF, owner: true, done: 'The order is received.', call: order => ['POST', `/orders/${order.id}/receive`] },
  complete: { label: 'Complete', key: 'm', roles: STAFF, done: 'The order is complete.', call: order => ['POST', `/orders/${order.id}/complete`] },
  pay: {
    label: 'Pay', key: 'y', roles: ['admin'], owner: true, done: 'The order is paid.',
    text: order => `Pays ${money(order.total)} from the wallet of the order's owner.`,
    call: order => ['POST', `/orders/${order.id}/pay`],
  },
  payExternally: {
    label: 'Pay with the provider', key: 'y', roles: ['admin'], owner: true, done: 'The payment is under way.', isOfPayment: true,
    // The actions that an order allows are calls of its own; this one is a call of its payments.
    isOpen: order => order.status === 'pending' && order.payment_method === 'external',
    call: order => ['POST', `/orders/${order.id}/payments`],
    names: ['token', 'capture'],
    form: ({ problem }) => html`<${Field} label="Token" name="token" hint=${provider === 'sandbox' ? 'Of the sandbox: tok_ok, tok_declined, tok_3ds or tok_slow' : 'The provider’s one-time token, never a card number'} problem=${problem} required wide autocomplete="off" />
      <${Field} label="Capture" name="capture" kind="select" initial="automatic" options=${[['automatic', 'At once'], ['manual', 'When the order ships']]} problem=${problem} wide />`,
    body: texts => texts,
  },
  amend: {
    label: 'Amend', key: 'a', roles: ['admin'], owner: true, done: 'The order is amended.', call: order => ['PUT', `/orders/${order.id}`],
    names: ['items', 'note'],
    form: ({ order, problem }) => html`<fieldset><legend>Quantities; 0 takes a line out</legend>
        ${order.items.map(item => html`<${Field} key=${item.sku} label=${`${item.name} (${item.sku})`} name=${`sku:${item.sku}`} kind="number" min="0" max="10000" initial=${item.quantity} wide />`)}</fieldset>
      <div class="pair"><${Field} label="Another SKU" name="added" problem=${problem} autocomplete="off" /><${Field} label="Quantity" name="added_quantity" kind="number" min="1" initial="1" /></div>
      <${Field} label="Note" name="note" kind="textarea" initial=${order.note ?? ''} problem=${problem} wide />`,
    body: (texts, order) => ({
      items: [
        // An empty field is refused by the server, and takes no line out.
        ...order.items.filter(item => !/^0+$/.test(texts[`sku:${item.sku}`])).map(item => ({ sku: item.sku, quantity: Number(texts[`sku:${item.sku}`]) })),
        ...(texts.added.trim() ? [{ sku: texts.added.trim(), quantity: Number(texts.added_quantity) }] : []),
      ],
      note: texts.note,
    }),
  },
  refund: {
    label: 'Refund', key: 'f', roles: STAFF, done: 'The refund is granted.', isOfPayment: true, isGrave: true,
    isOpen: order => refundable(order) > 0,
    call: order => ['POST', `/orders/${order.id}/refunds`],
    names: ['amount', 'amount.amount', 'reason'],
    form: ({ order, problem }) => html`<p>${money({ ...order.total, amount: refundable(order) })} can be refunded.</p>
      <${MoneyField} label="Amount" name="amount" code=${order.total.currency} initial=${decimal({ ...order.total, amount: refundable(order) })} problem=${problem} required wide />
      <${Field} label="Reason" name="reason" problem=${problem} required wide />`,
    body: (texts, order) => ({ amount: amountOf(texts.amount, order.total.currency), reason: texts.reason }),
  },
  cancel: {
    label: 'Cancel the order', key: 'c', roles: STAFF, owner: true, done: 'The order is cancelled.', isGrave: true, call: order => ['DELETE', `/orders/${order.id}`],
    names: ['reason'],
    text: order => (order.status === 'pending' ? 'Stock and held money come back.' : 'Stock comes back, and what was paid is refunded.'),
    form: ({ problem }) => html`<${Field} label="Reason" name="reason" kind="textarea" problem=${problem} wide />`,
    body: texts => ({ reason: texts.reason || undefined }),
  },
};

const refundable = ({ amounts }) => (amounts ? amounts.captured.amount - amounts.refunded.amount : 0);

/** The entry of the timeline with which an order's packing began: by whom, and when. */
export const packingOf = order => order.timeline.findLast(entry => entry.type === 'order.packing_started');

function openActions(order, who) {
  return Object.values(ACTIONS).filter(action => {
    const name = Object.keys(ACTIONS).find(key => ACTIONS[key] === action);
    const isOpen = action.isOpen ? action.isOpen(order) : order.allowed_actions.includes(name);
    const isAllowed = action.roles.some(role => who.roles.includes(role)) || (action.owner && order.user_id === who.user_id);
    return isOpen && isAllowed;
  });
}

export default function Order({ params, query, who }) {
  const path = `/orders/${params.id}`;
  const current = useResource(path);
  const asOf = useResource(query.at_version ? `${path}?at_version=${encodeURIComponent(query.at_version)}` : null);
  const payments = useResource(`${path}/payments`);
  const [doing, setDoing] = useState(null);
  const isThere = current.data !== undefined;
  const onEvent = useCallback(() => {
    current.reload();
    payments.reload();
  }, [current.reload, payments.reload]);
  useEvents(isThere ? `${path}/events` : null, { silence: SILENCE, lastId: String(current.data?.version ?? 0), onEvent });
  const open = current.data ? openActions(current.data, who) : [];
  const start = action => setDoing({ action, order: current.data, etag: current.etag });
  useKeys([
    ...open.map(action => ({ key: action.key, label: action.label, run: () => start(action) })),
    { key: 'u', label: 'To the list', run: () => (history.length > 1 ? history.back() : go('/orders')) },
  ], [current.data, who]);
  useEffect(() => scrollTo(0, 0), []);
  const order = query.at_version ? asOf.data : current.data;
  const change = useCallback(answer => {
    setDoing(null);
    if (!doing.action.isOfPayment) {
      current.set(answer.data, answer.etag);
    }

    current.reload();
    payments.reload();
    say(doing.action.done);
  }, [doing]);
  return html`<${Page} title=${`Order ${params.id}`} heading=${html`Order <span class="id">${params.id}</span>`}
    actions=${!query.at_version && open.map(action => html`<button key=${action.label} class=${action.isGrave ? 'grave-quiet' : 'main'} onClick=${() => start(action)}>${action.label}</button>`)}>
    ${query.at_version && html`<p class="notice" role="status">As it was at version ${query.at_version}. <${Link} to=${path}>Back to now<//></p>`}
    <${Loaded} of=${query.at_version ? asOf : current}>${order && html`<${Details} order=${order} path=${path} payments=${payments} now=${current.data} who=${who} isNow=${!query.at_version} />`}<//>
    ${doing && html`<${ActionDialog} ...${doing} now=${current.data} who=${who} onDone=${change} onClose=${() => setDoing(null)} />`}
  <//>`;
}

/** The form of an action. It carries the entity tag of the order that the person saw when it was opened. */
function ActionDialog({ action, order, etag, now, who, onDone, onClose }) {
  const text = action.text?.(order, who);
  const [method, path] = action.call(order);
  const change = useChange(method, path, { etag: action.isOfPayment ? undefined : etag });
  const isStale = now.version !== order.version;
  return html`<${Dialog} title=${action.label} onClose=${onClose}>
    ${text && html`<p>${text}</p>`}
    ${isStale && html`<p class="notice" role="status">The order has changed since this form was opened: it is ${word(now.status).toLowerCase()} now. Close the form to see it.</p>`}
    <${Form} change=${change} submit=${action.label} isGrave=${action.isGrave} names=${action.names} onDone=${onDone} onCancel=${onClose}
      body=${action.body && (texts => action.body(texts, order))}>
      ${action.form?.({ order, problem: change.problem })}
    <//>
  <//>`;
}

function Details({ order, path, payments, now, who, isNow }) {
  const isStaff = who.roles.some(role => STAFF.includes(role));
  const address = order.shipping_address;
  return html`
    <div class="lead"><${Status} of=${order.status} /><span>${word(order.payment_status)} · ${order.payment_method === 'wallet' ? 'wallet' : 'external provider'}</span>
      <strong><${Money} of=${order.total} /></strong><span class="soft">Version ${order.version}, changed <${Time} at=${order.updated_at} /></span></div>
    <div class="columns">
      <${Panel} title="Lines"><${Table} caption="Lines" rows=${order.items} keyOf=${item => item.sku} columns=${[
        { title: 'SKU', kind: 'id', isMinor: true, cell: item => item.sku },
        { title: 'Product', cell: item => item.name },
        { title: 'Quantity', kind: 'number', cell: item => item.quantity },
        { title: 'Each', kind: 'number', isMinor: true, cell: item => html`<${Money} of=${item.unit_price} />` },
        { title: 'Sum', kind: 'number', cell: item => html`<${Money} of=${item.line_total} />` },
      ]} /><//>
      <${Panel} title="About"><${Facts} of=${[
        ['User', isStaff ? html`<${Link} to=${who.roles.includes('admin') ? `/customers/${order.user_id}` : `/orders?user_id=${order.user_id}`} class="id">${order.user_id}<//>` : null],
        ['Placed', html`<${Time} at=${order.created_at} />`],
        ['Expires unless paid', order.expires_at && html`<${Time} at=${order.expires_at} />`],
        ['Reference', order.external_reference],
        ['Packed by', packingOf(order) && html`<span class="id">${packingOf(order).by}</span>, <${Time} at=${packingOf(order).at} />`],
        ['Tracking', order.tracking && `${order.tracking.carrier} ${order.tracking.number}`],
        ['Ship to', address && [address.name, address.line1, address.line2, [address.postal_code, address.city].filter(Boolean).join(' '), address.region, address.country].filter(Boolean).join(', ')],
        ['Note', order.note],
        ['Cancelled because', order.cancel_reason],
        ['Settings variant', order.settings_variant],
        ...Object.entries(order.metadata ?? {}),
      ]} /><//>
      <${Panel} title="Money"><${Facts} of=${order.amounts ? [
        ['Total', html`<${Money} of=${order.amounts.total} />`],
        ['Authorized', html`<${Money} of=${order.amounts.authorized} />`],
        ['Captured', html`<${Money} of=${order.amounts.captured} />`],
        ['Refunded', html`<${Money} of=${order.amounts.refunded} />`],
      ] : [['Total', html`<${Money} of=${order.total} />`]]} />
        ${order.refunds?.length > 0 && html`<h3>Refunds</h3><${Table} caption="Refunds" rows=${order.refunds} keyOf=${refund => refund.id} columns=${[
          { title: 'Amount', kind: 'number', cell: refund => html`<${Money} of=${refund.amount} />` },
          { title: 'Status', cell: refund => word(refund.status) },
          { title: 'Reason', cell: refund => refund.reason ?? '' },
        ]} />`}
        ${isNow && payments.data?.data.length > 0 && html`<h3>Payments</h3><${Payments} payments=${payments} isStaff=${isStaff} isOwner=${order.user_id === who.user_id} />`}
      <//>
      <${Panel} title="Timeline"><ol class="timeline" aria-live="polite">${[...order.timeline].reverse().map(entry => html`<li key=${entry.version}>
        <strong>${word(entry.type.split('.')[1])}</strong>
        ${entry.version !== now?.version && html`<${Link} to=${`${path}?at_version=${entry.version}`} aria-current=${!isNow && entry.version === order.version ? 'true' : undefined}>As of version ${entry.version}<//>`}
        <span class="soft"><${Time} at=${entry.at} /> by ${entry.by === 'system' ? 'the system' : entry.by === who.user_id ? 'you' : html`<span class="id">${entry.by}</span>`}</span>
      </li>`)}</ol><//>
    </div>`;
}

function Payments({ payments, isStaff, isOwner }) {
  return html`<${Table} caption="Payments" rows=${payments.data.data} keyOf=${payment => payment.id} columns=${[
    { title: 'Payment', kind: 'id', isMinor: true, cell: payment => payment.id },
    { title: 'Status', cell: payment => html`<${Status} of=${payment.status} />${isOwner && isOfWeb(payment.next_action?.url) && html` <a href=${payment.next_action.url} target="_blank" rel="noreferrer">Confirm at the bank</a>`}${payment.decline_code && ` ${payment.decline_code}`}${payment.needs_attention && html` <strong class="attention">needs attention</strong>`}` },
    { title: 'Amount', kind: 'number', cell: payment => html`<${Money} of=${payment.amount} />` },
    { title: 'Actions', cell: payment => isStaff && payment.status === 'authorized' && html`<${PaymentAction} payment=${payment} name="capture" label="Capture" onDone=${payments.reload} />
        <${PaymentAction} payment=${payment} name="void" label="Void" onDone=${payments.reload} />` },
  ]} />`;
}

const isOfWeb = url => /^https?:/.test(url ?? '');

function PaymentAction({ payment, name, label, onDone }) {
  const change = useChange('POST', `/payments/${payment.id}/${name}`);
  const run = async () => {
    if (await change.run()) {
      say(name === 'capture' ? 'The payment is captured, or will be as soon as the provider answers.' : 'The payment is given up, or will be as soon as the provider answers.');
      onDone();
    }
  };
  return html`<button onClick=${run} aria-disabled=${change.isBusy}>${label}</button>${change.problem && html`<p class="problem" role="alert">${change.problem.title}. ${change.problem.detail}</p>`}`;
}
