// External payments: those that an operator must look at first, and what the nightly comparison with the provider has found.
import { html, useState } from '../vendor.js';
import { useChange, useResource } from '../api.js';
import { count, decimal, money, Time, word } from '../format.js';
import { useKeys } from '../keys.js';
import { HowMany, useList, useListKeys } from '../list.js';
import { Link, setQuery } from '../router.js';
import { amountOf, Dialog, Facts, Field, Form, Loaded, LongTable, Money, MoneyField, Page, Panel, ProblemNote, say, Status, Table } from '../ui.js';

const STATUSES = ['created', 'authorizing', 'requires_action', 'processing', 'authorized', 'capturing', 'captured', 'voiding', 'declined', 'voided', 'authorization_expired'];

/** Why a payment needs attention, and what to do; docs/payments.md says more. */
const REASONS = {
  provider_silent: 'The provider has not said for a day what became of an operation. It is asked daily; ask its support.',
  capture_rejected: 'The provider refuses to capture. It is tried again after an hour; if that is for good, cancel the order.',
  void_rejected: 'The provider refuses to give up what is set aside. It is tried again after an hour.',
  authorization_expired: 'The order was paid with an authorization that has ended. Cancel the order, or agree with the buyer on another payment if it is shipped.',
  captured_amount_differs: 'The provider has captured another amount than it was asked to.',
  refunded_amount_differs: 'The provider has refunded another amount than it was asked to.',
  refund_failed: 'The provider refuses the refund. It can be granted again; of an order that is over, void the payment to ask again.',
  contradicted: 'The provider says something that excludes what is recorded here. Ask its support.',
  list_differs: 'The provider’s list has something that is not recorded here. Ask its support.',
  disputed: 'The payer disputes the charge. Answer it in the provider’s dashboard.',
  refunded_elsewhere: 'Money went back that no order has decided on, as by hand in the dashboard. Do not refund it again.',
};

export default function Payments({ query }) {
  const filters = query.show === 'all' ? { status: query.status } : { needs_attention: true };
  const list = useList('/payments', filters, { isKept: true });
  const [shown, show] = useState(null);
  const marked = useListKeys(list, { one: 'payment', many: 'payments', open: payment => show(payment.id) });
  useKeys([{ key: 's', label: 'Show those that need attention, or all', run: () => setQuery(query.show === 'all' ? {} : { show: 'all' }) }], [query.show]);
  const choose = change => setQuery(change.target.value === 'attention' ? {} : { show: 'all', status: change.target.value });
  return html`<${Page} title="Payments" actions=${html`<button onClick=${list.reload}>Read again</button>`}>
    <form class="filters one" onSubmit=${event => event.preventDefault()} aria-label="Payments"><${Field} label="Show" name="show" kind="select" value=${query.show === 'all' ? query.status ?? '' : 'attention'} onChange=${choose}
      options=${[['attention', 'Those that need attention'], ['', 'All'], ...STATUSES.map(status => [status, word(status)])]} /></form>
    <${HowMany} of=${list} one="payment" many="payments" />
    <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
    <${LongTable} caption="Payments" rows=${list.rows} keyOf=${payment => payment.id} onEnd=${list.more} isComplete=${list.isComplete} isMarked=${(_, i) => i === marked}
      empty=${query.show === 'all' ? 'There is none.' : 'No payment needs attention.'} columns=${[
        { title: 'Payment', kind: 'id', cell: payment => html`<button class="link" onClick=${() => show(payment.id)}>${payment.id}</button>` },
        { title: 'Status', kind: 'badge wide', isMinor: query.show !== 'all', cell: payment => html`<${Status} of=${payment.status} />` },
        { title: 'Needs attention', kind: 'text', isMinor: query.show === 'all', cell: payment => payment.attention_reason && html`<strong class="attention">${word(payment.attention_reason)}</strong>` },
        { title: 'Order', kind: 'id some-more', isMinor: true, cell: payment => payment.order_id && html`<${Link} to=${`/orders/${payment.order_id}`}>${payment.order_id}<//>` },
        { title: 'Started', kind: 'when', isMinor: true, cell: payment => html`<${Time} at=${payment.created_at} short />` },
        { title: 'Amount', kind: 'number', cell: payment => html`<${Money} of=${payment.amount} />` },
      ]} />
    ${query.show !== 'all' && html`<${Reconciliation} />`}
    ${shown && html`<${Payment} key=${shown} id=${shown} onChanged=${list.follow} onClose=${() => show(null)} />`}
  <//>`;
}

/** What can be done with a payment, where it may be. The API has the last word. */
const ACTIONS = {
  acknowledge: {
    label: 'Acknowledge', done: 'The payment needs no attention any more.', names: ['note'], isFor: payment => payment.needs_attention,
    text: 'Says that it was looked at. If something else comes up, the payment needs attention again.',
    call: payment => `/payments/${payment.id}/acknowledge`,
    form: ({ problem }) => html`<${Field} label="What was found or done" name="note" kind="textarea" problem=${problem} required wide />`,
    body: ({ note }, payment) => ({ reason: payment.attention_reason, note }),
  },
  refund: {
    label: 'Refund', done: 'The refund is granted.', names: ['amount', 'amount.amount', 'reason'], isGrave: true,
    isFor: payment => payment.order_id && payment.captured.amount > payment.refunded.amount,
    call: payment => `/orders/${payment.order_id}/refunds`,
    form: ({ payment, problem }) => html`<${MoneyField} label="Amount" name="amount" code=${payment.amount.currency} initial=${decimal(leftOf(payment))} problem=${problem} required wide />
      <${Field} label="Reason" name="reason" problem=${problem} required wide />`,
    body: ({ amount, reason }, payment) => ({ amount: amountOf(amount, payment.amount.currency), reason }),
  },
  capture: {
    label: 'Capture', done: 'The payment is captured, or will be as soon as the provider answers.', isFor: payment => payment.status === 'authorized',
    call: payment => `/payments/${payment.id}/capture`,
  },
  void: {
    label: 'Void', done: 'The payment is given up, or will be as soon as the provider answers.', isGrave: true,
    text: 'Gives up what is set aside; of an order that is over, asks again for a refund that was refused.',
    isFor: payment => ['created', 'authorizing', 'requires_action', 'processing', 'authorized'].includes(payment.status) || payment.attention_reason === 'refund_failed',
    call: payment => `/payments/${payment.id}/void`,
  },
};

