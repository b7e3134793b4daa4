// Keyboard shortcuts. One character each, or g and one character; they can be turned off, and do not hold while a person types.
import { html, useLayoutEffect } from './vendor.js';
import { observable, remembered, useValue } from './state.js';
import { Dialog } from './ui.js';

const SEQUENCE = 1_000;

/** Whether shortcuts are on. */
export const shortcuts = remembered('shortcuts', 'on');

const isHelpOpen = observable(false);
const known = observable([]);

let first = null;
let firstAt = 0;

/**
 * Shortcuts while a component is shown: [{ key, label, run }]. A key is what the keyboard event calls it, such as / or Enter, or two of them
 * with a blank between. Later components come first.
 */
export function useKeys(keys, inputs = []) {
  // Before the next key can be pressed.
  useLayoutEffect(() => {
    known.set([keys, ...known.value]);
    return () => known.set(known.value.filter(others => others !== keys));
  }, inputs);
}

/** Shows the shortcuts. */
export const showHelp = () => isHelpOpen.set(true);

addEventListener('keydown', press => {
  const isTyping = press.target.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]')
    || (press.key === 'Enter' && press.target.closest?.('a, button, summary'));
  if (press.defaultPrevented || press.ctrlKey || press.metaKey || press.altKey || shortcuts.value !== 'on' || isTyping || document.querySelector('dialog[open]')) {
    first = null;
    return;
  }

  const pressed = first && Date.now() - firstAt < SEQUENCE ? `${first} ${press.key}` : press.key;
  const all = known.value.flat();
  const found = all.find(({ key }) => key === pressed) ?? all.find(({ key }) => key === press.key);
  [first, firstAt] = [all.some(({ key }) => key.startsWith(press.key + ' ')) ? press.key : null, Date.now()];
  if (found) {
    press.preventDefault();
    first = null;
    found.run();
  }
});

/** The dialog that lists the shortcuts. */
export function KeysHelp() {
  const isOpen = useValue(isHelpOpen);
  const all = useValue(known).flat();
  const state = useValue(shortcuts);
  useKeys([{ key: '?', label: 'Show this help', run: showHelp }]);
  if (!isOpen) {
    return null;
  }

  return html`<${Dialog} title="Keyboard shortcuts" onClose=${() => isHelpOpen.set(false)}>
    <dl class="keys">${all.map(({ key, label }) => html`<div key=${key}>
      <dt>${key.split(' ').map(one => html`<kbd>${one}</kbd> `)}</dt><dd>${label}</dd>
    </div>`)}</dl>
    <label class="check"><input type="checkbox" checked=${state === 'on'} onChange=${change => shortcuts.set(change.target.checked ? 'on' : 'off')} />
      Shortcuts are on</label>
  <//>`;
}
