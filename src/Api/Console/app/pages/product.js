// A product: its stock and what was done to it by hand, its price, and whether it is for sale.
import { html, useEffect, useState } from '../vendor.js';
import { useChange, useResource } from '../api.js';
import { count, decimal, Time } from '../format.js';
import { useKeys } from '../keys.js';
import { HowMany, useList } from '../list.js';
import { go } from '../router.js';
import { Dialog, Facts, Field, Form, Loaded, LongTable, Money, MoneyField, Page, Panel, priceOf, ProblemNote, say, Status } from '../ui.js';

const signed = new Intl.NumberFormat(undefined, { signDisplay: 'exceptZero' });

const ACTIONS = {
  adjust: { label: 'Adjust', key: 'a', roles: ['operator', 'admin'], form: Adjust },
  define: { label: 'Name and price', key: 'e', roles: ['admin'], form: Define },
  suspend: { label: 'Suspend', key: 'd', roles: ['admin'], isGrave: true, isFor: product => product.status === 'active', form: Suspend },
  reactivate: { label: 'Reactivate', key: 'd', roles: ['admin'], isFor: product => product.status === 'suspended', form: Reactivate },
};

export default function Product({ params, who }) {
  const path = `/products/${encodeURIComponent(params.sku)}`;
  const product = useResource(path);
  const level = useResource(`${path}/stock`);
  const adjustments = useList(`${path}/stock-adjustments`);
  const [doing, setDoing] = useState(null);
  const open = product.data ? Object.values(ACTIONS).filter(action => action.roles.some(role => who.roles.includes(role)) && (action.isFor?.(product.data) ?? true)) : [];
  const start = action => setDoing({ action, product: product.data, etag: product.etag });
  const read = () => {
    product.reload();
    level.reload();
    adjustments.reload();
  };
  useKeys([
    ...open.map(action => ({ key: action.key, label: action.label, run: () => start(action) })),
    { key: 'r', label: 'Read again', run: read },
    { key: 'u', label: 'To the list', run: () => (history.length > 1 ? history.back() : go('/stock')) },
  ], [product.data, who]);
  useEffect(() => scrollTo(0, 0), []);
  const onClose = () => setDoing(null);
  return html`<${Page} title=${params.sku} heading=${html`<span class="id">${params.sku}</span>`}
    actions=${html`${open.map(action => html`<button key=${action.label} class=${action.isGrave ? 'grave-quiet' : 'main'} onClick=${() => start(action)}>${action.label}</button>`)}
      <button onClick=${read}>Read again</button>`}>
    <${Loaded} of=${product}>${product.data && html`
      <div class="lead"><${Status} of=${product.data.status} /><strong>${product.data.name}</strong><strong><${Money} of=${product.data.price} /></strong></div>
      <div class="columns">
        <${Panel} title="Stock"><${Loaded} of=${level}>${level.data && html`<${Facts} of=${[
          ['Available', html`<strong>${count(level.data.available)}</strong>`],
          ['Reserved by orders', count(level.data.reserved)],
          ['On hand', count(level.data.on_hand)],
          ['Received in all', count(level.data.received)],
          ['Sold in all', count(level.data.sold)],
        ]} />`}<//><//>
        <${Panel} title="Product"><${Facts} of=${[
          ['Name', product.data.name], ['Price', html`<${Money} of=${product.data.price} />`], ['Description', product.data.description],
        ]} /><//>
      </div>
      <${Panel} title="Adjustments" actions=${html`<${HowMany} of=${adjustments} one="adjustment" many="adjustments">, the newest first<//>`}>
        <${ProblemNote} problem=${adjustments.error} />
        <${LongTable} caption="Adjustments" rows=${adjustments.rows} keyOf=${entry => `${entry.at} ${entry.quantity}`} onEnd=${adjustments.more} isComplete=${adjustments.isComplete}
          empty="The stock was never adjusted." columns=${[
            { title: 'At', kind: 'when', cell: entry => html`<${Time} at=${entry.at} short />` },
            { title: 'Units', kind: 'number', cell: entry => signed.format(entry.quantity) },
            { title: 'Reason', kind: 'text', cell: entry => html`<span title=${entry.reason}>${entry.reason}</span>` },
            { title: 'By', kind: 'id', isMinor: true, cell: entry => entry.by },
          ]} /><//>`}<//>
    ${doing && html`<${doing.action.form} product=${doing.product} etag=${doing.etag} isStale=${doing.etag !== product.etag} path=${path} onClose=${onClose}
      onRefused=${product.reload}
      onDefined=${({ data, etag }) => {
        product.set(data, etag);
        onClose();
      }}
      onAdjusted=${({ data }) => {
        level.set(data);
        product.reload();
        adjustments.follow();
        onClose();
      }} />`}
  <//>`;
}

