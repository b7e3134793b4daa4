// Values that components follow.
import { useEffect, useState } from './vendor.js';

/** A value that can be watched. */
export function observable(value) {
  const watchers = new Set();
  return {
    get value() {
      return value;
    },
    set(next) {
      if (next !== value) {
        value = next;
        for (const watcher of [...watchers]) {
          watcher(value);
        }
      }
    },
    /** Calls back after each change. Returns the function that ends it. */
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

/** The value of an observable, for a component. */
export function useValue(source) {
  const [value, set] = useState(source.value);
  useEffect(() => {
    set(source.value);
    return source.watch(set);
  }, [source]);
  return value;
}

/** A choice that this browser remembers. */
export function remembered(name, initial) {
  let stored = null;
  try {
    stored = localStorage.getItem('granary.' + name);
  } catch {
    // Without storage the choice holds for this page.
  }

  const choice = observable(stored ?? initial);
  choice.watch(value => {
    try {
      if (value === initial) {
        localStorage.removeItem('granary.' + name);
      } else {
        localStorage.setItem('granary.' + name, value);
      }
    } catch {
      // As above.
    }
  });
  return choice;
}

let owner = '';

const kept = name => `granary.${owner}.${name}`;

/** What this tab keeps as JSON for the user who is signed in, also over a reload, until the person signs out. null removes it. */
export const tab = {
  belongTo(user) {
    owner = user;
  },
  get(name) {
    try {
      return JSON.parse(sessionStorage.getItem(kept(name)));
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      if (value === null) {
        sessionStorage.removeItem(kept(name));
      } else {
        sessionStorage.setItem(kept(name), JSON.stringify(value));
      }
    } catch {
      // Without storage it is kept as long as the page.
    }
  },
  clear() {
    try {
      sessionStorage.clear();
    } catch {
      // As above.
    }
  },
};
