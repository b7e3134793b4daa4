// Stock: the levels of all products, the lowest first; or what a search of the catalogue finds.
import { html, useState } from '../vendor.js';
import { useChange } from '../api.js';
import { count, currency } from '../format.js';
import { useKeys } from '../keys.js';
import { HowMany, useList, useListKeys, useSearch } from '../list.js';
import { go, Link } from '../router.js';
import { Dialog, Field, Form, LongTable, Money, MoneyField, Page, priceOf, ProblemNote, say, Status } from '../ui.js';

const pathOf = ({ sku }) => `/stock/${sku}`;

export default function Stock({ query, who }) {
  const { search, low } = query;
  const list = useList(search ? '/products' : '/stock', search ? { search } : { low }, { isKept: true });
  const marked = useListKeys(list, { one: 'product', many: 'products', search: 'search', open: item => go(pathOf(item)) });
  const form = useSearch(query);
  const [isNew, setNew] = useState(false);
  const mayDefine = who.roles.includes('admin');
  useKeys(mayDefine ? [{ key: 'n', label: 'New product', run: () => setNew(true) }] : [], [mayDefine]);
  const onSubmit = event => {
    event.preventDefault();
    const texts = Object.fromEntries(new FormData(event.currentTarget));
    form.search({ search: texts.search.trim(), low: texts.search.trim() ? '' : texts.low });
  };
  return html`<${Page} title="Stock" actions=${html`
      ${mayDefine && html`<button class="main" onClick=${() => setNew(true)}>New product</button>`}<button onClick=${list.reload}>Read again</button>`}>
    <form key=${form.number} class="filters few" role="search" aria-label="Stock" onSubmit=${onSubmit} novalidate>
      <${Field} label="SKU or name" name="search" kind="search" initial=${search ?? ''} autocomplete="off" spellcheck=${false} />
      <${Field} label="Shown without a search" name="low" kind="select" initial=${low ?? ''} options=${[['', 'All, the lowest first'], ['true', 'Only low stock']]} />
      <div class="filters-end"><button type="submit" class="main">Search</button>
        ${(search || low) && html`<${Link} to="/stock" class="button">Clear<//>`}</div>
    </form>
    <${HowMany} of=${list} one="product" many="products">${search ? ', by SKU' : ', the lowest available first'}<//>
    <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
    <${LongTable} caption="Stock" rows=${list.rows} keyOf=${item => item.sku} onEnd=${list.more} isComplete=${list.isComplete} isMarked=${(_, i) => i === marked}
      empty="No product matches." columns=${[
        { title: 'SKU', kind: 'id', cell: item => html`<${Link} to=${pathOf(item)}>${item.sku}<//>` },
        { title: 'Name', kind: 'text', isMinor: true, cell: item => item.name },
        { title: 'Status', kind: 'badge', cell: item => item.status && html`<${Status} of=${item.status} />` },
        { title: 'Available', kind: 'number', cell: item => html`<strong class=${item.available <= 0 ? 'attention' : undefined}>${count(item.available)}</strong>` },
        ...(search ? [{ title: 'Price', kind: 'number', cell: item => html`<${Money} of=${item.price} />` }] : [
          { title: 'Reserved', kind: 'number', isMinor: true, cell: item => count(item.reserved) },
          { title: 'On hand', kind: 'number', isMinor: true, cell: item => count(item.on_hand) },
          { title: 'Sold', kind: 'number', isMinor: true, cell: item => count(item.sold) },
        ]),
      ]} />
    ${isNew && html`<${NewProduct} onClose=${() => setNew(false)} />`}
  <//>`;
}

/** A product that is not there yet: one with this SKU is never overwritten. */
function NewProduct({ onClose }) {
  const [sku, setSku] = useState('');
  const change = useChange('PUT', `/products/${encodeURIComponent(sku.trim() || ' ')}`, { isNew: true });
  const problem = change.problem?.kind === 'precondition-failed' ? { errors: { sku: ['is that of another product'] } } : change.problem;
  const onDone = ({ data }) => {
    say(`${data.sku} is for sale. It has no stock yet.`);
    go(pathOf(data));
  };
  return html`<${Dialog} title="New product" onClose=${onClose}>
    <${Form} change=${{ ...change, problem }} submit="Create" names=${['sku', 'name', 'price', 'price.amount', 'description']} onDone=${onDone} onCancel=${onClose}
      body=${texts => ({ name: texts.name, description: texts.description || null, price: priceOf(texts.price, currency) })}>
      <${Field} label="SKU" name="sku" hint="Letters, digits, dots, underscores and hyphens" problem=${problem} onInput=${event => setSku(event.target.value)} required wide autocomplete="off" spellcheck=${false} />
      <${Field} label="Name" name="name" problem=${problem} required wide />
      <${MoneyField} label="Price" name="price" code=${currency} problem=${problem} required wide />
      <${Field} label="Description" name="description" kind="textarea" problem=${problem} wide />
    <//>
  <//>`;
}
