// Signing in: with a password, or at the issuer of the deployment. The address stays, so that a person goes on where the session ended.
import { html, useState } from '../vendor.js';
import { ending, signIn } from '../api.js';
import { place, queryOf } from '../router.js';
import { useValue } from '../state.js';
import { Field, Form, Page } from '../ui.js';

/** password, external, or none. */
const way = document.documentElement.dataset.signIn;

const REASONS = {
  unavailable: 'The issuer cannot be reached, or does not know this console. Try again.',
  expired: 'The sign-in took too long, or began in another browser. Try again.',
  access_denied: 'The issuer did not let you in.',
  invalid_token: 'The issuer’s access token is not one for this shop. An administrator has to look at the log.',
};

export default function SignIn() {
  const ended = useValue(ending);
  const { path, query } = useValue(place);
  const { sign_in_error: error, ...rest } = query;
  const reason = error ? REASONS[error] ?? `The issuer did not let you in: ${error}.` : ended;
  const back = encodeURIComponent('/console' + path + queryOf(rest));
  return html`<main class="sign-in"><div class="card">
    <img src="/console/app/icon.svg" alt="" width="40" height="40" />
    <${Page} title="Sign in" heading="Sign in to Granary">
      ${reason && html`<p class="notice" role="status">${reason}</p>`}
      ${way === 'external' ? html`<p><a class="button main" href=${`/console/session/external?return=${back}`} target="_self">Sign in at the issuer</a></p>`
        : way === 'none' ? html`<p>Nobody can sign in here: Granary:Auth:ClientId is not set.</p>` : html`<${ByPassword} />`}
    <//>
  </div></main>`;
}

function ByPassword() {
  const [state, setState] = useState({ isBusy: false, problem: null });
  const change = {
    ...state,
    reset: () => setState({ isBusy: false, problem: null }),
    async run({ user_name, password }) {
      setState({ isBusy: true, problem: null });
      try {
        await signIn(user_name, password);
        return true;
      } catch (problem) {
        setState({ isBusy: false, problem });
        return null;
      }
    },
  };
  return html`<${Form} change=${change} body=${texts => texts} submit="Sign in" names=${['user_name', 'password']}>
    <${Field} label="User name" name="user_name" autocomplete="username" autocapitalize="none" spellcheck=${false} required problem=${state.problem} wide />
    <${Field} label="Password" name="password" kind="password" autocomplete="current-password" required problem=${state.problem} wide />
  <//>`;
}
