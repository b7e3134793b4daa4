// A new order: products from the catalogue, for oneself, or for a customer by an administrator. What is on the page is the tab's until the order is
// placed, so that a reload loses nothing, and the same order sent again is the same order.
import { html, useEffect, useRef, useState } from '../vendor.js';
import { NotConnected, useChange, useResource } from '../api.js';
import { count, currency, money, provider } from '../format.js';
import { useKeys } from '../keys.js';
import { go, Link, queryOf, setQuery } from '../router.js';
import { tab } from '../state.js';
import { Facts, Field, Form, Loaded, Money, Page, Panel, ProblemNote, say, Table } from '../ui.js';
import { userOf } from '../users.js';

const DRAFT = 'order';
const KEYS = 'order-keys';
const FOUND = 20;
const ADDRESS = ['name', 'line1', 'line2', 'postal_code', 'city', 'region', 'country'];

export default function PlaceOrder({ query, who }) {
  const payerId = who.roles.includes('admin') && query.user_id ? query.user_id : who.user_id;
  const payer = useResource(payerId === who.user_id ? '/users/me' : `/users/${encodeURIComponent(payerId)}`);
  const [draft, setDraft] = useDraft();
  useKeys([
    { key: '/', label: 'Search products', run: () => document.querySelector('[name=product]').focus() },
    { key: 'u', label: 'To the list', run: () => go('/orders') },
  ]);
  useEffect(() => scrollTo(0, 0), []);
  const add = product => {
    const before = draft.lines.find(line => line.sku === product.sku);
    const quantity = String(Number(before?.quantity ?? 0) + 1);
    setDraft({ lines: before ? draft.lines.map(line => (line === before ? { ...line, quantity } : line)) : [...draft.lines, { sku: product.sku, name: product.name, price: product.price, quantity }] });
  };
  const isStarted = draft.lines.length > 0 || Object.values(draft.texts).some(text => text && text !== 'wallet');
  return html`<${Page} title="Place an order" actions=${isStarted && html`<button onClick=${() => setDraft(null)}>Start over</button>`}>
    ${who.roles.includes('admin') && html`<${Payer} key=${payerId} payer=${payer} isSelf=${payerId === who.user_id} />`}
    <div class="columns">
      <${Catalogue} lines=${draft.lines} onAdd=${add} />
      <${Draft} key=${draft.number} draft=${draft} onChange=${setDraft} payer=${payer.data} payerId=${payerId} who=${who} />
    </div>
  <//>`;
}

/** {lines, texts, isSent}, and a function that changes some of it, or with null all. number grows when it begins anew. */
function useDraft() {
  const number = useRef(0);
  const [draft, set] = useState(() => ({ lines: [], texts: {}, isSent: false, ...tab.get(DRAFT), number: 0 }));
  const change = some => {
    if (some === null) {
      tab.set(DRAFT, null);
      tab.set(KEYS, null);
      set({ lines: [], texts: {}, isSent: false, number: ++number.current });
      return;
    }

    set(now => {
      const next = { ...now, ...some };
      tab.set(DRAFT, { lines: next.lines, texts: next.texts, isSent: next.isSent });
      return next;
    });
  };
  return [draft, change];
}

/** Whose order it is, for administrators. */
function Payer({ payer, isSelf }) {
  const [problem, setProblem] = useState(null);
  const onSubmit = async event => {
    event.preventDefault();
    const text = new FormData(event.currentTarget).get('payer').trim();
    const { id, problem: fault } = text ? await userOf(text, 'payer') : { problem: { errors: { payer: ['must not be empty'] } } };
    setProblem(fault);
    if (id) {
      setQuery({ user_id: id });
    }
  };
  return html`<${Panel} title="For whom">
    <${Loaded} of=${payer}>${payer.data && html`<p><strong>${payer.data.display_name ?? payer.data.user_name}</strong>
      ${isSelf ? ' (yourself)' : html` (${payer.data.user_name}). <${Link} to="/orders/new">For yourself<//>`}</p>`}<//>
    <form class="filters inner" onSubmit=${onSubmit} novalidate>
      <${Field} label="Another customer" name="payer" hint="The user name, or the id" problem=${problem} autocomplete="off" autocapitalize="none" spellcheck=${false} />
      <div class="filters-end"><button type="submit">Choose</button></div>
    </form>
    <${ProblemNote} problem=${problem?.title && problem} />
  <//>`;
}

