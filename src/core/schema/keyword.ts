import type { JsonObject } from '../model.ts';

/** Why a value is not allowed; undefined: it is. */
export type KeywordCheck = (value: unknown) => string | undefined;

/**
 * Compiles one keyword of a schema; undefined when it forbids nothing, because it is missing or its value is invalid. Nested
 * schemas are compiled when they are first needed, so schemas may be nested deeply.
 */
export type Keyword = (
  limit: unknown,
  schema: JsonObject,
  checkOf: (schema: unknown) => KeywordCheck,
) => KeywordCheck | undefined;
