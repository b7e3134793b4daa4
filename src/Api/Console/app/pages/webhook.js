// One webhook: where it goes, what became of its messages, and what may be done with it.
import { html, useState } from '../vendor.js';
import { useChange, useResource } from '../api.js';
import { duration, Time } from '../format.js';
import { useKeys } from '../keys.js';
import { HowMany, useList, useListKeys } from '../list.js';
import { go, Link } from '../router.js';
import { Copyable, Dialog, Facts, Form, Loaded, LongTable, Page, Panel, ProblemNote, say, Status } from '../ui.js';
import { AboutWebhook, bodyOf } from './webhooks.js';

/** What can be done: the call, what is asked before, and what is said afterwards. */
const ACTIONS = {
  edit: {
    label: 'Edit', key: 'e', call: path => ['PATCH', path], names: ['url', 'events'], said: 'The webhook is changed.',
    form: ({ webhook, problem }) => html`<${AboutWebhook} url=${webhook.url} events=${webhook.events} problem=${problem} />`,
    // What stays is not sent: it may have been changed meanwhile.
    body: webhook => (texts, all) => {
      const { url, events } = bodyOf(texts, all);
      return { url: url === webhook.url ? undefined : url, events: sameOf(events, webhook.events) ? undefined : events };
    },
  },
  disable: {
    label: 'Disable', key: 'd', call: path => ['PATCH', path], said: 'Nothing is sent to it any more.', isFor: webhook => webhook.status === 'enabled',
    text: 'Nothing is sent while it is disabled, and events of that time are not kept for it. What was pending waits.', body: () => () => ({ enabled: false }),
  },
  enable: {
    label: 'Enable', key: 'd', call: path => ['PATCH', path], said: 'It gets the events from now on.', isFor: webhook => webhook.status === 'disabled',
    text: 'It gets the events from now on, and what was pending.', body: () => () => ({ enabled: true }),
  },
  rotate: { label: 'New secret', key: 's', call: path => ['POST', path + '/rotate-secret'], text: 'The secret of now signs for 24 hours more, beside the new one.' },
  delete: {
    label: 'Delete', isGrave: true, call: path => ['DELETE', path], said: 'The webhook is deleted.', text: 'Its pending messages and its log are deleted, too.',
  },
};

const sameOf = (some, others) => some.length === others.length && some.every(one => others.includes(one));

export default function Webhook({ params }) {
  const path = `/webhooks/${params.id}`;
  const webhook = useResource(path);
  const list = useList(path + '/deliveries');
  const [doing, setDoing] = useState(null);
  const open = webhook.data ? Object.values(ACTIONS).filter(action => action.isFor?.(webhook.data) ?? true) : [];
  const [shown, show] = useState(null);
  const marked = useListKeys(list, { one: 'delivery', many: 'deliveries', open: show });
  useKeys([
    ...open.filter(({ key }) => key).map(action => ({ key: action.key, label: action.label, run: () => setDoing(action) })),
    { key: 'u', label: 'To the list', run: () => go('/webhooks') },
  ], [webhook.data]);
  const done = ({ data }) => {
    if (doing.said) {
      say(doing.said);
      setDoing(null);
    }

    if (data) {
      webhook.set({ ...data, secret: undefined });
    } else {
      go('/webhooks');
    }
  };
  return html`<${Page} title="Webhook" heading=${webhook.data?.url ?? 'Webhook'}
    actions=${open.map(action => html`<button key=${action.label} class=${action.isGrave ? 'grave-quiet' : undefined} onClick=${() => setDoing(action)}>${action.label}</button>`)}>
    <${Loaded} of=${webhook}>${webhook.data && html`
      <div class="columns">
        <${Panel} title="About"><${Facts} of=${[
          ['Status', html`<${Status} of=${webhook.data.status} />`],
          ['Because', webhook.data.disabled_reason],
          ['Id', html`<span class="id">${webhook.data.id}</span>`],
          ['Events', webhook.data.events.join(', ')],
          ['Registered', html`<${Time} at=${webhook.data.created_at} /> by <span class="id">${webhook.data.created_by}</span>`],
        ]} /><//>
        <${Test} path=${path} />
      </div>
      <${Panel} title="Deliveries" actions=${html`<button onClick=${list.reload}>Read again</button>`}>
        <p><${HowMany} of=${list} one="delivery" many="deliveries" /></p>
        <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
        <${LongTable} caption="Deliveries" rows=${list.rows} keyOf=${one => one.id} onEnd=${list.more} isComplete=${list.isComplete} isMarked=${(_, i) => i === marked}
          empty="No event was for it yet." columns=${[
            { title: 'Event', cell: one => html`<button class="link" onClick=${() => show(one)}>${one.type}</button>` },
            { title: 'Status', kind: 'badge', cell: one => html`<${Status} of=${one.status} />` },
            { title: 'Answer', kind: 'text', cell: answerOf },
            { title: 'Of', kind: 'id some-more', isMinor: true, cell: one => one.stream ?? one.order_id },
            { title: 'Tries', kind: 'few number', isMinor: true, cell: one => one.attempts },
            { title: 'Time', kind: 'when', isMinor: true, cell: one => html`<${Time} at=${one.last_attempt_at ?? one.created_at} short />` },
          ]} /><//>`}<//>
    ${doing && html`<${ActionDialog} action=${doing} path=${path} webhook=${webhook.data} onDone=${done} onClose=${() => setDoing(null)} />`}
    ${shown && html`<${Delivery} path=${path} delivery=${shown} onDone=${list.follow} onClose=${() => show(null)} />`}
  <//>`;
}

