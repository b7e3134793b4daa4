// Customers and staff: everybody who has an account, by user name.
import { html } from '../vendor.js';
import { word } from '../format.js';
import { HowMany, useList, useListKeys, useSearch } from '../list.js';
import { go, Link } from '../router.js';
import { Field, LongTable, Money, Page, ProblemNote, Status } from '../ui.js';

export const ROLES = ['customer', 'operator', 'admin'];
const STATUSES = ['active', 'suspended', 'closed'];

export default function Customers({ query }) {
  const { search, role, status } = query;
  const list = useList('/users', { search, role, status }, { isKept: true });
  const marked = useListKeys(list, { one: 'customer', many: 'customers', search: 'search', open: user => go(`/customers/${user.id}`) });
  const form = useSearch(query);
  const onSubmit = event => {
    event.preventDefault();
    const texts = Object.fromEntries(new FormData(event.currentTarget));
    form.search({ ...texts, search: texts.search.trim() });
  };
  return html`<${Page} title="Customers" actions=${html`<button onClick=${list.reload}>Read again</button>`}>
    <form key=${form.number} class="filters few" role="search" aria-label="Customers" onSubmit=${onSubmit} novalidate>
      <${Field} label="Name" name="search" kind="search" initial=${search ?? ''} autocomplete="off" spellcheck=${false} />
      <${Field} label="Role" name="role" kind="select" initial=${role ?? ''} options=${[['', 'Any'], ...ROLES.map(one => [one, word(one)])]} />
      <${Field} label="Status" name="status" kind="select" initial=${status ?? ''} options=${[['', 'Any'], ...STATUSES.map(one => [one, word(one)])]} />
      <div class="filters-end"><button type="submit" class="main">Search</button>
        ${Object.keys(query).length > 0 && html`<${Link} to="/customers" class="button">Clear<//>`}</div>
    </form>
    <${HowMany} of=${list} one="account" many="accounts" />
    <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
    <${LongTable} caption="Customers" rows=${list.rows} keyOf=${user => user.id} onEnd=${list.more} isComplete=${list.isComplete} isMarked=${(_, i) => i === marked}
      empty="Nobody matches." columns=${[
        { title: 'User name', cell: user => html`<${Link} to=${`/customers/${user.id}`}>${user.user_name}<//>` },
        { title: 'Name', kind: 'text', isMinor: true, cell: user => user.display_name ?? '' },
        { title: 'Roles', kind: 'text', isMinor: true, cell: user => user.roles.join(', ') },
        { title: 'Status', kind: 'badge', cell: user => html`<${Status} of=${user.status} />` },
        { title: 'Available', kind: 'number', cell: user => html`<${Money} of=${user.wallet.available} />` },
        { title: 'Held', kind: 'number', isMinor: true, cell: user => html`<${Money} of=${user.wallet.held} />` },
      ]} />
  <//>`;
}
