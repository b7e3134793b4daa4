// Every page of the console: its address, who may see it, and its module. A page is added with one line here; docs/console.md says how.

const ADMIN = ['admin'];
const STAFF = ['operator', ...ADMIN];
const ALL = ['customer', ...STAFF];

/** nav: shown in the navigation, with g and the key as its shortcut. under: the address whose entry in the navigation is the current one. */
export const routes = [
  { path: '/now', title: 'Now', nav: true, key: 'n', roles: STAFF, page: () => import('./pages/now.js') },
  { path: '/orders', title: 'Orders', nav: true, key: 'o', roles: ALL, page: () => import('./pages/orders.js') },
  { path: '/orders/new', title: 'Place an order', under: '/orders', roles: ALL, page: () => import('./pages/place.js') },
  { path: '/orders/:id', title: 'Order', under: '/orders', roles: ALL, page: () => import('./pages/order.js') },
  { path: '/packing', title: 'Packing', nav: true, key: 'p', roles: STAFF, page: () => import('./pages/packing.js') },
  { path: '/stock', title: 'Stock', nav: true, key: 's', roles: STAFF, page: () => import('./pages/stock.js') },
  { path: '/stock/:sku', title: 'Product', under: '/stock', roles: STAFF, page: () => import('./pages/product.js') },
  { path: '/customers', title: 'Customers', nav: true, key: 'c', roles: ADMIN, page: () => import('./pages/customers.js') },
  { path: '/customers/:id', title: 'Customer', under: '/customers', roles: ADMIN, page: () => import('./pages/customer.js') },
  { path: '/payments', title: 'Payments', nav: true, key: 'y', roles: STAFF, page: () => import('./pages/payments.js') },
  { path: '/webhooks', title: 'Webhooks', nav: true, key: 'w', roles: STAFF, page: () => import('./pages/webhooks.js') },
  { path: '/webhooks/:id', title: 'Webhook', under: '/webhooks', roles: STAFF, page: () => import('./pages/webhook.js') },
  { path: '/settings', title: 'Settings', nav: true, key: 't', roles: ADMIN, page: () => import('./pages/settings.js') },
  { path: '/keys', title: 'Keys', nav: true, key: 'k', roles: ADMIN, page: () => import('./pages/keys.js') },
  { path: '/audit', title: 'Audit', nav: true, key: 'a', roles: ADMIN, page: () => import('./pages/audit.js') },
];

/** Whether one of these roles may see a page. */
export const maySee = (route, roles) => route.roles.some(role => roles.includes(role));
