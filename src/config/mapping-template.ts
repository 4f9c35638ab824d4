import { z } from 'zod';
import type { EntityTemplate, JsonObject } from '../core/model.ts';
import type { Severity } from './documents.ts';
import { expression, expressionOrQuery, isObject, missingOr, relation, template } from './mapping-values.ts';

/** Called with a mistake and its path below the value that is parsed. Default severity: error. */
export type ReportProblem = (path: string, what: string, severity?: Severity) => void;

const required = z.object(
  { identifier: expressionOrQuery, blueprint: expression },
  { error: missingOr('must be an object with identifier and blueprint') },
);

/**
 * Parses one `port.entity.mappings` object. A wrong field is reported and left out. Without a usable identifier or
 * blueprint there is no template: then the messages are returned.
 */
export function readTemplate(raw: unknown, path: string, report: ReportProblem): EntityTemplate | readonly string[] {
  const core = required.safeParse(raw);
  if (!core.success || !isObject(raw)) {
    return reportIssues(core.error?.issues ?? [], report);
  }
  const title = readField(raw, 'title', expression, report);
  const icon = readField(raw, 'icon', expression, report);
  const team = readField(raw, 'team', expressionOrQuery, report);
  return {
    path,
    identifier: core.data.identifier,
    blueprint: core.data.blueprint,
    ...(title === undefined ? {} : { title }),
    ...(icon === undefined ? {} : { icon }),
    ...(team === undefined ? {} : { team }),
    properties: readFields(raw, 'properties', template, report),
    relations: readFields(raw, 'relations', relation, report),
  };
}

/** Reports every issue under its path. @returns the sentences */
export function reportIssues(issues: readonly z.core.$ZodIssue[], report: ReportProblem): readonly string[] {
  return issues.map((issue) => {
    const path = pathText(issue.path);
    report(path, issue.message);
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
}

function readField<S extends z.ZodType>(
  raw: JsonObject,
  key: string,
  schema: S,
  report: ReportProblem,
): z.output<S> | undefined {
  const value = raw[key];
  if (value === undefined || value === null) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  reportIssues(result.error.issues, (path, what) => report(joinPath(key, path), what));
  return undefined;
}

function readFields<S extends z.ZodType>(
  raw: JsonObject,
  key: string,
  schema: S,
  report: ReportProblem,
): { readonly [id: string]: z.output<S> } {
  const fields = raw[key];
  if (fields === undefined || fields === null) return {};
  if (!isObject(fields)) {
    report(key, 'must be an object');
    return {};
  }
  return Object.fromEntries(
    Object.entries(fields).flatMap(([id, value]) => {
      if (value === null) report(`${key}.${id}`, "has no expression; use 'null' in quotes to clear the field");
      const field = readField(fields, id, schema, (path, what) => report(joinPath(key, path), what));
      return value === null || field === undefined ? [] : [[id, field]];
    }),
  );
}

/** `a` and `b.c` as `a.b.c`, `a` and `[0].b` as `a[0].b`. */
export function joinPath(head: string, tail: string): string {
  return head === '' || tail === '' || tail.startsWith('[') ? head + tail : `${head}.${tail}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => joinPath(text, typeof part === 'number' ? `[${part}]` : String(part)), '');
}
