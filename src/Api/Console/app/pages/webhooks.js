// Who is told of events, and the events that the product's own consumers could not take.
import { html, useState } from '../vendor.js';
import { useChange, useResource } from '../api.js';
import { Time, word } from '../format.js';
import { useKeys } from '../keys.js';
import { HowMany, useList } from '../list.js';
import { go, Link } from '../router.js';
import { Check, Copyable, Dialog, Facts, Field, Form, Loaded, LongTable, Page, Panel, ProblemNote, say, Status, Table } from '../ui.js';

export default function Webhooks({ who }) {
  // There can be 100.
  const webhooks = useResource('/webhooks?limit=100');
  const [isNew, setNew] = useState(false);
  useKeys([
    { key: 'n', label: 'Register a webhook', run: () => setNew(true) },
    { key: 'r', label: 'Read the list again', run: webhooks.reload },
  ], [webhooks.reload]);
  return html`<${Page} title="Webhooks" actions=${html`<button onClick=${webhooks.reload}>Read again</button>
      <button class="main" onClick=${() => setNew(true)}>Register a webhook</button>`}>
    <${Panel} title="Receivers"><${Loaded} of=${webhooks}>${webhooks.data && html`<${Table} caption="Webhooks" rows=${webhooks.data.data} keyOf=${one => one.id}
      empty="No webhook is registered." columns=${[
        { title: 'Address', kind: 'long-text', cell: one => html`<${Link} to=${`/webhooks/${one.id}`}>${one.url}<//>` },
        { title: 'Status', cell: one => html`<${Status} of=${one.status} />` },
        { title: 'Events', isMinor: true, cell: one => html`<span title=${one.events.join(', ')}>${one.events.length <= 3 ? one.events.join(', ') : `${one.events.length} events`}</span>` },
        { title: 'Registered', isMinor: true, cell: one => html`<${Time} at=${one.created_at} short />` },
      ]} />`}<//><//>
    ${who.roles.includes('admin') && html`<${DeadLetters} />`}
    ${isNew && html`<${Register} onDone=${webhooks.reload} onClose=${() => setNew(false)} />`}
  <//>`;
}

function Register({ onDone, onClose }) {
  const change = useChange('POST', '/webhooks');
  const [made, setMade] = useState(null);
  const done = ({ data }) => {
    setMade(data);
    onDone();
  };
  return html`<${Dialog} title="Register a webhook" onClose=${onClose}>
    ${made ? html`<div class="notice made"><p><strong>The webhook is registered.</strong> This secret is shown only now: give it to the receiver.</p><${Copyable} label="Secret" text=${made.secret} /></div><p><button class="main" onClick=${() => go(`/webhooks/${made.id}`)}>To the webhook</button></p>`
      : html`<${Form} change=${change} submit="Register" names=${['url', 'events']} body=${bodyOf} onDone=${done} onCancel=${onClose}>
          <${AboutWebhook} problem=${change.problem} />
        <//>`}
  <//>`;
}

/** The address and the events of a form. */
export const bodyOf = (texts, events) => ({ url: texts.url, events: events('event') });

/** The fields of address and events. */
export function AboutWebhook({ url, events = [], problem }) {
  const types = useResource('/webhooks/event-types');
  const families = Object.entries(Object.groupBy(types.data?.data ?? [], type => type.split('.')[0]));
  return html`<${Field} label="Address" name="url" kind="url" initial=${url} placeholder="https://" problem=${problem} required wide autocomplete="off" />
    <${Loaded} of=${types}>${families.map(([family, names]) => html`<fieldset key=${family} class="checks"><legend>Events of ${family === 'stock' ? 'stock' : family + 's'}</legend>
      ${names.map(name => html`<${Check} key=${name} label=${word(name.split('.')[1])} name="event" value=${name} defaultChecked=${events.includes(name)} />`)}
    </fieldset>`)}<//>
    ${problem?.errors?.events && html`<p class="error-text" role="alert">Events ${problem.errors.events.join(', ')}</p>`}`;
}

function DeadLetters() {
  const list = useList('/dead-letters');
  const [shown, show] = useState(null);
  const done = () => {
    show(null);
    say('The consumer has taken the event.');
    list.reload();
  };
  return html`<${Panel} title="Dead letters" actions=${html`<${HowMany} of=${list} one="event" many="events" />`}>
    <p class="soft">Events that consumers of the journal could not take, oldest first.</p>
    <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
    <${LongTable} caption="Dead letters" rows=${list.rows} keyOf=${letter => letter.id} onEnd=${list.more} isComplete=${list.isComplete} empty="Every consumer has taken every event." columns=${[
      { title: 'Consumer', cell: letter => html`<button class="link" onClick=${() => show(letter)}>${letter.consumer}</button>` },
      { title: 'Event', kind: 'some', cell: letter => letter.type },
      { title: 'Of', kind: 'id some-more', isMinor: true, cell: letter => letter.stream },
      { title: 'Error', kind: 'text', isMinor: true, cell: letter => letter.error },
      { title: 'Tries', kind: 'few number', cell: letter => letter.attempts },
      { title: 'Set aside', kind: 'when', isMinor: true, cell: letter => html`<${Time} at=${letter.at} short />` },
    ]} />
    ${shown && html`<${Replay} letter=${shown} onDone=${done} onRefused=${list.reload} onClose=${() => show(null)} />`}
  <//>`;
}

function Replay({ letter, onDone, onRefused, onClose }) {
  const change = useChange('POST', `/dead-letters/${encodeURIComponent(letter.id)}/replay`);
  const run = { ...change, run: async body => {
    const answer = await change.run(body);
    if (!answer) {
      onRefused();
    }

    return answer;
  } };
  return html`<${Dialog} title="Dead letter" onClose=${onClose}>
    <${Facts} of=${[
      ['Consumer', letter.consumer],
      ['Event', letter.type],
      ['Of', html`<span class="id">${letter.stream}</span>`],
      ['Version', letter.version],
      ['Position', letter.position],
      ['Error', letter.error],
      ['Set aside', html`<${Time} at=${letter.at} />`],
      ['Tries', letter.attempts],
    ]} />
    <${Form} change=${run} submit="Replay" onDone=${onDone} onCancel=${onClose}><p>The consumer tries the event again.</p><//>
  <//>`;
}
