// Users by their names, for administrators.
import { get } from './api.js';
import { queryOf } from './router.js';

export const USER_ID = /^u-[0-9a-hjkmnp-tv-z]{26}$/;

/** Finds the user whose id or name was typed into a field: {id, problem}, one of which is null. */
export async function userOf(text, field) {
  if (USER_ID.test(text)) {
    return { id: text, problem: null };
  }

  const no = error => ({ id: null, problem: { errors: { [field]: [error] } } });
  try {
    const { data } = await get('/users' + queryOf({ search: text, limit: 100 }));
    const user = data.data.find(one => one.user_name.toLowerCase() === text.toLowerCase()) ?? (data.data.length === 1 ? data.data[0] : null);
    return user ? { id: user.id, problem: null } : no(data.data.length === 0 ? 'is the name of no user' : 'begins the names of several users');
  } catch (problem) {
    return { id: null, problem };
  }
}