function Catalogue({ lines, onAdd }) {
  const [search, setSearch] = useState('');
  const found = useResource('/products' + queryOf({ search, limit: FOUND }));
  const onSubmit = event => {
    event.preventDefault();
    setSearch(new FormData(event.currentTarget).get('product').trim());
  };
  const { data: rows, next_cursor: next } = found.data ?? {};
  const ordered = product => lines.find(line => line.sku === product.sku);
  return html`<${Panel} title="Products">
    <form class="filters inner" role="search" aria-label="Products" onSubmit=${onSubmit} novalidate>
      <${Field} label="Name or SKU" name="product" kind="search" autocomplete="off" spellcheck=${false} />
      <div class="filters-end"><button type="submit">Search</button></div>
    </form>
    <${Loaded} of=${found}>${rows && html`
      <p class="soft" role="status">${next ? `The first ${rows.length}; search to find others.` : rows.length === 1 ? '1 product' : `${rows.length} products`}</p>
      <${Table} caption="Products" rows=${rows} keyOf=${product => product.sku} empty="No product matches." columns=${[
        { title: 'Product', cell: product => html`<span class="name">${product.name}</span><span class="id sku">${product.sku}</span>` },
        { title: 'Each', kind: 'number', cell: product => html`<${Money} of=${product.price} />` },
        { title: 'Available', kind: 'number', isMinor: true, cell: product => html`<span class=${product.available <= 0 ? 'attention' : undefined}>${count(product.available)}</span>` },
        { title: 'Add', kind: 'number', cell: product => (product.status === 'active'
          ? html`${ordered(product) && html`<span class="soft">${count(ordered(product).quantity)} ×</span> `}<button class="small" onClick=${() => onAdd(product)}>Add<span class="visually-hidden"> ${product.name}</span></button>` : html`<span class="soft">not for sale</span>`) },
      ]} />`}<//>
  <//>`;
}

