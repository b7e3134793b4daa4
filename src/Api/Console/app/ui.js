// The parts that pages are made of.
import { html, uPlot, useEffect, useId, useLayoutEffect, useRef, useState } from './vendor.js';
import { NotConnected } from './api.js';
import { isLost, returns } from './connection.js';
import { decimal, minorUnits, money, saidOf, word } from './format.js';
import { observable, useValue } from './state.js';
import { theme } from './theme-choice.js';

/** The frame of a page: its heading, which gets the focus when the page is entered, its title and its actions. */
export function Page({ title, heading = title, actions, children }) {
  const head = useRef(null);
  useEffect(() => {
    document.title = `${title} · Granary`;
  }, [title]);
  useEffect(() => head.current.focus({ preventScroll: true }), []);
  return html`<div class="page">
    <header class="page-head"><h1 ref=${head} tabindex="-1">${heading}</h1>${actions && html`<div class="actions">${actions}</div>`}</header>
    ${children}
  </div>`;
}

/** A part of a page with its own heading. */
export function Panel({ title, actions, children, ...rest }) {
  const id = useId();
  return html`<section class="panel" aria-labelledby=${id} ...${rest}>
    <header class="panel-head"><h2 id=${id}>${title}</h2>${actions}</header>${children}
  </section>`;
}

/** A problem in its own words. Errors of fields stand at their fields; the others are listed here. */
export function ProblemNote({ problem, fields = [], children }) {
  if (!problem) {
    return null;
  }

  const others = Object.entries(problem.errors ?? {}).filter(([name]) => !fields.includes(name));
  return html`<div class="problem" role="alert">
    <p><strong>${problem.title ?? 'The console has a fault'}</strong></p>
    ${problem.detail ? html`<p>${problem.detail}</p>` : problem.title ? null : html`<p>${problem.message}</p>`}
    ${others.length > 0 && html`<ul>${others.map(([name, texts]) => html`<li key=${name}>${name} ${texts.join(', ')}</li>`)}</ul>`}
    ${children}
  </div>`;
}

/** What is not there yet, or went wrong. Shows its children when the resource has data, also while newer data is on its way. */
export function Loaded({ of, children }) {
  if (of.data !== undefined) {
    return html`${of.error && html`<${ProblemNote} problem=${of.error} />`}${children}`;
  }

  return of.error ? html`<${ProblemNote} problem=${of.error}><p><button onClick=${of.reload}>Try again</button></p><//>` : html`<p class="waiting" role="status">Loading…</p>`;
}

/**
 * A labelled field. kind is the type of an input, or select, or textarea. Its errors are those of the problem under its name. initial is what it
 * has before a person types; a form reads it when it is sent.
 */
export function Field({ label, name, kind = 'text', hint, problem, options, wide, initial, ...rest }) {
  const id = useId();
  const errors = problem?.errors?.[name];
  const described = [hint && `${id}-hint`, errors && `${id}-error`].filter(Boolean).join(' ');
  const input = {
    id, name, ...rest, 'aria-describedby': described || undefined, 'aria-invalid': errors ? 'true' : undefined,
  };
  return html`<div class=${'field' + (wide ? ' wide' : '')}>
    <label for=${id}>${label}</label>
    ${kind === 'select' ? html`<select ...${input}>${options.map(([value, text]) => html`<option key=${value} value=${value} selected=${(rest.value ?? initial) === value}>${text}</option>`)}</select>`
      : kind === 'textarea' ? html`<textarea rows="3" defaultValue=${initial} ...${input}></textarea>`
      : html`<input type=${kind} defaultValue=${initial} ...${input} />`}
    ${hint && html`<small id=${`${id}-hint`}>${hint}</small>`}
    ${errors && html`<small class="error" id=${`${id}-error`}>${label} ${errors.join(', ')}</small>`}
  </div>`;
}

/** A field for an amount of money. Its value is text; amountOf reads it. Its errors are also those of the amount within the money that it becomes. */
export function MoneyField({ code, name, problem, ...rest }) {
  const errors = problem?.errors?.[`${name}.amount`] ?? problem?.errors?.[name];
  return html`<${Field} inputmode="decimal" autocomplete="off" hint=${`In ${code}, such as ${decimal({ amount: 1999, currency: code })}`} name=${name}
    problem=${errors && { errors: { [name]: errors } }} ...${rest} />`;
}

