// One account: the wallet and its statement, the roles, and whether it is open.
import { html, useEffect, useState } from '../vendor.js';
import { get, useChange, useResource } from '../api.js';
import { localOf, momentOf, money, Time, word } from '../format.js';
import { useKeys } from '../keys.js';
import { HowMany, useList, useSearch } from '../list.js';
import { go, Link, queryOf } from '../router.js';
import { amountOf, Dialog, Facts, Field, Form, Loaded, LongTable, Money, MoneyField, Page, Panel, ProblemNote, say, Status } from '../ui.js';
import { ROLES } from './customers.js';

/** What may be done with an account, by its status. */
const ACTIONS = [
  { label: 'Deposit', key: 'i', isFor: isOpen, form: props => html`<${Transfer} ...${props} name="deposits" title="Deposit" done="deposited" hint="Such as the id of the bank transfer" />` },
  { label: 'Withdraw', key: 'o', isFor: isOpen, form: props => html`<${Transfer} ...${props} name="withdrawals" title="Withdraw" done="withdrawn" hint="Such as the id of the bank transfer" />` },
  { label: 'Roles', key: 'l', isFor: isOpen, form: UserRoles },
  {
    label: 'Suspend', key: 'd', isGrave: true, isFor: user => user.status === 'active',
    form: props => html`<${Step} ...${props} name="suspend" title="Suspend" text="The user cannot sign in or order until the suspension is lifted, and every session ends at once." done="is suspended" isGrave />`,
  },
  {
    label: 'Reactivate', key: 'd', isFor: user => user.status === 'suspended',
    form: props => html`<${Step} ...${props} name="reactivate" title="Reactivate" text="The user can sign in and order again." done="is active again" />`,
  },
  {
    label: 'Close the account', key: 'x', isGrave: true, isFor: isOpen,
    form: props => html`<${Step} ...${props} name="close" title="Close the account" text="The account is closed for good. Its wallet must be empty." done="is closed" isGrave />`,
  },
];

function isOpen(user) {
  return user.status !== 'closed';
}

export default function Customer({ params, query }) {
  const path = `/users/${params.id}`;
  const user = useResource(path);
  const statement = useList(`${path}/statement`, { from: query.from, to: query.to });
  const [doing, setDoing] = useState(null);
  const open = user.data ? ACTIONS.filter(action => action.isFor(user.data)) : [];
  const read = () => {
    user.reload();
    statement.reload();
  };
  useKeys([
    ...open.map(action => ({ key: action.key, label: action.label, run: () => setDoing(action) })),
    { key: 'r', label: 'Read again', run: read },
    { key: 'u', label: 'To the list', run: () => (history.length > 1 ? history.back() : go('/customers')) },
  ], [user.data]);
  useEffect(() => scrollTo(0, 0), []);
  const onClose = () => setDoing(null);
  const name = user.data?.display_name ?? user.data?.user_name ?? 'Customer';
  return html`<${Page} title=${name} actions=${html`
      ${open.map(action => html`<button key=${action.label} class=${action.isGrave ? 'grave-quiet' : 'main'} onClick=${() => setDoing(action)}>${action.label}</button>`)}
      <button onClick=${read}>Read again</button>`}>
    <${Loaded} of=${user}>${user.data && html`
      <div class="lead"><${Status} of=${user.data.status} /><span>${user.data.roles.map(word).join(', ')}</span><strong><${Money} of=${user.data.wallet.available} /></strong></div>
      <div class="columns">
        <${Panel} title="Wallet"><${Facts} of=${[
          ['Available', html`<strong><${Money} of=${user.data.wallet.available} /></strong>`],
          ['Held by unpaid orders', html`<${Money} of=${user.data.wallet.held} />`],
        ]} /><//>
        <${Panel} title="Account"><${Facts} of=${[
          ['User name', user.data.user_name],
          ['Name', user.data.display_name],
          ['Id', html`<span class="id">${user.data.id}</span>`],
          ['Roles', user.data.roles.join(', ')],
          ['Orders', html`<${Link} to=${`/orders?user_id=${user.data.id}`}>Orders of ${name}<//>`],
          ['', isOpen(user.data) && html`<${Link} to=${`/orders/new?user_id=${user.data.id}`}>Place an order for ${name}<//>`],
        ]} /><//>
      </div>
      <${Statement} list=${statement} query=${query} path=${`/customers/${params.id}`} />`}<//>
    ${doing && html`<${doing.form} user=${user.data} path=${path} onClose=${onClose} onRead=${user.set} onUser=${({ data }) => {
      user.set(data);
      onClose();
    }} onWallet=${() => {
      user.reload();
      statement.follow();
      onClose();
    }} />`}
  <//>`;
}