const answerOf = ({ status_code: code, error }) => [code, error].filter(Boolean).join(', ') || 'none yet';

function ActionDialog({ action, path, webhook, onDone, onClose }) {
  const change = useChange(...action.call(path));
  const [secret, setSecret] = useState(null);
  const done = answer => {
    setSecret(answer.data?.secret);
    onDone(answer);
  };
  return html`<${Dialog} title=${action.label} onClose=${onClose}>
    ${secret ? html`<div class="notice made"><p><strong>The webhook has a new secret.</strong> This secret is shown only now: give it to the receiver.</p><${Copyable} label="Secret" text=${secret} /></div><p><button class="main" onClick=${onClose}>Done</button></p>` : html`
      ${action.text && html`<p>${action.text}</p>`}
      <${Form} change=${change} submit=${action.label} isGrave=${action.isGrave} names=${action.names} body=${action.body?.(webhook)} onDone=${done} onCancel=${onClose}>
        ${action.form?.({ webhook, problem: change.problem })}
      <//>`}
  <//>`;
}

function Test({ path }) {
  const change = useChange('POST', path + '/test');
  const [result, setResult] = useState(null);
  const run = async () => {
    if (!change.isBusy) {
      setResult((await change.run())?.data ?? null);
    }
  };
  return html`<${Panel} title="Test">
    <p>Sends a signed message of type webhook.test now, also while the webhook is disabled.</p>
    <p class="form-end spaced"><button onClick=${run} aria-disabled=${change.isBusy}>${change.isBusy ? 'Sending…' : 'Send a test'}</button></p>
    <${ProblemNote} problem=${change.problem} />
    <div role="status">${result && html`<p class=${result.delivered ? 'notice good' : 'notice bad'}><strong>${result.delivered ? 'Delivered' : 'Not delivered'}</strong>:
      ${' '}${result.error ?? `answered ${result.status_code}`}, after ${duration(result.duration_ms / 1_000)}. <span class="id">${result.id}</span></p>`}</div>
  <//>`;
}

function Delivery({ path, delivery, onDone, onClose }) {
  const change = useChange('POST', `${path}/deliveries/${delivery.id}/redeliver`);
  const done = () => {
    say('The message is sent again.');
    onDone();
    onClose();
  };
  return html`<${Dialog} title=${delivery.type} onClose=${onClose}>
    <${Facts} of=${[
      ['Status', html`<${Status} of=${delivery.status} />`],
      ['Answer', answerOf(delivery)],
      ['Took', delivery.duration_ms === undefined ? null : duration(delivery.duration_ms / 1_000)],
      ['Tries', delivery.attempts],
      ['Last try', delivery.last_attempt_at && html`<${Time} at=${delivery.last_attempt_at} />`],
      ['Next try', delivery.next_attempt_at && html`<${Time} at=${delivery.next_attempt_at} />`],
      ['Of', delivery.order_id ? html`<${Link} to=${`/orders/${delivery.order_id}`} class="id">${delivery.stream ?? delivery.order_id}<//>` : html`<span class="id">${delivery.stream}</span>`],
      ['Version', delivery.version],
      ['Message', html`<span class="id">${delivery.id}</span>`],
    ]} />
    <${Form} change=${change} submit="Send again" onDone=${done} onCancel=${onClose}><p>It goes out now, under the same webhook-id.</p><//>
  <//>`;
}
