// What the page of the settings and their variants share.
import { html, useEffect, useState } from '../vendor.js';
import { useChange } from '../api.js';
import { Changes } from '../ui.js';

/** Granary:Payments:Breaker:OpenFor becomes Payments: breaker: open for. */
export const nameOf = key => written(key.replace('Granary:', ''));

/** The same within its group: Breaker: open for. */
export const labelOf = key => written(key.replace('Granary:', '').replace(/^[^:]*:/, ''));

const written = text => text.replace(/(?<=[a-z])[A-Z]/g, letter => ' ' + letter.toLowerCase()).replaceAll(':', ': ').replace(/(?<=: )[A-Z]/g, letter => letter.toLowerCase());

/** The choices of a setting. */
export const optionsOf = ({ choices }) => choices?.map(choice => [choice, { true: 'On', false: 'Off' }[choice] ?? choice]);

/** Which requests a variant is for. */
export const matchOf = ({ match: { header, percent } }) => [
  header && `requests with ${header.name}: ${header.value}`,
  percent !== undefined && `${percent} % of users`,
].filter(Boolean).join(', of ');

/** A variant in one line. */
export const lineOf = one => `${one.name} (${one.enabled ? matchOf(one) : 'off'})`;

/**
 * A change of the settings that the page shows: {change, meanwhile}. One of another version than the newest is refused; then the page reads the
 * newest, and meanwhile is what others have changed.
 */
export function useSettingsChange(settings, method = 'PUT', path = '/settings') {
  const change = useChange(method, path, { etag: settings.etag });
  const [before, setBefore] = useState(null);
  useEffect(() => {
    if (change.problem?.status === 412) {
      setBefore(settings.data);
      settings.reload();
    }
  }, [change.problem]);
  const run = async body => {
    const answer = await change.run(body);
    if (answer) {
      setBefore(null);
      settings.set(answer.data, answer.etag);
    }

    return answer;
  };
  return { change: { ...change, run }, meanwhile: before && before.version !== settings.data.version ? between(before, settings.data) : null };
}

function between(before, now) {
  const [from, to] = [{}, {}];
  for (const [key, { value }] of Object.entries(now.values)) {
    if (before.values[key]?.value !== value) {
      [from[nameOf(key)], to[nameOf(key)]] = [before.values[key]?.value, value];
    }
  }

  if (JSON.stringify(before.variants) !== JSON.stringify(now.variants)) {
    [from.Variants, to.Variants] = [before, now].map(({ variants }) => variants.map(lineOf));
  }

  return { version: now.version, from, to };
}

/** What others have changed since the page read the settings. */
export const Meanwhile = ({ of }) => of && html`<div class="notice" role="status">
  <p><strong>Changed meanwhile, to version ${of.version}.</strong> Nothing of yours is lost: look at it, and send it again.</p>
  <${Changes} from=${of.from} to=${of.to} /></div>`;
