import { addressOf } from './client.ts';
import { problemOf } from './problem.ts';

/** Asks the service whether it takes a token. @returns why not, in words; undefined: it does */
export async function refusalOf(token: string): Promise<string | undefined> {
  if (!/^[\x21-\x7e]+$/.test(token)) return 'A token has letters, digits and signs of ASCII only, and no spaces in it.';
  const headers = { authorization: `Bearer ${token}` };
  try {
    const address = new URL(addressOf('v1/runs', { limit: 1 }), location.origin);
    const answer = await fetch(address, { headers, credentials: 'omit', cache: 'no-store' });
    if (answer.status === 401) return 'The service does not take this token.';
    if (answer.ok) return undefined;
    const { message, retryAfterSeconds } = problemOf(
      answer.status,
      await answer.text(),
      answer.headers.get('retry-after'),
    );
    return retryAfterSeconds === undefined ? message : `${message} Try again in ${retryAfterSeconds} s.`;
  } catch {
    return 'The service does not answer, so the token could not be checked. Try again.';
  }
}
