// Every page of the console: its address, who may see it, and its module. A page is added with one line here; docs/console.md says how.

const STAFF = ['operator', 'admin'];
const ALL = ['customer', ...STAFF];

/** nav: shown in the navigation, with g and the key as its shortcut. under: the address whose entry in the navigation is the current one. */
export const routes = [
  { path: '/now', title: 'Now', nav: true, key: 'n', roles: STAFF, page: () => import('./pages/now.js') },
  { path: '/orders', title: 'Orders', nav: true, key: 'o', roles: ALL, page: () => import('./pages/orders.js') },
  { path: '/orders/:id', title: 'Order', under: '/orders', roles: ALL, page: () => import('./pages/order.js') },
];

/** Whether one of these roles may see a page. */
export const maySee = (route, roles) => route.roles.some(role => roles.includes(role));
