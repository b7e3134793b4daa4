// Lists of any length: read page by page, gone through by keys, and there again on the way back.
import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from './vendor.js';
import { get, session } from './api.js';
import { returns } from './connection.js';
import { useKeys } from './keys.js';
import { queryOf, setQuery } from './router.js';
import { useValue } from './state.js';

const PAGE = 100;

/** How long the views behind lists may take to show a change. */
const LAG = 1_500;

// The list that was left last is there again on the way back, at the same place; for the user who has read it.
let kept = null;

/**
 * The entries of a list of the API: the first page at once, the others as they are asked for by more. It is read again when a lost connection is
 * back. isKept: the list is the page, and is there again on the way back to it. A list without a path is empty.
 */
export function useList(path, query = {}, { isKept = false } = {}) {
  const name = `${session.value?.user_id} ${path}${queryOf(query)}`;
  const fresh = { name, rows: [], cursor: undefined, isComplete: !path, isLoading: false, error: null };
  const [state, setState] = useState(isKept && kept?.name === name ? kept : fresh);
  const turn = useRef(null);
  const now = useRef(state);
  now.current = state.name === name ? state : fresh;
  const read = useCallback(async isFirst => {
    // After a problem the end of the list does not ask again by itself.
    if (!path || (!isFirst && (turn.current || now.current.error))) {
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
        setState({ ...now.current, isLoading: false, error });
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
    // Of a list that was kept, one page is read again: it may have changed. Where there are more, the reader keeps the place instead.
    if (now.current.rows.length <= PAGE || backBefore.current !== back) {
      backBefore.current = back;
      read(true);
    }

    return () => {
      turn.current?.abort();
      turn.current = null;
    };
  }, [read, back]);
  useLayoutEffect(() => {
    if (isKept && kept?.name === name) {
      scrollTo(0, kept.top);
    }

    return () => {
      if (isKept) {
        kept = { ...now.current, isLoading: false, top: scrollY };
      }
    };
  }, [name]);
  const reload = useCallback(() => read(true), [read]);
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), [read]);
  /** After a change: at once, and again when the view behind the list has followed. */
  const follow = useCallback(() => {
    read(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => read(true), LAG);
  }, [read]);
  return { ...now.current, reload, follow, more: useCallback(() => read(false), [read]) };
}

/**
 * The search of a list, which is in the address. The form with the number as its key keeps what is typed and the focus when it searches itself,
 * and begins anew when the address changes in another way.
 */
export function useSearch(query) {
  const form = useRef({ number: 0, query: queryOf(query) });
  if (form.current.query !== queryOf(query)) {
    form.current = { number: form.current.number + 1, query: queryOf(query) };
  }

  const search = filters => {
    form.current.query = queryOf(filters);
    setQuery(filters);
  };
  return { number: form.current.number, search };
}

/** The keys of a page that is a list: j and k mark an entry, Enter opens it, r reads the list again, / searches where it can be. Returns the index that is marked. */
export function useListKeys(list, { one, many, open, search }) {
  const [marked, setMarked] = useState(-1);
  useEffect(() => setMarked(-1), [list.name]);
  const move = step => () => setMarked(now => {
    const next = Math.max(0, Math.min(list.rows.length - 1, now + step));
    const body = document.querySelector('table.long tbody');
    const height = document.querySelector('tr[data-row]')?.offsetHeight ?? 0;
    const top = body.getBoundingClientRect().top + scrollY + next * height;
    if (top < scrollY + 120 || top + height > scrollY + innerHeight) {
      scrollTo({ top: top - innerHeight / 2 });
    }

    return next;
  });
  useKeys([
    ...(search ? [{ key: '/', label: `Search ${many}`, run: () => document.querySelector(`[name=${search}]`).focus() }] : []),
    { key: 'j', label: `Next ${one}`, run: move(1) },
    { key: 'k', label: `The ${one} before`, run: move(-1) },
    { key: 'Enter', label: `Open the ${one}`, run: () => list.rows[marked] && open(list.rows[marked]) },
    { key: 'r', label: 'Read the list again', run: list.reload },
  ], [list.rows, marked]);
  return marked;
}

/** How many entries there are so far, in words; then its children, such as how they are sorted. */
export function HowMany({ of, one, many, children }) {
  const isNone = of.rows.length === 0 && !of.isComplete;
  const isWaiting = isNone && !of.error;
  return html`<span class=${`soft${isWaiting ? ' waiting' : ''}`} role="status">${isWaiting ? 'Loading…' : !isNone && html`
    ${`${of.rows.length}${of.isComplete ? '' : ' or more'} ${of.rows.length === 1 && of.isComplete ? one : many}`}${children}`}</span>`;
}
