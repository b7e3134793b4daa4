// The address of the page, over the history API.
import { html } from './vendor.js';
import { observable } from './state.js';

const ROOT = '/console';

/** Where the browser is: {path, query}. The path is without /console. */
export const place = observable(read());

/** Goes to a page. */
export function go(to, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', ROOT + to);
  place.set(read());
}

/** Changes the query of the page that is shown; empty values are left out. */
export function setQuery(values, { replace = false } = {}) {
  go(place.value.path + queryOf(values), { replace });
}

/** A query with its question mark, or nothing. */
export function queryOf(values) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '')).toString();
  return query ? '?' + query : '';
}

/** The parameters of a path by a pattern such as /orders/:id, or null. */
export function match(pattern, path) {
  let parts;
  try {
    parts = path.split('/').map(decodeURIComponent);
  } catch {
    // A percent sign that a person typed encodes nothing.
    return null;
  }

  const names = pattern.split('/');
  if (names.length !== parts.length) {
    return null;
  }

  const params = {};
  for (const [i, name] of names.entries()) {
    if (name.startsWith(':')) {
      params[name.slice(1)] = parts[i];
    } else if (name !== parts[i]) {
      return null;
    }
  }

  return params;
}

/** A link within the console. */
export function Link({ to, children, ...rest }) {
  return html`<a href=${ROOT + to} ...${rest}>${children}</a>`;
}

function read() {
  const path = location.pathname.slice(ROOT.length).replace(/\/+$/, '') || '/';
  return { path, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

addEventListener('popstate', () => place.set(read()));

// Every link within the console is one of the page, also those that a page writes itself.
addEventListener('click', click => {
  const link = click.target.closest?.('a[href]');
  const isPlain = click.button === 0 && !click.metaKey && !click.ctrlKey && !click.shiftKey && !click.altKey;
  if (link && isPlain && !click.defaultPrevented && link.origin === location.origin && !link.target && !link.hasAttribute('download')
    && (link.pathname === ROOT || (link.pathname.startsWith(ROOT + '/') && !link.pathname.startsWith(ROOT + '/api/')))) {
    click.preventDefault();
    go(link.pathname.slice(ROOT.length) + link.search);
  }
});
