import { mistakeInJson } from '../../../src/config/json-mistake.ts';

/** What a text of an item holds. */
export type Pasted =
  | { readonly item: unknown; readonly note: string | undefined }
  | { readonly problem: string; readonly line: number | undefined };

/** Reads an item: an object, or the first of a list or of an answer with a list in it. */
export function readPasted(text: string): Pasted {
  const plain = text.replace(/^\ufeff/, '');
  if (plain.trim() === '')
    return { problem: 'There is no item yet: choose one above, or paste JSON.', line: undefined };
  let document: unknown;
  try {
    document = JSON.parse(plain);
  } catch {
    return mistakeOf(plain);
  }
  const list = listIn(document);
  if (list === undefined) {
    if (isObject(document)) return { item: document, note: undefined };
    return { problem: 'This is JSON, but no item: an item begins with { and ends with }.', line: 1 };
  }
  if (list.length === 0) return { problem: 'This list has no items.', line: 1 };
  return { item: list[0], note: list.length === 1 ? undefined : `The first of ${list.length} items is mapped.` };
}

function mistakeOf(text: string): Pasted {
  const at = mistakeInJson(text);
  const before = text.slice(0, at).split('\n');
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const rest = text.slice(at);
  if (rest.trim() === '')
    return { problem: `Line ${line}: the JSON ends too early; a bracket, quote or value is missing.`, line };
  return {
    problem: `Line ${line}, column ${column}: JSON cannot go on with ${partOf(rest)} here.${adviceOn(rest, text.slice(0, at))}`,
    line,
  };
}

function partOf(rest: string): string {
  const [first = ''] = rest.trimStart().split(/\s/);
  return first.length > 20 ? `${first.slice(0, 20)}…` : first;
}

function adviceOn(rest: string, before: string): string {
  if (rest.startsWith("'")) return ' Texts stand in double quotes.';
  if (/^[}\]]/.test(rest) && /,\s*$/.test(before)) return ' The comma before it is one too many.';
  if (/^["{[\w]/.test(rest) && /["}\]\w]\s*$/.test(before)) return ' A comma may be missing before it.';
  if (/^[A-Za-z_]/.test(rest)) return ' Names and texts stand in double quotes.';
  return '';
}

/** The list in an answer of Komodor or of kubectl. */
function listIn(document: unknown): readonly unknown[] | undefined {
  if (Array.isArray(document)) return document;
  if (!isObject(document)) return undefined;
  const inner = isObject(document.data) ? document.data : document;
  for (const name of LISTS) {
    const list = inner[name];
    if (Array.isArray(list) && (list.length === 0 || isObject(list[0])) && Object.keys(document).length <= 5)
      return list;
  }
  return undefined;
}

const LISTS = [
  ...['items', 'data', 'services', 'jobs', 'violations', 'issues', 'events', 'clusters', 'monitor'],
  ...['groupedCosts', 'rows'],
];

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
