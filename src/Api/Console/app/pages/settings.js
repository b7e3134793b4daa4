// The settings that change while the product runs: values, variants, and what they were. docs/settings.md says what they mean.
import { html, useEffect, useState } from '../vendor.js';
import { useResource } from '../api.js';
import { Time } from '../format.js';
import { useKeys } from '../keys.js';
import { useList } from '../list.js';
import { tab } from '../state.js';
import { Changes, Dialog, Field, Form, Loaded, Page, Panel, ProblemNote, say, Table } from '../ui.js';
import { labelOf, lineOf, matchOf, Meanwhile, nameOf, optionsOf, useSettingsChange } from './settings-parts.js';
import { Variants } from './variants.js';

/** So many versions of the history are shown at first, and more with each wish. */
const STEP = 10;

const GROUPS = { Features: 'Feature switches', Serilog: 'Log', Variants: 'Variants that fail' };

export default function Settings() {
  const settings = useResource('/settings');
  return html`<${Page} title="Settings" actions=${settings.data && html`<span class="soft">Version ${settings.data.version}</span>
      <button onClick=${settings.reload}>Read again</button>`}>
    <${Loaded} of=${settings}>${settings.data && html`
      <p class="soft">Every process obeys a change within two seconds. A value set here counts before one in a file, and that before one that a process was started with.</p>
      <${Values} settings=${settings} /><${Variants} settings=${settings} /><${History} settings=${settings} />`}<//>
  <//>`;
}

/** Values by group, and the changes of all of them that are not made yet: key → text, or null for one that is taken out of the table. */
function Values({ settings }) {
  const { values } = settings.data;
  const [draft, setDraft] = useState(() => Object.fromEntries(Object.entries(tab.get('settings') ?? {}).filter(([key]) => key in values)));
  const { change, meanwhile } = useSettingsChange(settings);
  useEffect(() => tab.set('settings', Object.keys(draft).length > 0 ? draft : null), [draft]);
  useKeys([{ key: 'r', label: 'Read the settings again', run: settings.reload }], [settings.reload]);
  const set = (key, text) => setDraft(({ [key]: _, ...others }) => (text === undefined || text === values[key].value ? others : { ...others, [key]: text }));
  const groups = Object.entries(Object.groupBy(Object.keys(values), key => key.replace('Granary:', '').split(':')[0]))
    .sort(([one], [other]) => (other === 'Features') - (one === 'Features'));
  const keys = Object.keys(draft);
  const done = () => {
    setDraft({});
    say(keys.length === 1 ? 'The setting is changed.' : 'The settings are changed.');
  };
  return html`<div class="settings"><${Form} change=${change} body=${() => ({ values: draft })} names=${keys.map(key => 'values.' + key)} onDone=${done}
    submit=${keys.length > 0 && `Apply ${keys.length === 1 ? '1 change' : `${keys.length} changes`}`} cancel="Discard" onCancel=${() => (setDraft({}), change.reset())}>
    <div class="columns">${groups.map(([group, names]) => html`<${Panel} key=${group} title=${GROUPS[group] ?? nameOf(group)}>
      <div class="fields">${names.map(key => html`<${Value} key=${key} name=${key} setting=${values[key]} draft=${draft[key]} problem=${change.problem} onChange=${text => set(key, text)} />`)}</div>
    <//>`)}</div>
    <${Meanwhile} of=${meanwhile} />
    ${keys.length > 0 && html`<p class="soft" role="status">Not applied yet: ${keys.map(key => `${nameOf(key)} ${draft[key] ?? 'as at the start'}`).join(', ')}</p>`}
  <//></div>`;
}

function Value({ name, setting, draft, problem, onChange }) {
  const isOut = draft === null;
  return html`<div class=${'setting' + (draft === undefined ? '' : ' changed')}>
    ${isOut ? html`<p><strong>${labelOf(name)}</strong> leaves the table: what each process was started with holds again.</p>`
      : html`<${Field} label=${labelOf(name)} name=${`values.${name}`} kind=${setting.choices ? 'select' : 'text'} options=${optionsOf(setting)} value=${draft ?? setting.value}
          hint=${sentence(setting.meaning)} problem=${problem} autocomplete="off" spellcheck=${false} onInput=${input => onChange(input.target.value)} />`}
    <p class="soft"><span class="id">${name}</span> from the ${setting.source}${setting.value !== setting.default && `, default ${setting.default || 'nothing'}`}
      ${isOut || draft !== undefined ? html` <button type="button" class="link" onClick=${() => onChange(undefined)}>Undo<span class="visually-hidden"> ${labelOf(name)}</span></button>`
        : setting.source === 'table' && html` <button type="button" class="link" onClick=${() => onChange(null)}>Take out of the table<span class="visually-hidden"> (${labelOf(name)})</span></button>`}</p>
  </div>`;
}

