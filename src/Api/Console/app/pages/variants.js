// The variants of the settings, in the order in which they decide.
import { html, useState } from '../vendor.js';
import { Dialog, Facts, Field, Form, Panel, ProblemNote, say } from '../ui.js';
import { matchOf, Meanwhile, nameOf, optionsOf, useSettingsChange } from './settings-parts.js';

export function Variants({ settings }) {
  const { variants } = settings.data;
  const { change, meanwhile } = useSettingsChange(settings);
  const [doing, setDoing] = useState(null);
  const move = (from, to) => {
    const next = variants.toSpliced(from, 1).toSpliced(to, 0, variants[from]);
    return change.isBusy || change.run({ values: {}, variants: next });
  };
  const start = (kind, name) => () => setDoing({ kind, name });
  return html`<${Panel} title="Variants" actions=${html`<button onClick=${start('add')}>Add a variant</button>`}>
    <p class="soft">Other values for some requests, and for the orders that these place. The first variant that matches a request decides.</p>
    <${ProblemNote} problem=${change.problem} /><${Meanwhile} of=${meanwhile} />
    ${variants.length === 0 ? html`<p>There is none.</p>` : html`<ol class="variants">${variants.map((one, i) => html`<li key=${one.name} aria-label=${one.name}>
      <h3>${i + 1}. ${one.name} <span class=${`status ${one.enabled ? 'enabled' : 'disabled'}`}>${one.enabled ? 'On' : 'Off'}</span></h3>
      <${Facts} of=${[
        ['For', matchOf(one)],
        ['Off because', one.reason],
        ...Object.entries(one.values).map(([key, value]) => [nameOf(key), value]),
      ]} />
      <div class="actions">
        ${[
          i > 0 && ['Up', () => move(i, i - 1)],
          i < variants.length - 1 && ['Down', () => move(i, i + 1)],
          ['Edit', start('edit', one.name)],
          one.enabled ? ['Turn off', start('off', one.name)] : ['Turn on', start('on', one.name)],
          ['Remove', start('remove', one.name)],
        ].filter(Boolean).map(([label, run]) => html`<button key=${label} class=${label === 'Remove' ? 'grave-quiet' : undefined} onClick=${run}>${label}<span class="visually-hidden"> ${one.name}</span></button>`)}
      </div>
    </li>`)}</ol>`}
    ${doing && html`<${VariantDialog} ...${doing} settings=${settings} onClose=${() => setDoing(null)} />`}
  <//>`;
}

/** What the form of each action says, and what it makes of a variant; undefined takes it out. */
const ACTIONS = {
  add: { title: () => 'Add a variant', submit: 'Add', said: 'The variant is added.' },
  edit: { title: name => `Variant ${name}`, submit: 'Change', said: 'The variant is changed.' },
  off: {
    title: name => `Turn ${name} off`, submit: 'Turn off', said: 'The variant is off.', isGrave: true,
    text: 'It is kept and decides no request. Orders that were placed under it keep their deadline.',
    make: (one, { reason }) => ({ ...one, enabled: false, reason: reason || undefined }),
  },
  on: {
    title: name => `Turn ${name} on`, submit: 'Turn on', said: 'The variant is on.', text: 'It decides requests again, and its failures are counted anew.',
    make: one => ({ ...one, enabled: true, reason: undefined }),
  },
  remove: { title: name => `Remove ${name}`, submit: 'Remove', said: 'The variant is removed.', isGrave: true, text: 'Its requests get the values of all.', make: () => undefined },
};

function VariantDialog({ kind, name, settings, onClose }) {
  const { change, meanwhile } = useSettingsChange(settings);
  const { variants, values } = settings.data;
  const action = ACTIONS[kind];
  const index = kind === 'add' ? variants.length : variants.findIndex(one => one.name === name);
  if (index < 0) {
    return html`<${Dialog} title=${action.title(name)} onClose=${onClose}><p class="notice">The variant ${name} was removed meanwhile.</p><//>`;
  }

  const field = `variants[${index}]`;
  const keys = Object.keys(values).filter(key => values[key].in_variants);
  const body = texts => {
    const text = path => (texts[`${field}.${path}`] ?? '').trim();
    const made = action.make ? action.make(variants[index], { reason: text('reason') }) : {
      ...variants[index],
      name: text('name'),
      match: {
        header: text('match.header.name') || text('match.header.value') ? { name: text('match.header.name'), value: text('match.header.value') } : undefined,
        percent: text('match.percent') === '' ? undefined : Number(text('match.percent')),
      },
      values: Object.fromEntries(keys.map(key => [key, text(`values.${key}`)]).filter(([, value]) => value !== '')),
    };
    return { values: {}, variants: variants.toSpliced(index, 1, ...(made ? [made] : [])) };
  };
  const done = () => {
    say(action.said);
    onClose();
  };
  const names = ['name', 'reason', 'match.header.name', 'match.header.value', 'match.percent', ...keys.map(key => `values.${key}`)].map(path => `${field}.${path}`);
  return html`<${Dialog} title=${action.title(name)} onClose=${onClose}>
    ${action.text && html`<p>${action.text}</p>`}
    <${Form} change=${change} submit=${action.submit} isGrave=${action.isGrave} names=${names} body=${body} onDone=${done} onCancel=${onClose}>
      ${kind === 'off' && html`<${Field} label="Reason" name=${`${field}.reason`} problem=${change.problem} wide />`}
      ${!action.make && html`<${About} variant=${variants[index]} field=${field} keys=${keys} values=${values} problem=${change.problem} />`}
      <${Meanwhile} of=${meanwhile} />
    <//>
  <//>`;
}

function About({ variant, field, keys, values, problem }) {
  const { header, percent } = variant?.match ?? {};
  return html`<${Field} label="Name" name=${`${field}.name`} initial=${variant?.name} hint="Orders and metrics carry it; another name has other users" problem=${problem} required wide autocomplete="off" spellcheck=${false} />
    <fieldset><legend>For requests</legend>
      <${Field} label="Percent of users" name=${`${field}.match.percent`} kind="number" min="0" max="100" step="any" initial=${percent} problem=${problem} />
      <div class="pair"><${Field} label="With the header" name=${`${field}.match.header.name`} initial=${header?.name} problem=${problem} autocomplete="off" spellcheck=${false} />
        <${Field} label="Of the value" name=${`${field}.match.header.value`} initial=${header?.value} problem=${problem} autocomplete="off" spellcheck=${false} /></div>
    </fieldset>
    <fieldset><legend>Values; an empty one is as for all</legend>
      ${keys.map(key => html`<${Field} key=${key} label=${nameOf(key)} name=${`${field}.values.${key}`} kind=${values[key].choices ? 'select' : 'text'} initial=${variant?.values[key] ?? ''}
        options=${[['', `As for all: ${values[key].value}`], ...(optionsOf(values[key]) ?? [])]} placeholder=${values[key].value} problem=${problem} autocomplete="off" spellcheck=${false} />`)}
    </fieldset>`;
}