function Adjust({ product, path, onClose, onAdjusted }) {
  const change = useChange('POST', `${path}/stock-adjustments`);
  const onDone = answer => {
    say(`The stock of ${product.sku} is adjusted: ${count(answer.data.available)} available.`);
    onAdjusted(answer);
  };
  return html`<${Dialog} title=${`Adjust ${product.sku}`} onClose=${onClose}>
    <${Form} change=${change} submit="Adjust" names=${['quantity', 'reason']} onDone=${onDone} onCancel=${onClose}
      body=${texts => ({ quantity: Number(texts.quantity), reason: texts.reason })}>
      <${Field} label="Units" name="quantity" kind="number" step="1" hint="To add; with a minus sign, to take out" problem=${change.problem} required wide />
      <${Field} label="Reason" name="reason" hint="Such as delivery, counted, damaged" problem=${change.problem} required wide />
    <//>
  <//>`;
}

/** A change of what the product is. It carries the entity tag of the product that the person saw when the form was opened. */
function useDefine({ path, etag, onRefused }) {
  const change = useChange('PUT', path, { etag });
  useEffect(() => {
    if (change.problem) {
      onRefused();
    }
  }, [change.problem]);
  return change;
}

const Stale = ({ isStale }) => isStale && html`<p class="notice" role="status">The product has changed since this form was opened. Close the form to see it.</p>`;

const bodyOf = ({ name, description, price }) => ({ name, description, price });

function Define({ product, isStale, onClose, onDefined, ...rest }) {
  const change = useDefine(rest);
  const code = product.price.currency;
  const onDone = answer => {
    say(`${product.sku} is changed.`);
    onDefined(answer);
  };
  return html`<${Dialog} title=${`Name and price of ${product.sku}`} onClose=${onClose}>
    <${Stale} isStale=${isStale} />
    <${Form} change=${change} submit="Change" names=${['name', 'description', 'price', 'price.amount']} onDone=${onDone} onCancel=${onClose}
      body=${texts => ({ name: texts.name, description: texts.description || null, price: priceOf(texts.price, code) })}>
      <${Field} label="Name" name="name" initial=${product.name} problem=${change.problem} required wide />
      <${MoneyField} label="Price" name="price" code=${code} initial=${decimal(product.price)} problem=${change.problem} required wide />
      <${Field} label="Description" name="description" kind="textarea" initial=${product.description ?? ''} problem=${change.problem} wide />
    <//>
  <//>`;
}

function Suspend({ product, isStale, onClose, onDefined, ...rest }) {
  const change = useDefine(rest);
  const onDone = answer => {
    say(`${product.sku} is suspended.`);
    onDefined(answer);
  };
  return html`<${Dialog} title=${`Suspend ${product.sku}`} onClose=${onClose}>
    <${Stale} isStale=${isStale} />
    <p>${product.name} cannot be ordered until it is reactivated. Orders that have reserved it keep it.</p>
    <${Form} change=${change} submit="Suspend" isGrave onDone=${onDone} onCancel=${onClose} body=${() => ({ ...bodyOf(product), status: 'suspended' })} />
  <//>`;
}

function Reactivate({ product, isStale, onClose, onDefined, ...rest }) {
  const change = useDefine(rest);
  const onDone = answer => {
    say(`${product.sku} is for sale again.`);
    onDefined(answer);
  };
  return html`<${Dialog} title=${`Reactivate ${product.sku}`} onClose=${onClose}>
    <${Stale} isStale=${isStale} />
    <p>${product.name} can be ordered again.</p>
    <${Form} change=${change} submit="Reactivate" onDone=${onDone} onCancel=${onClose} body=${() => ({ ...bodyOf(product), status: 'active' })} />
  <//>`;
}
