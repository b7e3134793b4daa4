// The list of orders. What is searched for is in the address, with the names that the API has for it.
import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from '../vendor.js';
import { get } from '../api.js';
import { returns } from '../connection.js';
import { localOf, momentOf, Time, word } from '../format.js';
import { useKeys } from '../keys.js';
import { go, Link, queryOf, setQuery } from '../router.js';
import { useValue } from '../state.js';
import { Field, LongTable, Money, Page, ProblemNote, Status } from '../ui.js';

const STATUSES = ['pending', 'paid', 'packing', 'shipped', 'received', 'completed', 'cancelled', 'expired'];
const PAGE = 100;
const ORDER_ID = /^[0-9a-hjkmnp-tv-z]{26}$/;
const USER_ID = /^u-[0-9a-hjkmnp-tv-z]{26}$/;

/** What can be searched for, besides the id: the name of the API, and how a person calls it. */
const SEARCHES = [['id', 'Order id'], ['user_id', 'User'], ['sku', 'SKU'], ['external_reference', 'Reference'], ['tracking', 'Tracking number']];

// The list that was left for an order is there again on the way back, at the same place.
let kept = null;

export default function Orders({ query, who }) {
  const list = useList(query);
  const [marked, setMarked] = useState(-1);
  useEffect(() => setMarked(-1), [queryOf(query)]);

  // The form keeps what is typed and the focus when it searches itself, and begins anew when the address changes in another way.
  const form = useRef({ number: 0, query: queryOf(query) });
  if (form.current.query !== queryOf(query)) {
    form.current = { number: form.current.number + 1, query: queryOf(query) };
  }

  const search = filters => {
    form.current.query = queryOf(filters);
    setQuery(filters);
  };
  const move = step => () => setMarked(now => {
    const next = Math.max(0, Math.min(list.rows.length - 1, now + step));
    const row = document.querySelector('table.long tbody');
    const height = document.querySelector('tr[data-row]')?.offsetHeight ?? 0;
    const top = row.getBoundingClientRect().top + scrollY + next * height;
    if (top < scrollY + 120 || top + height > scrollY + innerHeight) {
      scrollTo({ top: top - innerHeight / 2 });
    }

    return next;
  });
  useKeys([
    { key: '/', label: 'Search orders', run: () => document.querySelector('[name=text]').focus() },
    { key: 'j', label: 'Next order', run: move(1) },
    { key: 'k', label: 'Order before', run: move(-1) },
    { key: 'Enter', label: 'Open the order', run: () => list.rows[marked] && go(`/orders/${list.rows[marked].id}`) },
    { key: 'r', label: 'Read the list again', run: list.reload },
  ], [list.rows, marked]);
  const isStaff = who.roles.includes('operator') || who.roles.includes('admin');
  const isWaiting = list.isLoading && list.rows.length === 0;
  return html`<${Page} title="Orders" actions=${html`<button onClick=${list.reload}>Read again</button>`}>
    <${Filters} key=${form.current.number} query=${query} who=${who} isStaff=${isStaff} onSearch=${search} />
    <p class=${isWaiting ? 'waiting' : 'soft'} role="status">${isWaiting ? 'Loading…' : `${list.rows.length}${list.isComplete ? '' : ' or more'} order${list.rows.length === 1 && list.isComplete ? '' : 's'}`}</p>
    <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
    <${LongTable} caption="Orders" rows=${list.rows} keyOf=${order => order.id} onEnd=${list.more} isComplete=${list.isComplete} isMarked=${(_, i) => i === marked}
      empty="No order matches." columns=${[
        { title: 'Order', kind: 'id', cell: order => html`<${Link} to=${`/orders/${order.id}`}>${order.id}<//>` },
        { title: 'Status', kind: 'badge', cell: order => html`<${Status} of=${order.status} />` },
        { title: 'Placed', kind: 'when', cell: order => html`<${Time} at=${order.created_at} short />` },
        { title: 'Items', kind: 'text', isMinor: true, cell: order => itemsOf(order) },
        { title: 'Payment', kind: 'some', isMinor: true, cell: order => word(order.payment_status) },
        ...(isStaff ? [{ title: 'User', kind: 'id some', isMinor: true, cell: order => order.user_id }] : []),
        { title: 'Reference', kind: 'some', isMinor: true, cell: order => order.external_reference ?? order.tracking?.number ?? '' },
        { title: 'Total', kind: 'number', cell: order => html`<${Money} of=${order.total} />` },
      ]} />
  <//>`;
}

const itemsOf = ({ items }) => items.map(item => `${item.quantity} × ${item.name}`).join(', ');

/** The orders of a query: the first page at once, the others as they are asked for. */
function useList(query) {
  const name = queryOf(query);
  const fresh = { name, rows: [], cursor: undefined, isComplete: false, isLoading: false, error: null };
  const [state, setState] = useState(kept?.name === name ? kept : fresh);
  const turn = useRef(null);
  const now = useRef(state);
  now.current = state.name === name ? state : fresh;
  const read = useCallback(async isFirst => {
    if (turn.current && !isFirst) {
      return;
    }

    turn.current?.abort();
    const mine = (turn.current = new AbortController());
    setState(() => ({ ...now.current, isLoading: true, error: null }));
    try {
      const { data } = await get('/orders' + queryOf({ ...query, limit: PAGE, cursor: isFirst ? undefined : now.current.cursor }), { signal: mine.signal });
      if (!mine.signal.aborted) {
        const rows = isFirst ? data.data : [...now.current.rows, ...data.data];
        setState({ name, rows, cursor: data.next_cursor, isComplete: !data.next_cursor, isLoading: false, error: null });
      }
    } catch (error) {
      if (!mine.signal.aborted) {
        // Complete, so that the end of the list does not ask again by itself.
        setState({ ...now.current, isComplete: true, isLoading: false, error });
      }
    } finally {
      if (turn.current === mine) {
        turn.current = null;
      }
    }
  }, [name]);
  const back = useValue(returns);
  const backBefore = useRef(back);
  useEffect(() => {
    if (now.current.rows.length === 0 || backBefore.current !== back) {
      backBefore.current = back;
      read(true);
    }

    return () => {
      turn.current?.abort();
      turn.current = null;
    };
  }, [read, back]);
  useLayoutEffect(() => {
    if (kept?.name === name) {
      scrollTo(0, kept.top);
    }

    return () => {
      kept = { ...now.current, isLoading: false, top: scrollY };
    };
  }, [name]);
  return { ...now.current, reload: useCallback(() => read(true), [read]), more: useCallback(() => read(false), [read]) };
}

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

    try {
      const { data } = await get('/users' + queryOf({ search: name, limit: PAGE }));
      const user = data.data.find(one => one.user_name.toLowerCase() === name.toLowerCase()) ?? (data.data.length === 1 ? data.data[0] : null);
      if (user) {
        setProblem(null);
        onSearch({ ...filters, user_id: user.id });
      } else {
        setProblem({ errors: { text: [data.data.length === 0 ? 'is the name of no user' : 'begins the names of several users'] } });
      }
    } catch (fault) {
      setProblem(fault);
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
