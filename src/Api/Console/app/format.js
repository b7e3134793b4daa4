// Money, times and figures, in the reader's language and zone.
import { html } from './vendor.js';

/** The currency of the deployment. */
export const currency = document.documentElement.dataset.currency ?? 'USD';

/** The provider of external payments, such as sandbox, or none. */
export const provider = document.documentElement.dataset.payments;

const moneyFormats = new Map();

function moneyFormat(code) {
  if (!moneyFormats.has(code)) {
    moneyFormats.set(code, new Intl.NumberFormat(undefined, { style: 'currency', currency: code }));
  }

  return moneyFormats.get(code);
}

/** Digits of the minor unit. */
export const digitsOf = code => moneyFormat(code).resolvedOptions().maximumFractionDigits;

/** An amount in minor units as plain decimal text, such as 19.99: exact, whatever its size. */
export function decimal({ amount, currency: code }) {
  const digits = digitsOf(code);
  const text = String(Math.abs(amount)).padStart(digits + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Money for reading. */
export const money = value => (value ? moneyFormat(value.currency).format(decimal(value)) : '');

/** Minor units of what a person typed, such as 19.99 or 19,99; null if it is no amount. */
export function minorUnits(text, code = currency) {
  const digits = digitsOf(code);
  const parts = /^(\d+)(?:[.,](\d*))?$/.exec(text.trim());
  if (!parts || (parts[2] ?? '').length > digits) {
    return null;
  }

  const amount = Number(parts[1] + (parts[2] ?? '').padEnd(digits, '0'));
  return Number.isSafeInteger(amount) ? amount : null;
}

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const short = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' };
const shortMoments = new Intl.DateTimeFormat(undefined, short);
const yearMoments = new Intl.DateTimeFormat(undefined, { ...short, year: 'numeric' });

/** A time in the reader's zone; its title is the same in UTC. short: without seconds, and without the year where it is this one. */
export function Time({ at, short: isShort = false }) {
  if (!at) {
    return null;
  }

  const time = new Date(at);
  const format = !isShort ? moments : time.getFullYear() === new Date().getFullYear() ? shortMoments : yearMoments;
  return html`<time datetime=${at} title=${at}>${format.format(time)}</time>`;
}

/** The value of a datetime-local field for a time of the API, and back. */
export function localOf(at) {
  if (!at || Number.isNaN(Date.parse(at))) {
    return '';
  }

  const time = new Date(at);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export const momentOf = local => (local ? new Date(local).toISOString() : '');

const whole = new Intl.NumberFormat();
const rough = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });

/** A count. */
export const count = value => (value === undefined || value === null ? '–' : whole.format(value));

/** A duration in seconds. */
export function duration(seconds) {
  return seconds === undefined || seconds === null ? '–'
    : seconds < 1 ? `${rough.format(seconds * 1_000)} ms`
    : seconds < 120 ? `${rough.format(seconds)} s`
    : `${rough.format(seconds / 60)} min`;
}

/** A share of one. */
export const percent = share => (share === null ? '–' : new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }).format(share));

/** A value of the API, whatever it is, for reading. */
export function saidOf(value) {
  return value === undefined || value === null ? ''
    : Array.isArray(value) ? value.map(saidOf).join(', ')
    : typeof value !== 'object' ? String(value)
    : Number.isInteger(value.amount) && value.currency ? money(value)
    : Object.entries(value).map(([name, one]) => `${name} ${saidOf(one)}`).join(', ');
}

/** A word of the API for reading: partially_refunded becomes Partially refunded. */
export const word = text => (text ? (text[0].toUpperCase() + text.slice(1).replaceAll('_', ' ')).replace(/^Api\b/, 'API') : '');
