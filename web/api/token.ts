import { signal } from '@preact/signals';

const KEY = 'komodor-port.token';

/** API_TOKEN as the person has entered it; kept until the tab closes, and nowhere else. */
export const token = signal<string | undefined>(sessionStorage.getItem(KEY) ?? undefined);

/** Why the page asks for the token; undefined: it does not ask. */
export const tokenWanted = signal<'missing' | 'wrong' | undefined>(undefined);

/** The service has refused to answer, and has not been given a good token since. */
export const tokenRefused = signal(false);

export function keepToken(entered: string): void {
  sessionStorage.setItem(KEY, entered);
  token.value = entered;
  tokenWanted.value = undefined;
  tokenRefused.value = false;
}

/** Also everything that it has shown: the page begins anew. */
export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  location.reload();
}

/** A request was answered with 401. */
export function askForToken(): void {
  tokenRefused.value = true;
  tokenWanted.value = token.value === undefined ? 'missing' : 'wrong';
}
