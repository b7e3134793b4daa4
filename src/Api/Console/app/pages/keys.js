// The API keys of the shop's machines.
import { html, useState } from '../vendor.js';
import { useChange } from '../api.js';
import { momentOf, Time } from '../format.js';
import { useKeys } from '../keys.js';
import { HowMany, useList } from '../list.js';
import { Copyable, Dialog, Field, Form, LongTable, Page, ProblemNote, say } from '../ui.js';

const SCOPES = [
  ['orders:read', 'Read the orders of all users'],
  ['orders:write', 'Place orders, and act on them, for any user'],
  ['fulfilment:write', 'Pack, ship and complete orders'],
  ['payments:write', 'Capture, void and refund payments'],
  ['products:write', 'Define and change products'],
  ['stock:read', 'Read stock levels'],
  ['stock:write', 'Adjust stock'],
  ['users:read', 'Read users and their wallets'],
  ['users:write', 'Register customers; deposits and withdrawals'],
  ['webhooks:write', 'Keep webhooks, all of them'],
  ['events:read', 'Read the feed of all events'],
];

export default function Keys() {
  const list = useList('/api-keys');
  const [doing, setDoing] = useState(null);
  const [made, setMade] = useState(null);
  useKeys([
    { key: 'a', label: 'Create a key', run: () => setDoing({ kind: 'create' }) },
    { key: 'r', label: 'Read the list again', run: list.reload },
  ], [list.reload]);
  const onClose = () => setDoing(null);
  return html`<${Page} title="Keys" actions=${html`<button class="main" onClick=${() => setDoing({ kind: 'create' })}>Create a key</button><button onClick=${list.reload}>Read again</button>`}>
    <p class="soft">With a key, a machine of the shop calls the API: a storefront, an ERP, a program of the warehouse.</p>
    ${made && html`<${Made} made=${made} onKept=${() => setMade(null)} />`}
    <${HowMany} of=${list} one="key" many="keys" />
    <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
    <${LongTable} caption="Keys" rows=${list.rows} keyOf=${key => key.id} onEnd=${list.more} isComplete=${list.isComplete} empty="There are no keys." columns=${[
      { title: 'Name', cell: key => html`<span title=${key.name}>${key.name}</span>` },
      { title: 'Begins with', kind: 'id', isMinor: true, cell: key => key.prefix },
      { title: 'Scopes', kind: 'text', isMinor: true, cell: key => html`<span title=${key.scopes.join(', ')}>${key.scopes.join(', ')}</span>` },
      { title: 'Last used', kind: 'when', cell: key => (key.last_used_at ? html`<${Time} at=${key.last_used_at} short />` : 'never') },
      { title: 'Expires', kind: 'dated', isMinor: true, cell: key => (!key.expires_at ? 'never' : html`<span class=${Date.parse(key.expires_at) <= Date.now() ? 'attention' : undefined}><${Time} at=${key.expires_at} short /></span>`) },
      { title: 'Revoke', kind: 'badge', cell: key => html`<button class="grave-quiet small" aria-label=${`Revoke ${key.name}`} onClick=${() => setDoing({ kind: 'revoke', key })}>Revoke</button>` },
    ]} />
    ${doing?.kind === 'create' && html`<${Create} onClose=${onClose} onMade=${key => {
      setMade(key);
      list.reload();
      onClose();
    }} />`}
    ${doing?.kind === 'revoke' && html`<${Revoke} of=${doing.key} onClose=${onClose} onDone=${() => {
      list.reload();
      onClose();
    }} />`}
  <//>`;
}

/** The text of a new key, which nothing else shows. It stays until the person says that it is kept. */
function Made({ made, onKept }) {
  return html`<section class="notice made" aria-label="The new key">
    <p><strong>The key of ${made.name}.</strong> It is shown only now: give it to its machine, or keep it in a safe place.</p>
    <${Copyable} label="Key" text=${made.key}><button onClick=${onKept}>I have it</button><//>
  </section>`;
}

function Create({ onClose, onMade }) {
  const change = useChange('POST', '/api-keys');
  return html`<${Dialog} title="Create a key" onClose=${onClose}>
    <${Form} change=${change} submit="Create" names=${['name', 'scopes', 'expires_at']} onDone=${({ data }) => onMade(data)} onCancel=${onClose}
      body=${texts => ({ name: texts.name, scopes: SCOPES.map(([scope]) => scope).filter(scope => texts[scope]), expires_at: texts.expires_at ? momentOf(texts.expires_at) : undefined })}>
      <${Field} label="Name" name="name" hint="Such as the machine that uses it" problem=${change.problem} required wide autocomplete="off" />
      <fieldset aria-describedby=${change.problem?.errors?.scopes ? 'scopes-error' : undefined}><legend>What it may do</legend>
        ${SCOPES.map(([scope, text]) => html`<label class="check" key=${scope}><input type="checkbox" name=${scope} /><span>${text} <span class="id soft">${scope}</span></span></label>`)}
        ${change.problem?.errors?.scopes && html`<small class="error" id="scopes-error">Scopes ${change.problem.errors.scopes.join(', ')}</small>`}</fieldset>
      <${Field} label="Expires" name="expires_at" kind="datetime-local" hint="Empty: when it is revoked" problem=${change.problem} wide />
      <p class="soft">If the answer is lost, a key may be in the list that nobody has: revoke it, and create another.</p>
    <//>
  <//>`;
}

function Revoke({ of, onClose, onDone }) {
  const change = useChange('DELETE', `/api-keys/${of.id}`);
  return html`<${Dialog} title=${`Revoke ${of.name}`} onClose=${onClose}>
    <p>Its machine is refused within two seconds. A key that is revoked cannot be given back.</p>
    <${Form} change=${change} submit="Revoke" isGrave onCancel=${onClose} onDone=${() => {
      say(`The key ${of.name} is revoked.`);
      onDone();
    }} />
  <//>`;
}
