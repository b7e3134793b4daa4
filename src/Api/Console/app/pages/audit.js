// Who changed what. What is looked for is in the address, with the names that the API has for it.
import { html, useState } from '../vendor.js';
import { localOf, momentOf, saidOf, Time, word } from '../format.js';
import { HowMany, useList, useListKeys, useSearch } from '../list.js';
import { Link, queryOf } from '../router.js';
import { Changes, Dialog, Facts, Field, LongTable, Page, ProblemNote } from '../ui.js';

export default function Audit({ query }) {
  const list = useList('/audit', query, { isKept: true });
  const form = useSearch(query);
  const [shown, show] = useState(null);
  const marked = useListKeys(list, { one: 'entry', many: 'entries', search: 'subject', open: show });
  return html`<${Page} title="Audit" actions=${html`<button onClick=${list.reload}>Read again</button>`}>
    <${Filters} key=${form.number} query=${query} problem=${list.error} onSearch=${form.search} />
    <${HowMany} of=${list} one="entry" many="entries" />
    ${list.error?.status !== 400 && html`<${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>`}
    <${LongTable} caption="Audit" rows=${list.rows} keyOf=${nameOf} onEnd=${list.more} isComplete=${list.isComplete} isMarked=${(_, i) => i === marked}
      empty="No entry matches." columns=${[
        { title: 'Time', kind: 'when', cell: entry => html`<${Time} at=${entry.at} short />` },
        { title: 'What', kind: 'what', cell: entry => html`<button class="link" onClick=${() => show(entry)}>${whatOf(entry)}</button>` },
        { title: 'Subject', kind: 'id some-more', cell: entry => entry.subject },
        { title: 'Change', kind: 'text', isMinor: true, cell: entry => Object.keys({ ...entry.from, ...entry.to }).map(name => changeOf(entry, name)).join('; ') },
        { title: 'By', kind: 'id some', isMinor: true, cell: entry => entry.by },
      ]} />
    ${shown && html`<${Entry} entry=${shown} query=${query} onClose=${() => show(null)} />`}
  <//>`;
}

const nameOf = entry => `${entry.subject}@${entry.version}`;

const whatOf = ({ type }) => word(type.replace('.', ' '));

function changeOf({ from, to }, name) {
  const [before, after] = [from?.[name], to?.[name]].map(saidOf);
  return before && after ? `${name}: ${before} → ${after}` : `${name}: ${after || 'no longer ' + before}`;
}

function Entry({ entry, query, onClose }) {
  const { from, to } = query;
  const only = filter => '/audit' + queryOf({ from, to, ...filter });
  return html`<${Dialog} title=${whatOf(entry)} onClose=${onClose}>
    <${Facts} of=${[
      ['Time', html`<${Time} at=${entry.at} />`],
      ['By', html`<span class="id">${entry.by}</span>`],
      ['Subject', html`<span class="id">${entry.subject}</span>`],
      ['Version', entry.version],
    ]} />
    <${Changes} from=${entry.from} to=${entry.to} />
    <p class="actions">
      <${Link} to=${only({ subject: entry.subject })} onClick=${onClose} class="button">All of this subject<//>
      <${Link} to=${only({ actor: entry.by })} onClick=${onClose} class="button">All by this user or key<//>
      ${entry.subject.startsWith('order/') && html`<${Link} to=${'/' + entry.subject.replace('order/', 'orders/')} class="button">The order<//>`}
    </p>
  <//>`;
}

function Filters({ query, problem, onSearch }) {
  const onSubmit = event => {
    event.preventDefault();
    const { subject, actor, from, to } = Object.fromEntries(new FormData(event.currentTarget));
    onSearch({ subject: subject.trim(), actor: actor.trim(), from: momentOf(from), to: momentOf(to) });
  };
  return html`<form class="filters few" role="search" aria-label="Audit" onSubmit=${onSubmit} novalidate>
    <${Field} label="Subject" name="subject" kind="search" placeholder="order/…, product/…, user/…" initial=${query.subject ?? ''} problem=${problem} autocomplete="off" spellcheck=${false} />
    <${Field} label="By" name="actor" kind="search" placeholder="u-… or system" initial=${query.actor ?? ''} problem=${problem} autocomplete="off" spellcheck=${false} />
    <${Field} label="From" name="from" kind="datetime-local" initial=${localOf(query.from)} problem=${problem} />
    <${Field} label="Before" name="to" kind="datetime-local" initial=${localOf(query.to)} problem=${problem} />
    <div class="filters-end"><button type="submit" class="main">Search</button>
      ${Object.keys(query).length > 0 && html`<${Link} to="/audit" class="button">Clear<//>`}</div>
  </form>`;
}
