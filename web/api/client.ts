import { BASE } from '../page-info.ts';
import { ApiProblem, problemOf } from './problem.ts';
import { askForToken, token } from './token.ts';

export interface Options {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly signal?: AbortSignal;
}

/** The address of a route with its query. @param path such as `v1/status`, without a slash in front */
export function addressOf(path: string, query: Options['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return `${BASE}${path}${text === '' ? '' : `?${text}`}`;
}

/**
 * Asks the service. The token goes along as bearer; the browser's own credentials never do, so that no other page can use
 * them and the browser asks for none.
 * @throws ApiProblem also when there is no answer; AbortError as it is
 */
export async function request(method: string, address: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token.value !== undefined) headers.set('authorization', `Bearer ${token.value}`);
  let answer: Response;
  try {
    // Not relative to an address of the page that has a password in it, which `fetch` refuses.
    answer = await fetch(new URL(address, location.origin), {
      ...init,
      method,
      headers,
      credentials: 'omit',
      cache: 'no-store',
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiProblem(0, 'unreachable', 'The service does not answer.');
  }
  if (answer.ok) return answer;
  if (answer.status === 401) askForToken();
  throw problemOf(answer.status, await answer.text().catch(() => ''), answer.headers.get('retry-after'));
}

/** GET of a JSON document. */
export async function get<T>(path: string, { query, signal }: Options = {}): Promise<T> {
  return (await request('GET', addressOf(path, query), signal ? { signal } : {})).json();
}

/** A request that changes or computes something. */
export async function send<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  { query, signal }: Options = {},
): Promise<T> {
  const answer = await request(method, addressOf(path, query), {
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    ...(signal ? { signal } : {}),
  });
  return answer.json();
}

/** Saves the answer of a route as a file. A link would not carry the token. */
export async function download(path: string, fileName: string, query?: Options['query']): Promise<void> {
  saveFile(await (await request('GET', addressOf(path, query))).blob(), fileName);
}

export function saveFile(content: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