/** Money of the API for what was typed into a MoneyField; an amount that is none stays one the API refuses. */
export const amountOf = (text, code) => ({ amount: minorUnits(text, code) ?? 0, currency: code });

/** The same for a price, which may be 0: what is no amount is refused, and not taken for it. */
export function priceOf(text, code) {
  const price = amountOf(text, code);
  return price.amount === 0 && !/^0+([.,]0*)?$/.test(text.trim()) ? { ...price, amount: -1 } : price;
}

const UNKNOWN = 'It is not known whether this took effect: its answer was lost. Look before you send it again.';

/** A form that sends once at a time, shows the problem and has the focus go to the first field that is wrong. change is of useChange; body(texts, all) makes the body from the fields' texts; all(name) are those of one name. unknown is said where the answer was lost. */
export function Form({ change, body, onDone, submit, isGrave, names = [], onCancel, cancel = 'Close', unknown = UNKNOWN, children }) {
  const onSubmit = async event => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const answer = change.isBusy ? null : await change.run(body ? body(Object.fromEntries(fields), name => fields.getAll(name)) : undefined);
    if (answer) {
      onDone?.(answer);
    }
  };
  const back = useValue(returns);
  useEffect(() => {
    if (change.problem instanceof NotConnected) {
      change.reset();
    }
  }, [back]);
  const form = useRef(null);
  useEffect(() => {
    if (change.problem) {
      form.current.querySelector('[aria-invalid]')?.focus();
    }
  }, [change.problem]);
  return html`<form ref=${form} class="form" onSubmit=${onSubmit} novalidate>
    ${children}
    <${ProblemNote} problem=${change.problem} fields=${names} />
    ${change.isUnknown && !change.problem && html`<p class="notice" role="status">${unknown}</p>`}
    ${submit && html`<div class="form-end">
      <button type="submit" class=${isGrave ? 'grave' : 'main'} aria-disabled=${change.isBusy}>${change.isBusy ? 'Sending…' : submit}</button>
      ${onCancel && html`<button type="button" onClick=${onCancel}>${cancel}</button>`}
    </div>`}
  </form>`;
}

/**
 * A dialog of the browser: it keeps the focus, and Escape closes it. Then the focus is where it was, or, where that is gone, at the heading of the
 * page. What is behind it is inert, also to screen readers, so the announcements are in it, too.
 */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(null);
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => queueMicrotask(() => (before?.isConnected && before !== document.body ? before : document.querySelector('h1'))?.focus({ preventScroll: true }));
  }, []);
  return html`<dialog ref=${dialog} aria-labelledby=${id} onClose=${onClose} onCancel=${onClose}>
    <header><h2 id=${id}>${title}</h2><button type="button" class="quiet" aria-label="Close" onClick=${onClose}>✕</button></header>
    ${children}<${Announcements} />
  </dialog>`;
}

