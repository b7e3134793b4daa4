// Light or dark, if a person does not want what the system wants. theme.js applies it before the first paint.
import { remembered } from './state.js';

/** system, light or dark. */
export const theme = remembered('theme', 'system');

theme.watch(choice => {
  if (choice === 'system') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = choice;
  }
});
