import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { errorAnswer, invalidAnswer } from './answers.ts';

/** What a request asks for, or the answer that refuses it. */
export type Asked<T> =
  | { readonly asked: T; readonly refusal?: undefined }
  | { readonly asked?: undefined; readonly refusal: SandboxResponse };

/** Reads a JSON body; none at all counts as an empty object. */
export function readBody<T>({ body, bodyText }: SandboxRequest, shape: z.ZodType<T>): Asked<T> {
  if (bodyText !== '' && body === undefined) return { refusal: errorAnswer(400, 'bad request: no JSON') };
  return parse(shape, body ?? {});
}

/** Reads a query. Lists come as repeated keys; what is absent is an empty list, or undefined for a single value. */
export function readQuery<S extends z.ZodRawShape>(
  { query }: SandboxRequest,
  shape: z.ZodObject<S>,
): Asked<z.infer<z.ZodObject<S>>> {
  const given = Object.entries(shape.shape).map(([name, part]) => [
    name,
    part instanceof z.ZodArray ? query.getAll(name) : (query.get(name) ?? undefined),
  ]);
  return parse(shape, Object.fromEntries(given));
}

function parse<T>(shape: z.ZodType<T>, given: unknown): Asked<T> {
  const parsed = shape.safeParse(given);
  return parsed.success ? { asked: parsed.data } : { refusal: invalidAnswer(parsed.error) };
}

/** A whole number from 0 up, as it stands in a query. */
export const wholeNumber = z
  .string()
  .regex(/^\d+$/, 'must be a whole number')
  .transform((text) => Number(text));

/** What searches are limited to. */
export const scopeShape = z.object({ cluster: z.string().optional(), namespaces: z.array(z.string()).optional() });

/** How many rows a page of a search may have. */
export const pageSizeShape = z.int().min(1).max(10_000).default(100);

/** How searches that number their pages, from 0 on, are asked for one. */
export const numberedPaging = z
  .object({ pageSize: pageSizeShape, page: z.int().min(0).default(0) })
  .default({ pageSize: 100, page: 0 });

/** Whether a filter lets a value through: an empty one lets every value. */
export function allows(wanted: readonly string[], value: string): boolean {
  return wanted.length === 0 || wanted.includes(value);
}
