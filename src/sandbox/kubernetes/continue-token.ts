import { isRecord } from './model.ts';
import { badRequest } from './refusals.ts';

export interface Place {
  /** The version of the list; below 0 for whatever there is now. */
  readonly version: number;
  /** The key with which the next page begins, below that of the list. */
  readonly start: string;
  /** Which page it is, from 1 on; for faults. */
  readonly page: number;
}

/** Names the place where the next page begins. Nobody but the server should look into it. */
export function continueToken({ version, start, page }: Place): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start, page })).toString('base64url');
}

/** Throws the server's refusal of what is no token. */
export function readContinueToken(token: string): Place {
  if (!/^[\w-]*$/.test(token)) {
    const at = token.search(/[^\w-]/);
    throw badRequest(`invalid continue token: continue key is not valid: illegal base64 data at input byte ${at}`);
  }
  const text = Buffer.from(token, 'base64url').toString();
  const place = parse(text);
  if (!isRecord(place)) {
    const [first = ''] = text;
    throw badRequest(
      `invalid continue token: continue key is not valid: invalid character '${first}' looking for beginning of value`,
    );
  }
  if (place.v !== 'meta.k8s.io/v1') {
    const version = typeof place.v === 'string' ? place.v : '';
    throw badRequest(
      `invalid continue token: continue key is not valid: server does not recognize this encoded version ${version}`,
    );
  }
  if (typeof place.rv !== 'number' || typeof place.start !== 'string') {
    throw badRequest(
      'invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    );
  }
  return { version: place.rv, start: place.start, page: typeof place.page === 'number' ? place.page : 2 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The page that a token names; the first when it is none. */
export function pageOfToken(token: string): number {
  try {
    return token === '' ? 1 : readContinueToken(token).page;
  } catch {
    return 1;
  }
}