/** The lines, and what else an order has. */
function Draft({ draft, onChange, payer, payerId, who }) {
  const { lines, texts } = draft;
  const [initial] = useState(texts);
  const change = useChange('POST', '/orders', { keptAs: KEYS });
  const { problem } = change;
  const isUnknown = draft.isSent && !change.isBusy;
  useEffect(() => {
    if (problem && !(problem instanceof NotConnected)) {
      onChange({ isSent: false });
    }
  }, [problem]);
  const total = { amount: lines.reduce((sum, line) => sum + line.price.amount * (Number(line.quantity) || 0), 0), currency };
  const isOfWallet = texts.payment_method !== 'external';
  const set = (line, quantity) => onChange({ lines: lines.map(one => (one === line ? { ...line, quantity } : one)) });
  const remove = line => {
    onChange({ lines: lines.filter(one => one !== line) });
    document.querySelector('.draft h2').focus();
  };
  const body = fields => {
    onChange({ isSent: true });
    const address = Object.fromEntries(ADDRESS.map(part => [part, fields[`shipping_address.${part}`].trim()]).filter(([, text]) => text));
    return {
      items: lines.map(({ sku, quantity }) => ({ sku, quantity: Number(quantity) })),
      user_id: payerId === who.user_id ? undefined : payerId,
      payment_method: fields.payment_method,
      shipping_address: Object.keys(address).length > 0 ? address : undefined,
      note: fields.note || undefined,
      external_reference: fields.external_reference.trim() || undefined,
    };
  };
  const onDone = ({ data, status }) => {
    onChange(null);
    go(`/orders/${data.id}`, { replace: true });
    say(status === 200 ? 'The order was placed before: here it is.' : 'The order is placed.');
  };
  const part = (name, label, complete) => html`<${Field} label=${label} name=${`shipping_address.${name}`} initial=${initial[`shipping_address.${name}`]}
    autocomplete=${complete} maxlength="200" problem=${problem} wide />`;
  return html`<section class="panel draft" aria-labelledby="draft-title">
    <header class="panel-head"><h2 id="draft-title" tabindex="-1">The order</h2><strong role="status">Total ${money(total)}</strong></header>
    <${Table} caption="Lines of the order" rows=${lines} keyOf=${line => line.sku} empty="No product is in the order yet." columns=${[
      { title: 'Product', cell: line => html`<span class="name">${line.name}</span><span class="id sku">${line.sku}</span>` },
      { title: 'Quantity', kind: 'quantity', cell: line => html`<${Quantity} line=${line} errors=${errorsOf(problem, line, lines.indexOf(line))} onInput=${quantity => set(line, quantity)} />` },
      { title: 'Sum', kind: 'number', cell: line => html`<${Money} of=${{ ...line.price, amount: line.price.amount * (Number(line.quantity) || 0) }} />` },
      { title: 'Remove', kind: 'number', cell: line => html`<button class="small" onClick=${() => remove(line)}><span aria-hidden="true">✕</span><span class="visually-hidden">Remove ${line.name}</span></button>` },
    ]} />
    ${payer && isOfWallet && html`<${Facts} of=${[['In the wallet', html`<span class=${payer.wallet.available.amount < total.amount ? 'attention' : undefined}>${money(payer.wallet.available)} available</span>`]]} />`}
    <div onInput=${({ target }) => target.form && onChange({ texts: Object.fromEntries(new FormData(target.form)) })}>
      <${Form} change=${{ ...change, isUnknown }} submit="Place the order" body=${body} onDone=${onDone}
        unknown="It is not known whether this order was placed: its answer was lost. Place it again as it is, and there is one order. Changed, it would be another one."
        names=${['note', 'external_reference', 'payment_method', ...lines.map((_, i) => `items[${i}].quantity`), ...ADDRESS.map(name => `shipping_address.${name}`)]}>
        ${provider !== 'none' && html`<${Field} label="Paid" name="payment_method" kind="select" initial=${initial.payment_method ?? 'wallet'} problem=${problem}
          options=${[['wallet', 'From the wallet'], ['external', 'With the payment provider']]} wide />`}
        <fieldset><legend>Ship to</legend>
          ${part('name', 'Recipient', 'name')}${part('line1', 'Street and number', 'address-line1')}${part('line2', 'Second line', 'address-line2')}
          <div class="pair">${part('city', 'City', 'address-level2')}${part('postal_code', 'Postal code', 'postal-code')}</div>
          <div class="pair">${part('region', 'Region', 'address-level1')}${part('country', 'Country', 'country-name')}</div>
        </fieldset>
        <${Field} label="Note" name="note" kind="textarea" initial=${initial.note} problem=${problem} wide />
        <${Field} label="Reference" name="external_reference" hint="Your own name for the order; no two of your orders have the same" initial=${initial.external_reference}
          autocomplete="off" problem=${problem} wide />
      <//>
    </div>
  </section>`;
}

/** What the API says of a line: of its field, or of its product. */
function errorsOf(problem, line, i) {
  const refused = problem?.body?.lines?.find(({ sku }) => sku === line.sku);
  return problem?.errors?.[`items[${i}].quantity`]
    ?? (refused && [refused.available === undefined || refused.available === null ? 'cannot be ordered' : `${count(refused.available)} available`]);
}

function Quantity({ line, errors, onInput }) {
  const id = `error-${line.sku}`;
  return html`<input type="number" min="1" max="10000" step="1" aria-label=${`Quantity of ${line.name}`} value=${line.quantity} onInput=${event => onInput(event.target.value)}
    aria-invalid=${errors ? 'true' : undefined} aria-describedby=${errors ? id : undefined} />${errors && html`<small class="error" id=${id}>${errors.join(', ')}</small>`}`;
}
