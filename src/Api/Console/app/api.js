// Calls of the public API. The session's cookie goes with them; the server makes it the token. See docs/console.md.
import { useCallback, useEffect, useRef, useState } from './vendor.js';
import { lost, restored, returns } from './connection.js';
import { observable, tab, useValue } from './state.js';

const ROOT = '/console/api';
const PATIENT_ATTEMPTS = 3;
const LONGEST_WAIT = 10;

/** A refusal, in the words of the API: a problem of RFC 9457. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title);
    this.status = status;
    this.kind = (body.type ?? '').replace('/problems/', '');
    this.title = body.title;
    this.detail = body.detail ?? '';
    this.errors = body.errors ?? {};
    this.body = body;
  }
}

/** The server could not be reached: whether a change took effect is not known. */
export class NotConnected extends Error {
  constructor() {
    super('The server cannot be reached.');
    this.title = 'Not connected';
    this.kind = 'not-connected';
    this.detail = 'It is not known whether this took effect. The page catches up as soon as the connection is back.';
    this.errors = {};
  }
}

/** Who is signed in: undefined before it is known, null when nobody is. */
export const session = observable(undefined);

/** Why the last session ended, if the person does not know. */
export const ending = observable(null);

/** Ends the session in the page. */
export function ended(reason) {
  if (session.value) {
    ending.set(reason);
  }

  session.set(null);
}

let lastAsked = 0;

/**
 * Reads who is signed in. Only the server's word that nobody is ends the session: an overloaded server is asked again. An answer counts unless it
 * was asked for again meanwhile, or the person has signed out.
 */
export async function whoIsIn() {
  const asked = ++lastAsked;
  while (asked === lastAsked) {
    try {
      const { data } = await request('GET', '/console/session');
      if (asked === lastAsked) {
        tab.belongTo(data.user_id);
        session.set(data);
      }

      return;
    } catch (problem) {
      if (asked !== lastAsked) {
        return;
      }

      if (problem instanceof NotConnected) {
        await restored();
      } else if (isEnd(problem)) {
        ended(reasonOf(problem));
        return;
      } else {
        await pause(problem);
      }
    }
  }
}

const isEnd = problem => problem.status === 401 || problem.kind === 'user-suspended';

const reasonOf = problem => (problem.kind === 'user-suspended' ? problem.title : 'The session has ended. Sign in to go on where you were.');

const pause = problem => new Promise(resolve => setTimeout(resolve, 1_000 * Math.min(problem.retryAfter ?? 1, LONGEST_WAIT)));

// Somebody else may have signed in in another tab, or the roles may be others.
addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && session.value) {
    whoIsIn();
  }
});

/** Signs in. Throws the problem. */
export async function signIn(userName, password) {
  await request('POST', '/console/session', { body: { user_name: userName, password } });
  ending.set(null);
  await whoIsIn();
}

/** Signs out: the token ends, also elsewhere. Throws the problem: without the server's answer, the browser still has the session. */
export async function signOut() {
  try {
    await request('DELETE', '/console/session');
  } catch (problem) {
    if (!isEnd(problem)) {
      throw problem;
    }
  }

  lastAsked++;
  tab.clear();
  session.set(null);
}

/**
 * Reads. While the server cannot be reached, it waits; what the server cannot answer for the moment is asked for again.
 * Returns {data, etag}.
 */
export async function get(path, { signal } = {}) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request('GET', ROOT + path, { signal });
    } catch (fault) {
      if (fault instanceof NotConnected) {
        await restored();
      } else if (fault instanceof Problem && (fault.status === 503 || fault.status === 429) && attempt < PATIENT_ATTEMPTS) {
        await pause(fault);
      } else {
        throw fault;
      }

      signal?.throwIfAborted();
    }
  }
}

/**
 * Changes something. With the entity tag of what the person saw, a change of something that has changed since is refused; with isNew, of something
 * that is there already.
 * A POST has an idempotency key: the same form sent again after a lost answer changes nothing twice.
 */
export const send = (method, path, { body, etag, key, isNew } = {}) => request(method, ROOT + path, { body, etag, key, isNew });

/** Opens a stream of events; live.js reads it. */
export const open = (path, headers, signal) => reach(ROOT + path, { headers: { Accept: 'text/event-stream', ...headers }, signal }, answer => answer);

const isProblem = answer => answer.headers.get('Content-Type')?.startsWith('application/problem+json');

/** Whether a proxy answers because it does not reach the product, whose own refusals are problems. */
const isOfProxy = answer => answer.status >= 502 && answer.status <= 504 && !isProblem(answer);