/** A table: columns are { title, cell(row), kind?, isMinor? }; kind number aligns right, minor columns disappear on small screens. */
export function Table({ caption, columns, rows, keyOf, isTall, empty = 'Nothing.' }) {
  // Who has no mouse scrolls with the arrow keys, once the region has the focus.
  return html`<div class="scroll" ...${isTall && { tabindex: 0, role: 'region', 'aria-label': caption }}><table>
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>${columns.map(column => html`<th scope="col" class=${classOf(column)} key=${column.title}>${column.title}</th>`)}</tr></thead>
    <tbody>${rows.length === 0 ? html`<tr><td colspan=${columns.length} class="empty">${empty}</td></tr>`
      : rows.map((row, i) => html`<tr key=${keyOf?.(row) ?? i}>${columns.map(column => html`<td class=${classOf(column)} key=${column.title}>${column.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

const classOf = ({ kind, isMinor }) => [kind, isMinor && 'minor'].filter(Boolean).join(' ') || undefined;

/**
 * A table of any length with a bounded number of rows in the document: those that are seen, and some around them. All rows are of one height.
 * onEnd is called when the reader comes near the end.
 */
export function LongTable({ caption, columns, rows, keyOf, onEnd, isComplete, isMarked, empty = 'Nothing.' }) {
  const body = useRef(null);
  const [view, setView] = useState({ first: 0, count: 40, height: 37 });
  useLayoutEffect(() => {
    const look = () => {
      const height = body.current.querySelector('tr[data-row]')?.offsetHeight || 37;
      const above = Math.max(0, -body.current.getBoundingClientRect().top);
      const first = Math.max(0, Math.min(Math.floor(above / height) - 10, rows.length - 1));
      const next = { first, count: Math.ceil(innerHeight / height) + 20, height };
      setView(now => (now.first === next.first && now.count === next.count && now.height === next.height ? now : next));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [rows.length]);
  const last = Math.min(rows.length, view.first + view.count);
  useEffect(() => {
    if (!isComplete && last > rows.length - 20) {
      onEnd();
    }
  }, [last, rows.length, isComplete, onEnd]);
  const shown = rows.slice(view.first, last);
  return html`<table class="long" aria-rowcount=${isComplete ? rows.length + 1 : -1}>
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr aria-rowindex="1">${columns.map(column => html`<th scope="col" class=${classOf(column)} key=${column.title}>${column.title}</th>`)}</tr></thead>
    <tbody ref=${body}>
      ${view.first > 0 && html`<tr aria-hidden="true" class="gap" key="above"><td style=${{ height: `${view.first * view.height}px` }}></td></tr>`}
      ${shown.map((row, i) => html`<tr data-row key=${keyOf(row)} aria-rowindex=${view.first + i + 2} class=${isMarked?.(row, view.first + i) ? 'marked' : undefined}>
        ${columns.map(column => html`<td class=${classOf(column)} key=${column.title}>${column.cell(row)}</td>`)}</tr>`)}
      ${last < rows.length && html`<tr aria-hidden="true" class="gap" key="below"><td style=${{ height: `${(rows.length - last) * view.height}px` }}></td></tr>`}
    </tbody>
  </table>${rows.length === 0 && isComplete && html`<p class="empty">${empty}</p>`}`;
}

/** The shortcut of a button, beside its text. */
export const Key = ({ of }) => html`<kbd aria-hidden="true">${of}</kbd>`;

/** The word for a status, with the color of its meaning. */
export const Status = ({ of }) => html`<span class=${`status ${of}`}>${word(of)}</span>`;

/** Money, aligned with other money. A long amount is written smaller: where a table cut it off, it would be another amount. */
export function Money({ of }) {
  const text = money(of);
  return html`<span class=${`money${text.length > 13 ? ' long' : ''}`} title=${text.length > 13 ? text : undefined}>${text}</span>`;
}

/** Pairs of a name and what it is; those without a value are left out. */
export const Facts = ({ of }) => html`<dl class="facts">${of.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) =>
  html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** From what to what values were changed, by name. */
export const Changes = ({ from = {}, to = {} }) => html`<div class="changes"><${Table} caption="Changes" rows=${Object.keys({ ...from, ...to })} keyOf=${name => name} columns=${[
  { title: 'What', cell: name => name },
  { title: 'From', cell: name => saidOf(from[name]) || html`<span class="soft">not set</span>` },
  { title: 'To', cell: name => saidOf(to[name]) || html`<span class="soft">not set</span>` },
]} /></div>`;

/** A check box with its label. */
export const Check = ({ label, ...rest }) => html`<label class="check"><input type="checkbox" ...${rest} /> ${label}</label>`;

/** A text that nothing shows later, to be copied. It has the focus when it comes. Its children stand beside the button. */
export function Copyable({ label, text, children }) {
  const input = useRef(null);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => input.current.focus(), [text]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Over plain HTTP to another machine, browsers have no clipboard for pages: the text is selected, for the person to copy.
      input.current.select();
    }
  };
  return html`<div class="made-key"><input ref=${input} class="id" aria-label=${label} readonly value=${text} onFocus=${event => event.target.select()} />
      <button class="main" onClick=${copy}>Copy</button>${children}</div>
    <p role="status">${isCopied ? 'Copied.' : ''}</p>`;
}

const toasts = observable([]);

/** Says for some seconds that something was done. */
export function say(text) {
  const toast = { text };
  toasts.set([...toasts.value, toast]);
  setTimeout(() => toasts.set(toasts.value.filter(other => other !== toast)), 6_000);
}

/** Where it is said, and that the connection is lost: live regions that are there from the start. */
export const Announcements = () => html`<div aria-live="assertive">${useValue(isLost) && html`<p class="lost">Not connected, trying again. What you see may be out of date.</p>`}</div>
  <div class="toasts" role="status">${useValue(toasts).map(toast => html`<p key=${toast}>${toast.text}</p>`)}</div>`;

/**
 * A chart of lines or bars over time, and the same figures as a table behind it.
 * @param times Seconds since 1970.
 * @param series [{ label, values, color, text(value), isBars }]; color is the name of a custom property.
 */
export function Chart({ title, times, series, format, height = 160, every = 1 }) {
  const frame = useRef(null);
  const plot = useRef(null);
  const shade = useValue(theme);
  const data = [times, ...series.map(one => one.values)];
  useLayoutEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const colorOf = name => `rgb(${resolved(style.getPropertyValue(name))})`;
    const axis = { stroke: colorOf('--text-soft'), font: '11px system-ui', grid: { stroke: colorOf('--line'), width: 1 }, ticks: { show: false } };
    plot.current = new uPlot({
      width: frame.current.clientWidth, height, legend: { show: false }, cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: { y: { range: (self, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
      axes: [{ ...axis, space: 95, incrs: TICKS, size: 28, values: (self, ticks) => ticks.map(clockOf(ticks)) }, { ...axis, size: 62, values: (self, ticks) => ticks.map(format) }],
      series: [
        {},
        ...series.map(one => ({
          label: one.label, stroke: colorOf(one.color), width: 1.5, points: { show: false },
          fill: one.isBars ? colorOf(one.color) : undefined,
          paths: one.isBars ? uPlot.paths.bars({ size: [0.7, 40] }) : undefined,
        })),
      ],
    }, data, frame.current);
    const size = new ResizeObserver(() => plot.current.setSize({ width: frame.current.clientWidth, height }));
    size.observe(frame.current);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => setSystem(dark.matches);
    dark.addEventListener('change', redraw);
    return () => {
      dark.removeEventListener('change', redraw);
      size.disconnect();
      plot.current.destroy();
    };
  }, [shade, useSystem()]);
  useEffect(() => plot.current.setData(data), [times]);
  const latest = series.map(one => `${one.label} ${format(one.values.at(-1) ?? null)}`).join(', ');
  const rows = times.map((time, i) => ({ time, i })).filter(({ i }) => (times.length - 1 - i) % every === 0).reverse();
  return html`<figure class="chart">
    <figcaption>${title}<span class="legend">${series.length > 1 && series.map(one => html`<span key=${one.label} class=${`key${one.color}`}>${one.label}</span>`)}</span></figcaption>
    <div ref=${frame} class="plot" role="img" aria-label=${`${title}: ${latest}`} style=${{ height: `${height}px` }}></div>
    <details><summary>Figures<span class="visually-hidden"> of ${title}</span></summary>
      <${Table} caption=${title} isTall rows=${rows} keyOf=${row => row.time}
        columns=${[
          { title: 'Time', cell: row => new Date(row.time * 1_000).toLocaleTimeString() },
          ...series.map(one => ({ title: one.label, kind: 'number', cell: row => format(one.values[row.i]) })),
        ]} /></details>
  </figure>`;
}

/** Seconds between the ticks of a time axis: none of less than one, as ticks are written in seconds. */
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 21_600, 86_400];

const minutes = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const seconds = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** How the ticks of a time axis are written: with seconds where they are less than a minute apart. */
const clockOf = ticks => tick => (ticks.length > 1 && ticks[1] - ticks[0] < 60 ? seconds : minutes).format(new Date(tick * 1_000));

const system = observable(matchMedia('(prefers-color-scheme: dark)').matches);
const setSystem = isDark => system.set(isDark);
const useSystem = () => useValue(system);

/** A color of the style sheet as the canvas takes it: light-dark() and others are resolved by an element. */
function resolved(color) {
  const probe = document.createElement('span');
  probe.style.color = color;
  document.body.append(probe);
  const numbers = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).join(',');
  probe.remove();
  return numbers;
}
