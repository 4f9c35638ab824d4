import { didYouMean } from '../core/nearest.ts';
import type { ReportProblem } from './mapping-template.ts';
import { joinPath } from './mapping-template.ts';
import { isObject } from './mapping-values.ts';

/**
 * What may stand in an object: `keys` and no others, or `each` of whatever names there are. A list stands for each of
 * its elements. `open`: nobody looks below.
 */
export type KnownKeys =
  | 'open'
  | { readonly keys: { readonly [key: string]: KnownKeys } }
  | { readonly each: KnownKeys };

/** Port's search queries; a rule of one may be a query itself. */
const QUERY: KnownKeys = {
  keys: {
    combinator: 'open',
    get rules() {
      return RULE;
    },
  },
};
const RULE: KnownKeys = {
  keys: {
    property: 'open',
    operator: 'open',
    value: 'open',
    combinator: 'open',
    get rules() {
      return RULE;
    },
  },
};

/** An entry of `resources`. What a selector may hold depends on the kind, which the kind's source checks. */
export const ENTRY: KnownKeys = {
  keys: {
    kind: 'open',
    selector: 'open',
    port: {
      keys: {
        itemsToParse: 'open',
        itemsToParseName: 'open',
        itemsToParseTopLevelTransform: 'open',
        entity: {
          keys: {
            mappings: {
              keys: {
                identifier: QUERY,
                title: 'open',
                icon: 'open',
                blueprint: 'open',
                team: QUERY,
                properties: 'open',
                relations: { each: QUERY },
              },
            },
          },
        },
      },
    },
  },
};

const KEYWORDS = `type title description icon format spec specAuthentication default enum enumColors items minLength maxLength
  minItems maxItems uniqueItems minimum maximum exclusiveMinimum exclusiveMaximum multipleOf pattern blueprint dateFormat
  includeInGlobalSearch readOnly const properties required additionalProperties minProperties maxProperties anyOf oneOf
  allOf not $schema $comment examples contentEncoding contentMediaType`;
const PROPERTIES: KnownKeys = { each: keys(KEYWORDS) };
const RELATIONS: KnownKeys = { each: keys('target title many required description type') };

const COMPUTED = {
  calculationProperties: {
    each: keys(
      'calculation type title description icon format spec specAuthentication colorized colors items enum enumColors',
    ),
  },
  mirrorProperties: { each: keys('path title') },
  aggregationProperties: {
    each: {
      keys: {
        ...keys('title target type description icon query').keys,
        calculationSpec: keys('calculationBy func property averageOf measureTimeBy'),
        pathFilter: keys('path fromBlueprint maxHops'),
      },
    },
  },
} satisfies { readonly [key: string]: KnownKeys };

/** A blueprint as Port takes it. */
export const BLUEPRINT: KnownKeys = {
  keys: {
    ...keys('identifier title description icon ownership teamInheritance changelogDestination').keys,
    schema: { keys: { properties: PROPERTIES, required: 'open', type: 'open' } },
    relations: RELATIONS,
    ...COMPUTED,
    // What Port gives out with a blueprint, so that one copied from there is no mistake.
    ...keys('id createdAt createdBy updatedAt updatedBy').keys,
  },
};

/** What an add-on gives to another blueprint. */
export const EXTENSION: KnownKeys = {
  keys: { extends: 'open', properties: PROPERTIES, relations: RELATIONS, ...COMPUTED },
};

/** Reports as a warning every key that a shape does not have. @param effect what becomes of it */
export function reportUnknownKeys(
  value: unknown,
  shape: KnownKeys,
  report: ReportProblem,
  effect: string,
  path = '',
): void {
  if (shape === 'open') return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) reportUnknownKeys(item, shape, report, effect, `${path}[${index}]`);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const where = joinPath(path, key);
    if ('each' in shape) reportUnknownKeys(inner, shape.each, report, effect, where);
    else if (Object.hasOwn(shape.keys, key)) reportUnknownKeys(inner, shape.keys[key] ?? 'open', report, effect, where);
    else report(where, `is not known${didYouMean(key, Object.keys(shape.keys))}; ${effect}`, 'warning');
  }
}

function keys(names: string) {
  return { keys: Object.fromEntries(names.split(/\s+/).map((name): [string, KnownKeys] => [name, 'open'])) };
}
