// The list of orders. What is searched for is in the address, with the names that the API has for it.
import { html, useState } from '../vendor.js';
import { localOf, momentOf, Time, word } from '../format.js';
import { useKeys } from '../keys.js';
import { HowMany, useList, useListKeys, useSearch } from '../list.js';
import { go, Link, queryOf } from '../router.js';
import { USER_ID, userOf } from '../users.js';
import { Field, LongTable, Money, Page, ProblemNote, Status } from '../ui.js';

const STATUSES = ['pending', 'paid', 'packing', 'shipped', 'received', 'completed', 'cancelled', 'expired'];
const ORDER_ID = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** What can be searched for, besides the id: the name of the API, and how a person calls it. */
const SEARCHES = [['id', 'Order id'], ['user_id', 'User'], ['sku', 'SKU'], ['external_reference', 'Reference'], ['tracking', 'Tracking number']];

export default function Orders({ query, who }) {
  const list = useList('/orders', query, { isKept: true });
  const marked = useListKeys(list, { one: 'order', many: 'orders', search: 'text', open: order => go(`/orders/${order.id}`) });
  const form = useSearch(query);
  useKeys([{ key: 'n', label: 'Place an order', run: () => go('/orders/new') }]);
  const isStaff = who.roles.includes('operator') || who.roles.includes('admin');
  return html`<${Page} title="Orders" actions=${html`
      <${Link} to="/orders/new" class="button main">Place an order<//><button onClick=${list.reload}>Read again</button>`}>
    <${Filters} key=${form.number} query=${query} who=${who} isStaff=${isStaff} onSearch=${form.search} />
    <${HowMany} of=${list} one="order" many="orders" />
    <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
    <${LongTable} caption="Orders" rows=${list.rows} keyOf=${order => order.id} onEnd=${list.more} isComplete=${list.isComplete} isMarked=${(_, i) => i === marked}
      empty="No order matches." columns=${[
        { title: 'Order', kind: 'id', cell: order => html`<${Link} to=${`/orders/${order.id}`}>${order.id}<//>` },
        { title: 'Status', kind: 'badge', cell: order => html`<${Status} of=${order.status} />` },
        { title: 'Placed', kind: 'when', cell: order => html`<${Time} at=${order.created_at} short />` },
        { title: 'Items', kind: 'text', isMinor: true, cell: order => itemsOf(order) },
        { title: 'Payment', kind: 'some', isMinor: true, cell: order => word(order.payment_status) },
        ...(isStaff ? [{ title: 'User', kind: 'id some', isMinor: true, cell: order => order.user_id }] : []),
        { title: 'Reference, tracking', kind: 'some', isMinor: true, cell: order => order.external_reference ?? order.tracking?.number ?? '' },
        { title: 'Total', kind: 'number', cell: order => html`<${Money} of=${order.total} />` },
      ]} />
  <//>`;
}

const itemsOf = ({ items }) => items.map(item => `${item.quantity} × ${item.name}`).join(', ');

function Filters({ query, who, isStaff, onSearch }) {
  const by = SEARCHES.find(([name]) => query[name])?.[0] ?? (isStaff ? 'id' : 'sku');
  const [kind, setKind] = useState(by);
  const [problem, setProblem] = useState(null);
  const searches = SEARCHES.filter(([name]) => isStaff || name !== 'user_id');
  const onSubmit = async event => {
    event.preventDefault();
    const { text, status, from, to, sort } = Object.fromEntries(new FormData(event.currentTarget));
    const filters = { status, from: momentOf(from), to: momentOf(to), sort: sort === 'oldest' ? sort : '' };
    const wish = text.trim();
    if (ORDER_ID.test(wish.toLowerCase())) {
      go(`/orders/${wish.toLowerCase()}`);
    } else if (kind === 'id' && wish) {
      setProblem({ errors: { text: ['is not the id of an order, which has 26 letters and digits'] } });
    } else if (kind === 'user_id' && wish && !USER_ID.test(wish)) {
      await findUser(wish, filters);
    } else {
      setProblem(null);
      onSearch({ ...filters, [USER_ID.test(wish) ? 'user_id' : kind]: wish });
    }
  };
  const findUser = async (name, filters) => {
    if (!who.roles.includes('admin')) {
      setProblem({ errors: { text: ['is not the id of a user, which begins with u-; only administrators find users by name'] } });
      return;
    }

    const { id, problem: fault } = await userOf(name, 'text');
    setProblem(fault);
    if (id) {
      onSearch({ ...filters, user_id: id });
    }
  };
  return html`<form class="filters" role="search" aria-label="Orders" onSubmit=${onSubmit} novalidate>
    <${Field} label="Search by" name="kind" kind="select" options=${searches} value=${kind} onChange=${change => setKind(change.target.value)} />
    <${Field} label="Search for" name="text" kind="search" initial=${query[by] ?? ''} problem=${problem} autocomplete="off" spellcheck=${false} />
    <${Field} label="Status" name="status" kind="select" initial=${query.status ?? ''} options=${[['', 'Any'], ...STATUSES.map(status => [status, word(status)])]} />
    <${Field} label="Placed from" name="from" kind="datetime-local" initial=${localOf(query.from)} />
    <${Field} label="Placed before" name="to" kind="datetime-local" initial=${localOf(query.to)} />
    <${Field} label="Sorted" name="sort" kind="select" initial=${query.sort ?? ''} options=${[['', 'Newest first'], ['oldest', 'Oldest first']]} />
    <div class="filters-end"><button type="submit" class="main">Search</button>
      ${Object.keys(query).length > 0 && html`<${Link} to="/orders" class="button">Clear<//>`}</div>
    ${problem?.title && html`<${ProblemNote} problem=${problem} />`}
  </form>`;
}
