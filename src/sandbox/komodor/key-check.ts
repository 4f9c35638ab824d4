import type { Route } from './stand-in.ts';

/** Whether a key is valid: what is asked with a wrong one never gets as far as an answer. */
export const keyCheck: Route = {
  method: 'GET',
  path: 'apikey/validate',
  name: 'validate',
  about: 'check of the API key',
  open: () => () => ({ status: 200, body: { valid: true } }),
};
