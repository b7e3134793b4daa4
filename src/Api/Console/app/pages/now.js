// How the shop runs: its figures as they come, once a second.
import { html, useCallback, useState } from '../vendor.js';
import { useResource } from '../api.js';
import { count, duration, percent, Time, word } from '../format.js';
import { useEvents } from '../live.js';
import { Link } from '../router.js';
import { Chart, Loaded, Page, Panel, ProblemNote, Status, Table } from '../ui.js';

const KEPT = 300;
const SILENCE = 10_000;

export default function Now() {
  const [samples, setSamples] = useState([]);
  const [problem, setProblem] = useState(null);
  // What is shown until the first event comes, and again after a lost connection.
  const first = useResource('/statistics');
  const onEvent = useCallback(event => setSamples(before => [...before, event.data].slice(-KEPT)), []);
  useEvents('/statistics', { silence: SILENCE, onEvent, onProblem: setProblem });
  const figures = samples.at(-1) ?? first.data;
  return html`<${Page} title="Now" actions=${figures && html`<span class="soft">As of <${Time} at=${figures.at} /></span>`}>
    <${ProblemNote} problem=${problem} />
    <${Loaded} of=${{ ...first, data: figures }}>${figures && html`<${Figures} figures=${figures} samples=${samples} />`}<//>
  <//>`;
}

function Figures({ figures, samples }) {
  const { placing, deduction, breakers } = figures;
  const lag = Math.max(0, ...Object.values(figures.lag_seconds));
  const tried = deduction ? deduction.succeeded + deduction.failed : 0;
  const open = Object.entries(breakers ?? {}).filter(([, state]) => state !== 'closed');
  return html`
    <dl class="tiles">
      <${Tile} name="Orders, last minute" value=${count(placing?.orders)} note=${`${count(sum(figures.orders_per_minute))} in the last hour`} />
      <${Tile} name="Placing, P99" value=${duration(placing?.p99_seconds)} note=${`half within ${duration(placing?.p50_seconds)}`} />
      <${Tile} name="Stock deducted" value=${percent(tried ? deduction.succeeded / tried : null)} note=${`${count(deduction?.failed)} refused of ${count(tried)}`}
        state=${tried && deduction.failed / tried > 0.05 ? 'warn' : ''} />
      <${Tile} name="Stream lag" value=${duration(lag)} note="slowest consumer" state=${lag > 60 ? 'bad' : lag > 5 ? 'warn' : ''} />
      <${Tile} name="Payment breaker" value=${!breakers || Object.keys(breakers).length === 0 ? 'No provider' : open.length === 0 ? 'Closed' : word(open[0][1])}
        note=${open.length > 0 ? open.map(([name]) => name).join(', ') : breakers && Object.keys(breakers).length > 0 ? 'all calls are made' : ''} state=${open.length > 0 ? 'bad' : ''} />
      <${Tile} name="Silos" value=${count(figures.silos)} note="active" />
      <${Tile} name="Webhooks waiting" value=${count(figures.pending_webhooks)} note="deliveries to make" />
      <${Tile} name="Low stock" value=${count(figures.low_stock)} note="items" state=${figures.low_stock > 0 ? 'warn' : ''} />
    </dl>
    <div class="columns">
      <${Panel} title="Orders"><${PerMinute} figures=${figures} /><//>
      <${Panel} title="Orders by status"><${ByStatus} orders=${figures.orders} /><//>
      <${Panel} title="Placing"><${Placing} samples=${samples} /><//>
      <${Panel} title="Consumers of the events"><${Consumers} figures=${figures} samples=${samples} /><//>
    </div>`;
}

const Tile = ({ name, value, note, state = '' }) => html`<div class=${`tile ${state}`}><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`;

const sum = numbers => numbers.reduce((total, number) => total + number, 0);

const secondsOf = at => Math.floor(Date.parse(at) / 1_000);

function PerMinute({ figures }) {
  const minute = Math.floor(secondsOf(figures.at) / 60);
  const values = figures.orders_per_minute;
  const times = values.map((_, i) => (minute - values.length + 1 + i) * 60);
  return html`<${Chart} title="Placed in each minute of the last hour" times=${times} format=${whole} height=${250}
    series=${[{ label: 'Orders', values, color: '--chart-1', isBars: true }]} />`;
}

const whole = value => (value === null || Number.isInteger(value) ? count(value) : '');

function ByStatus({ orders }) {
  const most = Math.max(1, ...Object.values(orders));
  const all = Math.max(1, sum(Object.values(orders)));
  return html`<${Table} caption="Orders by status" rows=${Object.entries(orders)} keyOf=${([status]) => status} columns=${[
    { title: 'Status', cell: ([status]) => html`<${Link} to=${`/orders?status=${status}`}><${Status} of=${status} /><//>` },
    { title: 'Orders', kind: 'number', cell: ([, number]) => count(number) },
    { title: 'Share', kind: 'share', cell: ([, number]) => html`<span class="meter"><span style=${{ width: `${(100 * number) / most}%` }}></span></span>${percent(number / all)}` },
  ]} />`;
}

function Placing({ samples }) {
  const kept = samples.filter(sample => sample.placing);
  if (kept.length < 2) {
    return html`<p class="waiting">Collecting: the chart begins when this page is opened.</p>`;
  }

  return html`<${Chart} title="Time to place an order" times=${kept.map(sample => secondsOf(sample.at))} format=${duration} every=${10} series=${[
    { label: 'P99', values: kept.map(sample => sample.placing.p99_seconds ?? null), color: '--chart-1' },
    { label: 'Median', values: kept.map(sample => sample.placing.p50_seconds ?? null), color: '--chart-2' },
  ]} />`;
}

function Consumers({ figures, samples }) {
  const names = Object.keys(figures.lag_seconds);
  return html`${samples.length > 1 && html`<${Chart} title="Lag of the slowest" times=${samples.map(sample => secondsOf(sample.at))} format=${duration} every=${10} height=${110}
      series=${[{ label: 'Lag', values: samples.map(sample => Math.max(0, ...Object.values(sample.lag_seconds))), color: '--chart-3' }]} />`}
    <${Table} caption="Lag of each consumer" rows=${names} keyOf=${name => name} columns=${[
      { title: 'Consumer', cell: name => name },
      { title: 'Behind', kind: 'number', cell: name => duration(figures.lag_seconds[name]) },
    ]} />`;
}
