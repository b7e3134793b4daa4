// Signing in: with a password, or at the issuer of the deployment. The address stays, so that a person goes on where the session ended.
import { html, useState } from '../vendor.js';
import { ending, signIn } from '../api.js';
import { useValue } from '../state.js';
import { Field, Form, Page } from '../ui.js';

const isExternal = document.documentElement.dataset.signIn === 'external';

export default function SignIn() {
  const reason = useValue(ending);
  const back = encodeURIComponent(location.pathname + location.search);
  return html`<main class="sign-in"><div class="card">
    <img src="/console/app/icon.svg" alt="" width="40" height="40" />
    <${Page} title="Sign in" heading="Sign in to Granary">
      ${reason && html`<p class="notice" role="status">${reason}</p>`}
      ${isExternal ? html`<p><a class="button main" href=${`/console/session/external?return=${back}`} target="_self">Sign in</a></p>` : html`<${ByPassword} />`}
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
