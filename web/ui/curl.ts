import { addressOf } from '../api/client.ts';
import { quoted } from './visible.ts';

export interface CurlRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Such as `v1/runs`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
}

/** A request as a curl command. The token stays a variable. */
export function curlText({ method = 'GET', path, query, body }: CurlRequest): string {
  const parts = ['curl', '--fail-with-body'];
  if (method !== 'GET') parts.push('-X', method);
  parts.push(quoted(`${location.origin}${addressOf(path, query)}`), '-H', '"Authorization: Bearer $API_TOKEN"');
  if (body !== undefined) parts.push('-H', "'Content-Type: application/json'", '-d', quoted(JSON.stringify(body)));
  return parts.join(' ');
}
