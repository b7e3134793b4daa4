// The console's frame: who is signed in, the navigation, and the page that the address names.
import { html, render, useEffect, useErrorBoundary, useState } from './vendor.js';
import { session, signOut, whoIsIn } from './api.js';
import { KeysHelp, showHelp, useKeys } from './keys.js';
import { liveState } from './live.js';
import { go, Link, match, place } from './router.js';
import { maySee, routes } from './routes.js';
import { useValue } from './state.js';
import { theme } from './theme-choice.js';
import { Announcements, Page, ProblemNote } from './ui.js';
import SignIn from './pages/sign-in.js';

/** The shortest time, in milliseconds, after which it is asked again whether the session has ended. */
const SHORTEST = 5_000;

function App() {
  const who = useValue(session);
  useEffect(() => {
    whoIsIn();
  }, []);
  return html`${who === undefined ? html`<p class="waiting" role="status">Loading…</p>` : who === null ? html`<${SignIn} />` : html`<${Frame} key=${who.user_id} who=${who} />`}
    <${Announcements} />`;
}

function Frame({ who }) {
  const { path } = useValue(place);
  const visible = routes.filter(route => route.nav && maySee(route, who.roles));
  useKeys(visible.map(route => ({ key: `g ${route.key}`, label: `Go to ${route.title}`, run: () => go(route.path) })), [who]);
  useEffect(() => {
    // The token ends at this time; a change that is under way is refused by the server anyhow.
    // A clock that is wrong must not have the server asked all the time.
    const timer = setTimeout(whoIsIn, Math.min(Math.max(SHORTEST, Date.parse(who.expires_at) - Date.now() + 1_000), 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [who]);
  const found = routes.map(route => ({ route, params: match(route.path, path) })).find(({ params }) => params);
  const current = found?.route.under ?? found?.route.path;
  useEffect(() => document.querySelector('.bar [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [current]);
  useEffect(() => {
    if (path === '/') {
      go(visible[0].path, { replace: true });
    }
  }, [path]);
  return html`<a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="bar">
      <${Link} to="/" class="brand"><img src="/console/app/icon.svg" alt="" width="24" height="24" />Granary<//>
      <nav aria-label="Pages"><ul>${visible.map(route => html`<li key=${route.path}>
        <${Link} to=${route.path} aria-current=${current === route.path ? 'page' : undefined}>${route.title}<//></li>`)}</ul></nav>
      <${Live} />
      <${Account} who=${who} />
    </header>
    <main id="main" tabindex="-1">
      ${path === '/' ? null : !found ? html`<${NotHere} text="There is no such page." />`
        : !maySee(found.route, who.roles) ? html`<${NotHere} text="Your role may not see this page." />`
        : html`<${Shown} key=${path} route=${found.route} params=${found.params} who=${who} />`}
    </main><${KeysHelp} />`;
}

function skip(click) {
  click.preventDefault();
  document.getElementById('main').focus();
}

/** A page, when its module has arrived. */
function Shown({ route, params, who }) {
  const [loaded, setLoaded] = useState(null);
  const { query } = useValue(place);
  const [fault, forget] = useErrorBoundary();
  useEffect(() => {
    let isWanted = true;
    route.page().then(
      module => isWanted && setLoaded({ page: module.default }),
      problem => isWanted && setLoaded({ problem }));
    return () => {
      isWanted = false;
    };
  }, [route]);
  if (fault || loaded?.problem) {
    return html`<${Page} title=${route.title}><${ProblemNote} problem=${fault ?? loaded.problem}>
      <p><button onClick=${() => (fault ? forget() : location.reload())}>Try again</button></p><//><//>`;
  }

  return loaded ? html`<${loaded.page} params=${params} query=${query} who=${who} />` : html`<p class="waiting" role="status">Loading…</p>`;
}

const NotHere = ({ text }) => html`<${Page} title="Not here"><p>${text}</p><p><${Link} to="/">To the first page<//></p><//>`;

function Account({ who }) {
  const choice = useValue(theme);
  const [problem, setProblem] = useState(null);
  const name = who.display_name ?? who.user_name;
  return html`<details class="account"><summary>${name}<span class="visually-hidden">: account</span></summary><div>
    <p><strong>${name}</strong><br />${who.roles.join(', ')}</p>
    <label>Colors <select onChange=${change => theme.set(change.target.value)}>
      ${[['system', 'As the system'], ['light', 'Light'], ['dark', 'Dark']].map(([value, text]) => html`<option value=${value} selected=${choice === value}>${text}</option>`)}
    </select></label>
    <button class="quiet" onClick=${showHelp}>Keyboard shortcuts</button>
    <button class="quiet" onClick=${() => signOut().catch(setProblem)}>Sign out</button>
    ${problem && html`<p class="problem" role="alert"><strong>You are still signed in.</strong> ${problem.title}.</p>`}
  </div></details>`;
}

const LIVE = { live: 'Live', connecting: 'Connecting', ended: 'Ended' };

function Live() {
  const state = useValue(liveState);
  return html`<span class=${`live ${state ?? 'none'}`}>${LIVE[state] ?? ''}</span>`;
}

render(html`<${App} />`, document.getElementById('app'));
