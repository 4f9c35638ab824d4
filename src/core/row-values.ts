import type { NewRow } from './journal.ts';
import type { Change, FromTo } from './report.ts';

/** A value whose JSON text is larger is cut. */
const MAX_VALUE_BYTES = 2 * 1024;

/** A row without secrets, and with its long values cut. Secrets go first, because half a secret is not recognized. */
export function fitRow(row: NewRow, redact: (text: string) => string): NewRow {
  const json = JSON.stringify(row);
  const isClean = redact(json) === json;
  // Nearly all rows are so, and their text tells it at once.
  if (isClean && Buffer.byteLength(json) <= MAX_VALUE_BYTES) return row;
  const fit = (value: unknown) => cut(isClean ? value : mapTexts(value, redact));
  const fitText = (text: string) => cutText(redact(text));
  const fitPair = ({ from, to }: FromTo): FromTo => ({ from: fit(from), to: fit(to) });
  const fitFields = (fields: Change['properties'] = {}) =>
    Object.fromEntries(Object.entries(fields).map(([id, pair]) => [id, fitPair(pair)]));
  const { identifier, title, icon, team, properties, relations, detail, error, source } = row;
  return {
    ...row,
    identifier: redact(identifier),
    title: typeof title === 'string' ? fitText(title) : title && fitPair(title),
    ...(icon ? { icon: fitPair(icon) } : {}),
    ...(team ? { team: fitPair(team) } : {}),
    ...(properties ? { properties: fitFields(properties) } : {}),
    ...(relations ? { relations: fitFields(relations) } : {}),
    ...(detail === undefined ? {} : { detail: fitText(detail) }),
    ...(error ? { error: fitError(error, redact) } : {}),
    ...(source ? { source: { ...source, item: redact(source.item) } } : {}),
  };
}

function fitError({ code, message, exchange }: NonNullable<NewRow['error']>, redact: (text: string) => string) {
  const words = { code: redact(code), message: cutText(redact(message)) };
  const fit = (text: string) => cutBytes(redact(text), MAX_VALUE_BYTES);
  if (!exchange) return words;
  const { request, answer } = exchange;
  return {
    ...words,
    exchange: {
      request: { method: request.method, path: fit(request.path), body: fit(request.body) },
      answer: { status: answer.status, body: fit(answer.body) },
    },
  };
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((member) => mapTexts(member, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [change(key), mapTexts(member, change)]));
}

/** The value, or the beginning of its text with a mark that says so. */
function cut(value: unknown): unknown {
  if (typeof value === 'string') return cutText(value);
  if (typeof value !== 'object' || value === null) return value;
  return Buffer.byteLength(JSON.stringify(value)) <= MAX_VALUE_BYTES ? value : cutText(JSON.stringify(value));
}

function cutText(text: string): string {
  const bytes = Buffer.from(JSON.stringify(text));
  if (bytes.length <= MAX_VALUE_BYTES) return text;
  return cutBytes(text, MAX_VALUE_BYTES / 2);
}

/** The first bytes of a text, with a mark that says so when there are more. */
function cutBytes(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  // A character that the cut goes through becomes U+FFFD.
  const start = all.toString('utf8', 0, bytes).replace(/\uFFFD$/u, '');
  return `${start}… (cut here, ${all.length} bytes in all)`;
}
