import { z } from 'zod';

const cursorShape = z.object({ after: z.string(), page: z.int().min(2), filter: z.string() });

/** What a token stands for. Whoever gets one cannot read it, and must not make one up. */
export interface Cursor {
  /** The row that the page begins after, in words of the listing's own. */
  readonly after: string;
  /** The 1-based page. */
  readonly page: number;
  /** The query it came from. */
  readonly filter: string;
}

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** What a token stands for; undefined for one that we did not give, or not for this query: there its place means nothing. */
export function readCursor(token: string, filter: string): Cursor | undefined {
  const cursor = decode(token);
  return cursor?.filter === filter ? cursor : undefined;
}

/** The 1-based page that a token leads to; the first without one, or with one that means nothing. */
export function pageOfToken(token: string | null | undefined): number {
  return decode(token ?? '')?.page ?? 1;
}

function decode(token: string): Cursor | undefined {
  try {
    return cursorShape.safeParse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
