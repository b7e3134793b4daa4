// Lists of any length: read page by page as the reader comes to their end, with keys to go through them.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from './vendor.js';
import { get } from './api.js';
import { returns } from './connection.js';
import { useKeys } from './keys.js';
import { queryOf, setQuery } from './router.js';
import { useValue } from './state.js';

const PAGE = 100;

/** The list that was shown last, as it was left: the way back leads to the same place. */
let kept = null;

/**
 * The rows of a path and a query: the first page at once, the others as they are asked for.
 * Returns {rows, isComplete, isLoading, error, reload, more}.
 */
export function useList(path, query = {}) {
  const name = path + queryOf(query);
  const fresh = { name, rows: [], cursor: undefined, isComplete: false, isLoading: false, error: null };
  const [state, setState] = useState(kept?.name === name ? kept : fresh);
  const turn = useRef(null);
  const now = useRef(state);
  now.current = state.name === name ? state : fresh;
  const read = useCallback(async isFirst => {
    if (turn.current && !isFirst) {
      return;
    }

    turn.current?.abort();
    const mine = (turn.current = new AbortController());
    setState(() => ({ ...now.current, isLoading: true, error: null }));
    try {
      const { data } = await get(path + queryOf({ ...query, limit: PAGE, cursor: isFirst ? undefined : now.current.cursor }), { signal: mine.signal });
      if (!mine.signal.aborted) {
        const rows = isFirst ? data.data : [...now.current.rows, ...data.data];
        setState({ name, rows, cursor: data.next_cursor, isComplete: !data.next_cursor, isLoading: false, error: null });
      }
    } catch (error) {
      if (!mine.signal.aborted) {
        // Complete, so that the end of the list does not ask again by itself.
        setState({ ...now.current, isComplete: true, isLoading: false, error });
      }
    } finally {
      if (turn.current === mine) {
        turn.current = null;
      }
    }
  }, [name]);
  const back = useValue(returns);
  const backBefore = useRef(back);
  useEffect(() => {
    if (now.current.rows.length === 0 || backBefore.current !== back) {
      backBefore.current = back;
      read(true);
    }

    return () => {
      turn.current?.abort();
      turn.current = null;
    };
  }, [read, back]);
  useLayoutEffect(() => {
    if (kept?.name === name) {
      scrollTo(0, kept.top);
    }

    return () => {
      kept = { ...now.current, isLoading: false, top: scrollY };
    };
  }, [name]);
  return { ...now.current, reload: useCallback(() => read(true), [read]), more: useCallback(() => read(false), [read]) };
}

/** j and k mark a row of the page's long table, Enter opens it, r reads the list again. Returns the marked row. */
export function useListKeys(list, noun, onOpen) {
  const [marked, setMarked] = useState(-1);
  useEffect(() => setMarked(-1), [list.name]);
  const move = step => () => setMarked(now => {
    const next = Math.max(0, Math.min(list.rows.length - 1, now + step));
    const row = document.querySelector('table.long tbody');
    const height = document.querySelector('tr[data-row]')?.offsetHeight ?? 0;
    const top = row.getBoundingClientRect().top + scrollY + next * height;
    if (top < scrollY + 120 || top + height > scrollY + innerHeight) {
      scrollTo({ top: top - innerHeight / 2 });
    }

    return next;
  });
  useKeys([
    { key: 'j', label: `Next ${noun}`, run: move(1) },
    { key: 'k', label: `${noun[0].toUpperCase()}${noun.slice(1)} before`, run: move(-1) },
    { key: 'Enter', label: `Open the ${noun}`, run: () => list.rows[marked] && onOpen(list.rows[marked]) },
    { key: 'r', label: 'Read the list again', run: list.reload },
  ], [list.rows, marked]);
  return marked;
}

/** How many rows there are so far, in words. */
export const rowsOf = (list, noun, nouns = noun + 's') => (list.isLoading && list.rows.length === 0 ? 'Loading…'
  : `${list.rows.length}${list.isComplete ? '' : ' or more'} ${list.rows.length === 1 && list.isComplete ? noun : nouns}`);

/**
 * The form of filters that are in the address: {key, search(filters)}. With its key the form keeps what is typed and the focus when it searches
 * itself, and begins anew when the address changes in another way.
 */
export function useSearch(query) {
  const form = useRef({ number: 0, query: queryOf(query) });
  if (form.current.query !== queryOf(query)) {
    form.current = { number: form.current.number + 1, query: queryOf(query) };
  }

  return {
    key: form.current.number,
    search: filters => {
      form.current.query = queryOf(filters);
      setQuery(filters);
    },
  };
}
