// Whether the server can be reached. Who meets a lost connection reports it here; one probe for all finds out when it is back.
import { observable } from './state.js';

const SHORTEST = 500;
const LONGEST = 5_000;

/** Whether the connection is lost. */
export const isLost = observable(false);

/** Grows when the connection is back: what a page shows may be out of date then. */
export const returns = observable(0);

let back = Promise.resolve();

/** Reports that the server could not be reached. */
export function lost() {
  if (!isLost.value) {
    isLost.set(true);
    back = probe();
  }
}

/** Resolves when the server can be reached. */
export const restored = () => back;

async function probe() {
  // The first time, too: where one address alone fails, the server answers at once, and is asked again and again.
  let pause = SHORTEST;
  do {
    await online(pause);
    pause = Math.min(2 * pause, LONGEST);
  } while (!(await answers()));

  isLost.set(false);
  returns.set(returns.value + 1);
}

async function answers() {
  try {
    // Also a refusal is an answer; a proxy without the product behind it answers 502 to 504.
    const answer = await fetch('/console/api/health/live', { cache: 'no-store', signal: AbortSignal.timeout(LONGEST) });
    return answer.status < 502;
  } catch {
    return false;
  }
}

/** A pause, which ends early when the browser notices a network. */
function online(milliseconds) {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener('online', end);
  });
}

addEventListener('offline', lost);
