import { signal } from '@preact/signals';

const KEY = 'komodor-port.token';

/** API_TOKEN as the person has entered it; kept until the tab closes, and nowhere else. */
export const token = signal<string | undefined>(sessionStorage.getItem(KEY) ?? undefined);

/** Why the page asks for the token; undefined: it does not ask. */
export const tokenWanted = signal<'missing' | 'wrong' | undefined>(undefined);

export function keepToken(entered: string): void {
  sessionStorage.setItem(KEY, entered);
  token.value = entered;
  tokenWanted.value = undefined;
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  token.value = undefined;
}

/** A request was answered with 401. */
export function askForToken(): void {
  tokenWanted.value = token.value === undefined ? 'missing' : 'wrong';
}
