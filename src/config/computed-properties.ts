import { z } from 'zod';
import { blueprintId, fieldId, PROPERTY_TYPES, title } from './blueprint-names.ts';
import { joinPath, type ReportProblem, reportIssues } from './mapping-template.ts';
import { isObject, missingOr } from './mapping-values.ts';

/** What Port computes itself and shows among the properties of an entity. */

const calculation = z.looseObject(
  {
    calculation: z.string({ error: missingOr('must be a jq expression (text)') }),
    type: z.enum(PROPERTY_TYPES, { error: missingOr(`must be one of ${PROPERTY_TYPES.join(', ')}`) }),
    title: title.optional(),
  },
  { error: 'must be an object' },
);

const mirror = z.looseObject(
  {
    path: z
      .string({ error: missingOr('must be text') })
      .regex(/^(?:[A-Za-z0-9@_=\\$-]+\.)+[^.]+$/, 'must be relations and a property, joined by dots'),
    title: title.optional(),
  },
  { error: 'must be an object' },
);

const SPANS = ['hour', 'day', 'week', 'month', 'total'] as const;
const span = {
  averageOf: z.enum(SPANS, { error: missingOr(`must be one of ${SPANS.join(', ')}`) }),
  measureTimeBy: z.string({ error: missingOr('must be the name of a date') }),
};
const property = z.string({ error: missingOr('must be the name of a property') });

const ofEntities = z.discriminatedUnion(
  'func',
  [
    z.looseObject({ calculationBy: z.literal('entities'), func: z.literal('count') }),
    z.looseObject({ calculationBy: z.literal('entities'), func: z.literal('average'), ...span }),
  ],
  { error: 'must be count or average' },
);
const ofProperty = z.discriminatedUnion(
  'func',
  [
    z.looseObject({
      calculationBy: z.literal('property'),
      func: z.enum(['sum', 'min', 'max', 'median']),
      property,
    }),
    z.looseObject({ calculationBy: z.literal('property'), func: z.literal('average'), property, ...span }),
  ],
  { error: 'must be sum, min, max, median or average' },
);

const aggregation = z.looseObject(
  {
    title,
    target: blueprintId,
    calculationSpec: z.discriminatedUnion('calculationBy', [ofEntities, ofProperty], {
      error: missingOr('must have calculationBy, which is entities or property'),
    }),
    query: z
      .looseObject(
        {
          combinator: z.enum(['and', 'or'], { error: missingOr('must be "and" or "or"') }),
          rules: z.array(z.unknown(), { error: missingOr('must be a list') }),
        },
        { error: 'must be an object' },
      )
      .optional(),
    pathFilter: z
      .array(
        z.looseObject({
          path: z.array(z.string(), { error: missingOr('must be a list of relations') }).min(1, 'is empty'),
          fromBlueprint: blueprintId.optional(),
        }),
        { error: 'must be a list' },
      )
      .max(1, 'has more than one path')
      .optional(),
  },
  { error: 'must be an object' },
);

const SECTIONS = {
  calculationProperties: calculation,
  mirrorProperties: mirror,
  aggregationProperties: aggregation,
};
type Section = keyof typeof SECTIONS;
/** In the order in which they may build on each other. */
export const SECTION_NAMES = ['calculationProperties', 'mirrorProperties', 'aggregationProperties'] as const;

/** The parts of a blueprint or of an extension that Port computes; each under its name there. */
export type ComputedProperties = { readonly [section in Section]?: { readonly [id: string]: unknown } };

/**
 * Reads what Port is to compute. What it would refuse is reported and left out alone.
 * @param taken names of other properties, beside which these are shown
 */
export function readComputed(document: object, taken: readonly string[], report: ReportProblem): ComputedProperties {
  const names = new Set(taken);
  const given = new Map<string, unknown>(Object.entries(document));
  const read = SECTION_NAMES.filter((section) => given.has(section)).map(
    (section) => [section, Object.fromEntries(readSection(section, given.get(section), names, report))] as const,
  );
  return Object.fromEntries(read);
}

function readSection(section: Section, raw: unknown, names: Set<string>, report: ReportProblem): [string, unknown][] {
  if (!isObject(raw)) {
    report(section, 'must be an object');
    return [];
  }
  return Object.entries(raw).filter(([id, definition]) => {
    const place = joinPath(section, id);
    const result = SECTIONS[section].safeParse(definition);
    const issues = [...(fieldId.safeParse(id).error?.issues ?? []), ...(result.error?.issues ?? [])];
    reportIssues(issues, (below, what) => report(joinPath(place, below), what));
    const isTaken = names.has(id);
    if (isTaken) report(place, 'is the name of another property; it is left out');
    names.add(id);
    return issues.length === 0 && !isTaken;
  });
}