function History({ settings }) {
  const { version } = settings.data;
  const list = useList('/settings/history');
  const [to, setTo] = useState(null);
  const [count, setCount] = useState(STEP);
  const more = () => {
    setCount(count + STEP);
    if (!list.isComplete && list.rows.length < count + STEP) {
      list.more();
    }
  };
  useEffect(() => {
    if (list.rows.length > 0 ? list.rows[0].version !== version : version > 0) {
      list.reload();
    }
  }, [version]);
  return html`<${Panel} title="History">
    <${ProblemNote} problem=${list.error}><p><button onClick=${list.reload}>Try again</button></p><//>
    <${Table} caption="History" rows=${list.rows.slice(0, count)} keyOf=${row => row.version} empty="Nothing was changed yet." columns=${[
      { title: 'Version', cell: row => row.version },
      { title: 'Time', cell: row => html`<${Time} at=${row.at} short />` },
      { title: 'Changes', kind: 'text', cell: changesOf },
      { title: 'By', kind: 'id', isMinor: true, cell: row => row.by },
      { title: 'Actions', cell: row => row.version < version && html`<button onClick=${() => setTo(row.version)}>Roll back<span class="visually-hidden"> to version ${row.version}</span></button>` },
    ]} />
    ${(!list.isComplete || list.rows.length > count) && html`<p class="form-end"><button onClick=${more}>Show more</button></p>`}
    ${list.isComplete && list.rows.length > 0 && list.rows.length <= count && html`<p class="form-end"><button onClick=${() => setTo(0)}>Roll back to before the first change</button></p>`}
    ${to !== null && html`<${RollBack} to=${to} list=${list} settings=${settings} onClose=${() => setTo(null)} />`}
  <//>`;
}

function changesOf({ changes, variants, rolled_back_to: rolledBackTo }) {
  return html`${rolledBackTo !== undefined && html`<p><strong>Rolled back to version ${rolledBackTo}</strong></p>`}
    ${Object.entries(changes).map(([key, { from, to }]) => html`<p key=${key} title=${key}>${nameOf(key)}: ${from ?? 'not set'} → ${to ?? 'not set'}</p>`)}
    ${variants && namesOf(variants).map(text => html`<p key=${text}>${text}</p>`)}`;
}

/** What became of variants, one line each. */
function namesOf({ from, to }) {
  const before = new Map(from.map(one => [one.name, one]));
  const lines = to.flatMap(one => {
    const old = before.get(one.name);
    before.delete(one.name);
    return !old ? `Variant ${one.name} added: ${matchOf(one)}`
      : old.enabled !== one.enabled ? `Variant ${one.name} turned ${one.enabled ? 'on' : `off${one.reason ? `: ${one.reason}` : ''}`}`
      : JSON.stringify(old) !== JSON.stringify(one) ? `Variant ${one.name} changed` : [];
  });
  lines.push(...[...before.keys()].map(name => `Variant ${name} removed`));
  return lines.length > 0 ? lines : [`Variants in another order: ${to.map(one => one.name).join(', ')}`];
}

function RollBack({ to, list, settings, onClose }) {
  const { change, meanwhile } = useSettingsChange(settings, 'POST', '/settings/rollback');
  const [from, after] = [{}, {}];
  for (const row of list.rows.filter(({ version }) => version > to)) {
    for (const [key, one] of Object.entries({ ...row.changes, ...(row.variants && { Variants: { from: row.variants.from.map(lineOf), to: row.variants.to.map(lineOf) } }) })) {
      from[key] = key in from ? from[key] : one.to;
      after[key] = one.from;
    }
  }

  for (const key of Object.keys(from).filter(name => String(from[name]) === String(after[name]))) {
    delete from[key];
    delete after[key];
  }

  const done = () => {
    say('The settings are rolled back.');
    onClose();
  };
  return html`<${Dialog} title=${to === 0 ? 'Roll back to before the first change' : `Roll back to version ${to}`} onClose=${onClose}>
    <p>What was in the table then becomes a new version:</p>
    <${Changes} from=${written(from)} to=${written(after)} />
    <${Form} change=${change} submit="Roll back" isGrave names=${[]} body=${() => ({ version: to })} onDone=${done} onCancel=${onClose}><${Meanwhile} of=${meanwhile} /><//>
  <//>`;
}

const sentence = text => text[0].toUpperCase() + text.slice(1).replaceAll('`', '');

const written = values => Object.fromEntries(Object.entries(values).map(([key, value]) => [nameOf(key), value]));
