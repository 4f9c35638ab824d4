import { isDeepStrictEqual } from 'node:util';
import { prepare } from '../../core/expression/prepare.ts';
import type { KindInfo } from '../../core/kinds.ts';
import type { JsonObject, ResourceEntry } from '../../core/model.ts';
import type { Said } from './finding.ts';
import type { Given } from './input.ts';

/** The shipped mapping's largest share of entities that may go at once. */
const SHIPPED_THRESHOLD = 0.3;
/** The default of `keepDays`. */
const SHIPPED_KEEP_DAYS = 30;

/** Guards against deletions that are looser than shipped. */
export function checkGuards({ mapping }: Given): readonly Said[] {
  // What an unreadable file says of guards is not known. Its place is the file, that of an entry is `resources[…]`.
  if (mapping.disabled.some(({ path, kind }) => kind === null && !path.includes('resources'))) return [];
  const { entityDeletionThreshold: share, createMissingRelatedEntities } = mapping.flags;
  const threshold: Said = {
    code: 'guard_loose',
    severity: 'warning',
    path: 'entityDeletionThreshold',
    message: `up to ${Math.round((share ?? 0) * 100)} % of a blueprint's entities may be deleted at once; shipped is ${SHIPPED_THRESHOLD * 100} %`,
    advice: `Set entityDeletionThreshold: ${SHIPPED_THRESHOLD}. Without it, Port Ocean's 0.9 counts.`,
  };
  const empty: Said = {
    code: 'guard_loose',
    severity: 'warning',
    path: 'createMissingRelatedEntities',
    message: 'a relation that leads nowhere makes an empty entity in Port; shipped is false',
    advice: 'Set createMissingRelatedEntities: false.',
  };
  const short = mapping.entries.flatMap(({ path, selector }): Said[] => {
    const days = selector.keepDays;
    if (typeof days !== 'number' || days >= SHIPPED_KEEP_DAYS) return [];
    const message = `entities are deleted ${days} days after their time; the default is ${SHIPPED_KEEP_DAYS}`;
    return [{ code: 'guard_loose', severity: 'warning', path: `${path}.selector.keepDays`, message }];
  });
  return [
    ...(share !== null && share > SHIPPED_THRESHOLD ? [threshold] : []),
    ...(createMissingRelatedEntities ? [empty] : []),
    ...short,
  ];
}

/** Entries that are read for nothing. */
export function checkEffect({ mapping, templates, blueprint }: Given): readonly Said[] {
  const never = mapping.entries.flatMap(({ path, selectorQuery }): Said[] => {
    const prepared = prepare(selectorQuery);
    if (prepared.type !== 'constant' || prepared.value !== false) return [];
    const message = 'selects nothing, and the kind is read all the same';
    const advice = 'Take the entry out. Its entities are then reported as unmapped, and go only by approval.';
    return [{ code: 'entry_without_effect', severity: 'warning', path: `${path}.selector.query`, message, advice }];
  });
  const empty = templates.flatMap(({ template, blueprint: name }): Said[] => {
    const shape = name === null ? undefined : blueprint(name)?.shape;
    if (shape === undefined || hasFields(shape.properties) || hasFields(shape.relations)) return [];
    const message = `blueprint ${name} has neither properties nor relations, so its entities say nothing`;
    return [{ code: 'entry_without_effect', severity: 'warning', path: template.path, message }];
  });
  return [...never, ...empty];
}

function hasFields(fields: object): boolean {
  return Object.keys(fields).length > 0;
}

/** Entries of a kind of which one reads what another one reads too. Only entries with the same selector share a read. */
export function checkReads({ mapping, kinds }: Given): readonly Said[] {
  return mapping.entries.flatMap((entry, index): Said[] => {
    const info = kinds.info(entry.kind);
    const kind = kinds.get(entry.kind);
    if (info === undefined || kind === undefined) return [];
    const keyOf = ({ selector }: ResourceEntry) => {
      const selected = kind.select(selector);
      return 'listing' in selected ? selected.listing.key : undefined;
    };
    const key = keyOf(entry);
    const twice = mapping.entries.find((other, at) => {
      const otherKey = other.kind === entry.kind && other !== entry ? keyOf(other) : undefined;
      if (key === undefined || otherKey === undefined || key === otherKey) return false;
      // Of two that cover each other, only the later one is named.
      const isWithin = covers(info, other.selector, entry.selector);
      return isWithin && (at < index || !covers(info, entry.selector, other.selector));
    });
    if (twice === undefined) return [];
    return [
      {
        code: 'kind_read_twice',
        severity: 'warning',
        path: `${entry.path}.selector`,
        message: `what it reads of ${entry.kind}, ${twice.path} reads too: entries share a read only when their selectors, but for the query, are the same`,
        advice: 'Give both the same selector, and choose by selector.query.',
      },
    ];
  });
}

/** Whether a selector reads everything that another one reads, as far as their keys tell. */
function covers({ limitedByDefault = [] }: KindInfo, wide: JsonObject, narrow: JsonObject): boolean {
  return [...new Set([...Object.keys(wide), ...Object.keys(narrow)])].every((key) => {
    const all = listOf(wide[key]);
    const some = listOf(narrow[key]);
    if (all.length === 0) return some.length === 0 || !limitedByDefault.includes(key);
    return some.length > 0 && some.every((value) => all.some((one) => isDeepStrictEqual(one, value)));
  });
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
