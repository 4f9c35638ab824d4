import { canonicalJson } from '../../core/canonical-json.ts';
import type { Said } from './finding.ts';
import type { Given } from './input.ts';
import { countText, groupBy, type Observed } from './observe.ts';

/** Identifiers with characters that Port refuses. */
export function checkEncoded(_: Given, observed: readonly Observed[]): readonly Said[] {
  const encoded = observed.flatMap((one) => {
    const given = one.row.fields.find(({ path }) => path === 'identifier')?.value;
    const sent = one.row.entity?.identifier;
    return typeof given === 'string' && typeof sent === 'string' && given !== sent ? [{ ...one, given, sent }] : [];
  });
  return [...groupBy(encoded, ({ template }) => template.path).values()].map((group): Said => {
    const [{ template, given, sent }] = group;
    const all = observed.filter((one) => one.template === template && one.row.entity !== undefined).length;
    return {
      code: 'identifier_encoded',
      severity: 'warning',
      path: `${template.path}.identifier`,
      message: `Port does not take ${JSON.stringify(given)}, so it becomes ${sent} (${countText(group, all)})`,
      advice: 'Relations to it are encoded alike. Replace the characters if others have to know the identifier.',
    };
  });
}

/** Samples that are different and give one identifier. */
export function checkCollisions(_: Given, observed: readonly Observed[]): readonly Said[] {
  const named = observed.flatMap((one) => {
    const { entity } = one.row;
    return typeof entity?.identifier === 'string' ? [{ ...one, entity, identifier: entity.identifier }] : [];
  });
  return [...groupBy(named, ({ template }) => template.path).values()].flatMap((ofTemplate): Said[] => {
    const [{ template }] = ofTemplate;
    const colliding = [
      ...groupBy(ofTemplate, ({ entity, identifier }) => JSON.stringify([entity.blueprint, identifier])).values(),
    ]
      .map((group) =>
        group
          .filter((one) => one.index !== group[0].index && canonicalJson(one.entity) !== canonicalJson(group[0].entity))
          .map((other) => [group[0], other] as const),
      )
      .filter((pairs) => pairs.length > 0);
    const [pair] = colliding.flat();
    if (pair === undefined) return [];
    const [first, other] = pair;
    return [
      {
        code: 'identifier_collision',
        severity: 'error',
        path: `${template.path}.identifier`,
        message: `${colliding.length} identifier${colliding.length === 1 ? ' stands' : 's stand'} for several items: ${first.identifier} for ${first.label} and ${other.label}; only the first one read reaches Port`,
        advice: 'Add what tells the items apart, such as the cluster and the namespace.',
      },
    ];
  });
}