function Statement({ list, query, path }) {
  const form = useSearch(query);
  const onSubmit = event => {
    event.preventDefault();
    const { from, to } = Object.fromEntries(new FormData(event.currentTarget));
    form.search({ from: momentOf(from), to: momentOf(to) });
  };
  return html`<${Panel} title="Statement" actions=${html`<${HowMany} of=${list} one="movement" many="movements">, the oldest first<//>`}>
    <form key=${form.number} class="filters few inner" role="search" aria-label="Statement" onSubmit=${onSubmit} novalidate>
      <${Field} label="From" name="from" kind="datetime-local" initial=${localOf(query.from)} />
      <${Field} label="Before" name="to" kind="datetime-local" initial=${localOf(query.to)} />
      <div class="filters-end"><button type="submit">Show</button>${queryOf(query) && html`<${Link} to=${path} class="button">All<//>`}</div>
    </form>
    <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
    <${LongTable} caption="Statement" rows=${list.rows} keyOf=${movement => `${movement.at} ${movement.type} ${movement.amount.amount} ${movement.balance.amount}`} onEnd=${list.more}
      isComplete=${list.isComplete} empty="The wallet has not moved." columns=${[
        { title: 'At', kind: 'when', cell: movement => html`<${Time} at=${movement.at} short />` },
        { title: 'Movement', kind: 'some', cell: movement => word(movement.type) },
        { title: 'Order or reference', kind: 'text', isMinor: true, cell: movement => (movement.order_id ? html`<${Link} to=${`/orders/${movement.order_id}`} class="id">${movement.order_id}<//>` : movement.reference ?? '') },
        { title: 'Amount', kind: 'number', cell: movement => html`<${Money} of=${movement.amount} />` },
        { title: 'Balance', kind: 'number', cell: movement => html`<${Money} of=${movement.balance} />` },
      ]} />
  <//>`;
}

/** Money into the wallet, or out of it. */
function Transfer({ user, path, name, title, done, hint, onClose, onWallet }) {
  const change = useChange('POST', `${path}/${name}`);
  const { currency } = user.wallet.available;
  const onDone = () => {
    say(`The money is ${done}.`);
    onWallet();
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <p>${money(user.wallet.available)} are available.</p>
    <${Form} change=${change} submit=${title} names=${['amount', 'reference']} onDone=${onDone} onCancel=${onClose}
      body=${texts => ({ ...amountOf(texts.amount, currency), reference: texts.reference || undefined })}>
      <${MoneyField} label="Amount" name="amount" code=${currency} problem=${change.problem} required wide />
      <${Field} label="Reference" name="reference" hint=${hint} problem=${change.problem} autocomplete="off" wide />
    <//>
  <//>`;
}

/** The API gives roles no entity tag, so they are read before they are replaced: others that somebody has given meanwhile are told and kept. */
function UserRoles({ user, path, onClose, onUser, onRead }) {
  const [before] = useState(user.roles);
  const [fault, setFault] = useState(null);
  const put = useChange('PUT', `${path}/roles`);
  const change = {
    ...put,
    problem: put.problem ?? fault,
    run: async body => {
      setFault(null);
      try {
        const { data } = await get(path);
        onRead(data);
        return String(data.roles) === String(before) ? await put.run(body) : null;
      } catch (problem) {
        setFault(problem);
        return null;
      }
    },
  };
  const onDone = answer => {
    say(`${answer.data.user_name} has the roles ${answer.data.roles.join(', ')}.`);
    onUser(answer);
  };
  return html`<${Dialog} title=${`Roles of ${user.user_name}`} onClose=${onClose}>
    ${String(user.roles) !== String(before) && html`<p class="notice" role="status">The roles have changed since this form was opened:
      they are ${user.roles.join(', ')} now. Close the form to go on from there.</p>`}
    <${Form} change=${change} submit="Give these roles" onDone=${onDone} onCancel=${onClose} body=${texts => ({ roles: ROLES.filter(role => texts[role]) })}>
      <fieldset><legend>Roles</legend>${ROLES.map(role => html`<label class="check" key=${role}>
        <input type="checkbox" name=${role} defaultChecked=${user.roles.includes(role)} />${word(role)}</label>`)}</fieldset>
    <//>
  <//>`;
}

/** A step in the life of an account. */
function Step({ user, path, name, title, text, done, isGrave, onClose, onUser }) {
  const change = useChange('POST', `${path}/${name}`);
  const onDone = answer => {
    say(`${user.user_name} ${done}.`);
    onUser(answer);
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <p><strong>${user.user_name}</strong>. ${text}</p>
    <${Form} change=${change} submit=${title} isGrave=${isGrave} onDone=${onDone} onCancel=${onClose} />
  <//>`;
}
