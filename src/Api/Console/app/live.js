// Server-sent events. A tab has one connection at most: the page that is shown follows what it shows. fetch instead of EventSource, because
// the answer to a refusal is needed in the problem's own words.
import { open, Problem, problemOf } from './api.js';
import { lost, restored } from './connection.js';
import { observable } from './state.js';
import { useEffect } from './vendor.js';

const SHORTEST = 500;
const LONGEST = 10_000;

/** Of the connection of this tab: null without one, or connecting, live, ended. */
export const liveState = observable(null);

let current = null;

/**
 * Follows a path until the signal of the returned controller, or until the server says that nothing more will come.
 * @param silence After so many milliseconds without a byte the connection counts as lost; the server sends something more often.
 */
export function follow(path, { lastId, silence, onEvent, onProblem }) {
  current?.abort();
  const turn = (current = new AbortController());
  run(path, { lastId, silence, onEvent }, turn.signal).catch(fault => {
    if (!turn.signal.aborted) {
      liveState.set('ended');
      onProblem?.(fault);
    }
  });
  turn.signal.addEventListener('abort', () => {
    if (current === turn) {
      current = null;
      liveState.set(null);
    }
  });
  return turn;
}

/** Follows a path while a component is shown; null follows nothing. */
export function useEvents(path, options) {
  useEffect(() => {
    if (path) {
      const turn = follow(path, options);
      return () => turn.abort();
    }
  }, [path]);
}

async function run(path, { lastId, silence, onEvent }, signal) {
  let pause = SHORTEST;
  while (true) {
    liveState.set('connecting');
    await restored();
    signal.throwIfAborted();
    const watch = new AbortController();
    const either = AbortSignal.any([signal, watch.signal]);
    let timer = setTimeout(() => watch.abort(), silence);
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => watch.abort(), silence);
    };
    try {
      const answer = await open(path, lastId ? { 'Last-Event-ID': lastId } : {}, either);
      if (answer.status === 204) {
        liveState.set('ended');
        return;
      }

      if (!answer.ok) {
        throw await problemOf(answer);
      }

      liveState.set('live');
      for await (const event of eventsOf(answer.body, heard)) {
        pause = SHORTEST;
        lastId = event.id || lastId;
        onEvent(event);
      }
    } catch (fault) {
      signal.throwIfAborted();
      const mayPass = !(fault instanceof Problem) || fault.status === 429 || fault.status >= 500;
      if (!mayPass) {
        throw fault;
      }

      if (!(fault instanceof Problem)) {
        lost();
      }
    } finally {
      clearTimeout(timer);
      watch.abort();
    }

    signal.throwIfAborted();
    liveState.set('connecting');
    await new Promise(resolve => setTimeout(resolve, pause));
    pause = Math.min(2 * pause, LONGEST);
  }
}

/** The events of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation). */
async function* eventsOf(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let event = { id: '', type: 'message', data: [] };
  while (true) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }

    heard();
    text += value;
    const lines = text.split(/\r\n|\n|\r/);
    text = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (event.data.length > 0) {
          yield { id: event.id, type: event.type, data: JSON.parse(event.data.join('\n')) };
        }

        event = { id: event.id, type: 'message', data: [] };
        continue;
      }

      const [, name, content] = /^([^:]*):? ?(.*)$/.exec(line);
      if (name === 'data') {
        event.data.push(content);
      } else if (name === 'event') {
        event.type = content;
      } else if (name === 'id') {
        event.id = content;
      }
    }
  }
}