const leftOf = ({ captured, refunded }) => ({ ...captured, amount: captured.amount - refunded.amount });

/** One payment with its actions; what it is now is read when it is opened, and after each action. */
function Payment({ id, onChanged, onClose }) {
  const current = useResource(`/payments/${id}`);
  const [doing, setDoing] = useState(null);
  const payment = current.data;
  const done = () => {
    say(doing.done);
    setDoing(null);
    current.reload();
    onChanged();
  };
  return html`<${Dialog} title="Payment" onClose=${onClose}><${Loaded} of=${current}>${payment && html`
      ${payment.needs_attention && html`<p class="notice bad"><strong>${word(payment.attention_reason)}.</strong> ${REASONS[payment.attention_reason] ?? ''}</p>`}
      <${Facts} of=${[
        ['Status', html`<${Status} of=${payment.status} /> ${payment.decline_code}`],
        ['Id', html`<span class="id">${payment.id}</span>`],
        ['Order', payment.order_id && html`<${Link} to=${`/orders/${payment.order_id}`} class="id">${payment.order_id}<//>`],
        ['Amount', html`<${Money} of=${payment.amount} />`],
        ['Captured', html`<${Money} of=${payment.captured} />, ${payment.capture === 'manual' ? 'when the order ships' : 'at once'}`],
        ['Refunded', payment.refunded.amount > 0 && html`<${Money} of=${payment.refunded} />`],
        ['Provider', `${payment.provider} ${payment.provider_reference ?? ''}`],
      ].filter(([, value]) => value)} />
      <p class="actions">${Object.values(ACTIONS).filter(action => action.isFor(payment)).map(action => html`<button key=${action.label} class=${action.isGrave ? 'grave-quiet' : 'main'} onClick=${() => setDoing(action)}>${action.label}</button>`)}</p>
      <h3>Timeline</h3><ol class="timeline">${[...payment.timeline].reverse().map(entry => html`<li key=${entry.version}><strong>${word(entry.type.replace('.', ' '))}</strong>
        <span class="soft"><${Time} at=${entry.at} /> by ${entry.by === 'system' ? 'the system' : html`<span class="id">${entry.by}</span>`}</span></li>`)}</ol>
      ${doing && html`<${Action} action=${doing} payment=${payment} onDone=${done} onStale=${current.reload} onClose=${() => setDoing(null)} />`}`}<//><//>`;
}

function Action({ action, payment, onDone, onStale, onClose }) {
  const change = useChange('POST', action.call(payment));
  const run = { ...change, run: async body => {
    const answer = await change.run(body);
    if (!answer) {
      onStale();
    }

    return answer;
  } };
  return html`<${Dialog} title=${action.label} onClose=${onClose}>
    ${action.text && html`<p>${action.text}</p>`}
    <${Form} change=${run} submit=${action.label} isGrave=${action.isGrave} names=${action.names} body=${action.body && (texts => action.body(texts, payment))} onDone=${onDone} onCancel=${onClose}>
      ${action.form?.({ payment, problem: change.problem })}
    <//><//>`;
}

const ACTED = { asked: 'the payment has asked the provider', given_back: 'the money is given back', left_to_operator: 'left to an operator' };

function Reconciliation() {
  const report = useResource('/payments/reconciliation');
  if (report.error?.status === 404) {
    return html`<${Panel} title="Last comparison with the provider"><p>There is none yet. It is made each night for the day before, where the provider keeps a list; the sandbox does not.</p><//>`;
  }

  const { data } = report;
  return html`<${Panel} title="Last comparison with the provider"><${Loaded} of=${report}>${data && html`
    <${Facts} of=${[
      ['Made', html`<${Time} at=${data.at} />`],
      ['Compared', html`<${Time} at=${data.from} /> to <${Time} at=${data.to} />, with ${data.provider}`],
      ['Operations alike', count(data.matched)],
      ['On their way', data.on_their_way > 0 ? count(data.on_their_way) : null],
      ['Not of this shop', data.foreign > 0 ? count(data.foreign) : null],
      ['Differ', Object.entries(data.kinds).map(([kind, number]) => `${word(kind)}: ${count(number)}`).join(', ') || 'none'],
    ]} />
    ${data.differences.length > 0 && html`<h3>Differences</h3><${Table} caption="Differences" rows=${data.differences} columns=${[
      { title: 'Payment', kind: 'id', cell: one => one.payment_id },
      { title: 'Difference', cell: one => word(one.kind) },
      { title: 'Operation', isMinor: true, cell: one => html`${word(one.operation)} <span class="id soft">${one.key}</span>` },
      { title: 'Here', kind: 'number', cell: one => money(one.here) || '–' },
      { title: 'There', kind: 'number', cell: one => money(one.there) || '–' },
      { title: 'Done', isMinor: true, cell: one => ACTED[one.action] ?? word(one.action) },
    ]} />`}`}<//><//>`;
}
