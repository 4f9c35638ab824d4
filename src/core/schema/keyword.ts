import type { JsonObject } from '../model.ts';

/** Says what is wrong with a value; undefined: nothing. */
export type KeywordCheck = (value: unknown) => string | undefined;

/**
 * Makes the check of one keyword; undefined when it forbids nothing: it is absent, or its limit is none. Parts of a
 * schema are only made when a value gets to them, so a schema may be as deep as it likes.
 */
export type Keyword = (
  limit: unknown,
  schema: JsonObject,
  checkOf: (schema: unknown) => KeywordCheck,
) => KeywordCheck | undefined;
