// Stock: the levels of all products, the lowest first; or what a search of the catalogue finds.
import { html } from '../vendor.js';
import { count } from '../format.js';
import { HowMany, useList, useListKeys, useSearch } from '../list.js';
import { go, Link } from '../router.js';
import { Field, LongTable, Money, Page, ProblemNote, Status } from '../ui.js';

const pathOf = ({ sku }) => `/stock/${sku}`;

export default function Stock({ query }) {
  const { search, low } = query;
  const list = useList(search ? '/products' : '/stock', search ? { search } : { low }, { isKept: true });
  const marked = useListKeys(list, { one: 'product', many: 'products', search: 'search', open: item => go(pathOf(item)) });
  const form = useSearch(query);
  const onSubmit = event => {
    event.preventDefault();
    const texts = Object.fromEntries(new FormData(event.currentTarget));
    form.search({ search: texts.search.trim(), low: texts.search.trim() ? '' : texts.low });
  };
  return html`<${Page} title="Stock" actions=${html`<button onClick=${list.reload}>Read again</button>`}>
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
  <//>`;
}
