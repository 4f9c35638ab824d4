import type { JsonObject } from '../model.ts';
import type { KeywordCheck } from './keyword.ts';
import { KEYWORDS } from './keywords.ts';
import { isObject, own } from './values.ts';

const checks = new WeakMap<object, KeywordCheck>();

const FITS: KeywordCheck = () => undefined;

/** Why a value violates a JSON schema, as one sentence; undefined: it does not, as far as we check. Port may check more. */
export function complaintAbout(value: unknown, schema: JsonObject): string | undefined {
  return checkOf(schema)(value);
}

/** The compiled check of a schema. Something that is no schema, and unknown keywords, forbid nothing. */
function checkOf(schema: unknown): KeywordCheck {
  if (schema === false) return () => 'nothing is allowed there';
  if (!isObject(schema)) return FITS;
  const known = checks.get(schema);
  if (known) return known;
  const parts = [...KEYWORDS].flatMap(([keyword, make]) => make(own(schema, keyword), schema, checkOf) ?? []);
  const check: KeywordCheck = (value) => {
    for (const part of parts) {
      const complaint = part(value);
      if (complaint !== undefined) return complaint;
    }
    return undefined;
  };
  checks.set(schema, check);
  return check;
}