/** What is read of an answer. Where there is none, or it breaks off, the connection is lost. */
async function reach(path, options, read) {
  try {
    const answer = await fetch(path, { ...options, cache: 'no-store' });
    if (!isOfProxy(answer)) {
      return await read(answer);
    }
  } catch {
    options.signal?.throwIfAborted();
  }

  lost();
  throw new NotConnected();
}

/** The problem of an answer that is none of success. */
export async function problemOf(answer) {
  const body = isProblem(answer) ? await answer.json() : { title: `The server answered ${answer.status}` };
  const problem = new Problem(answer.status, body);
  problem.retryAfter = Number(answer.headers.get('Retry-After')) || null;
  if (answer.url.includes(ROOT) && isEnd(problem)) {
    ended(reasonOf(problem));
  } else if (problem.kind === 'forbidden') {
    // The page shows what the role permits: another role may have been given since.
    whoIsIn();
  }

  return problem;
}

async function request(method, path, { body, etag, key, isNew, signal } = {}) {
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') {
    headers['X-Granary-Console'] = '1';
  }

  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }

  if (etag) {
    headers['If-Match'] = etag;
  }

  if (isNew) {
    headers['If-None-Match'] = '*';
  }

  if (key) {
    headers['Idempotency-Key'] = key;
  }

  const options = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal };
  const { problem, ...answer } = await reach(path, options, async answer => (answer.ok
    ? { data: answer.status === 204 ? null : await answer.json(), etag: answer.headers.get('ETag'), status: answer.status }
    : { problem: await problemOf(answer) }));
  if (problem) {
    throw problem;
  }

  return answer;
}

/**
 * What a path answers, for a component: {data, etag, error, isLoading, reload, set}. It is read again when the path changes and when a lost
 * connection is back; until then the data of before stays, unless the path is another one.
 */
export function useResource(path) {
  const [state, setState] = useState({ path, isLoading: true });
  const back = useValue(returns);
  const running = useRef(null);
  const reload = useCallback(async () => {
    running.current?.abort();
    if (!path) {
      return;
    }

    const turn = (running.current = new AbortController());
    setState(now => (now.path === path ? { ...now, isLoading: true } : { path, isLoading: true }));
    try {
      const { data, etag } = await get(path, { signal: turn.signal });
      if (!turn.signal.aborted) {
        setState({ path, data, etag, isLoading: false });
      }
    } catch (error) {
      if (!turn.signal.aborted) {
        setState(now => ({ ...now, error, isLoading: false }));
      }
    }
  }, [path]);
  useEffect(() => {
    reload();
    return () => running.current?.abort();
  }, [reload, back]);
  const set = useCallback((data, etag) => {
    // What is being read may be older.
    running.current?.abort();
    setState({ path, data, etag, isLoading: false });
  }, [path]);
  return { ...(state.path === path ? state : { isLoading: true }), reload, set };
}

/**
 * A change, for a form: {run, isBusy, problem, isUnknown, reset}. run(body) resolves to the answer, or to null after a problem, which the form
 * shows. isUnknown: the answer to the last one was lost.
 * The same body sent again has the same idempotency key until it succeeds; also after a reload of the page, if the tab is to keep it by a name.
 */
export function useChange(method, path, { etag, isNew, keptAs } = {}) {
  const [state, setState] = useState({ isBusy: false, problem: null });
  const keys = useRef(null);
  keys.current ??= new Map((keptAs && tab.get(keptAs)) ?? []);
  const isRunning = useRef(false);
  const run = useCallback(async body => {
    if (isRunning.current) {
      return null;
    }

    isRunning.current = true;
    const text = JSON.stringify(body ?? null);
    if (!keys.current.has(text)) {
      keys.current.set(text, crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16)).join(''));
    }

    const keep = () => keptAs && tab.set(keptAs, keys.current.size > 0 ? [...keys.current] : null);
    keep();
    setState({ isBusy: true, problem: null });
    try {
      const answer = await send(method, path, { body, etag, isNew, key: method === 'POST' ? keys.current.get(text) : undefined });
      keys.current.delete(text);
      keep();
      setState({ isBusy: false, problem: null });
      return answer;
    } catch (problem) {
      setState({ isBusy: false, problem, isUnknown: problem instanceof NotConnected });
      return null;
    } finally {
      isRunning.current = false;
    }
  }, [method, path, etag, isNew]);
  const reset = useCallback(() => setState(({ isUnknown }) => ({ isBusy: false, problem: null, isUnknown })), []);
  return { ...state, run, reset };
}
