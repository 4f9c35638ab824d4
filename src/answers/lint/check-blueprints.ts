import { didYouMean, nearest } from '../../core/nearest.ts';
import type { Said } from './finding.ts';
import type { Given, KnownBlueprint, Written } from './input.ts';

/** Blueprints that entries write and nobody has. */
export function checkWrittenBlueprints(given: Given): readonly Said[] {
  return given.templates.flatMap(({ template, blueprint }) => {
    if (blueprint === null || isKnown(given, blueprint)) return [];
    return [missingBlueprint(given, 'blueprint_unknown', `${template.path}.blueprint`, blueprint)];
  });
}

/** Relations that lead to blueprints that nobody has. */
export function checkTargets(given: Given): readonly Said[] {
  return given.blueprints.flatMap(({ shape, fileOf }) =>
    Object.entries(shape.relations).flatMap(([id, { target }]): Said[] => {
      const path = `relations.${id}`;
      const file = fileOf(path);
      // Port lets no relation lead nowhere.
      if (isKnown(given, target) || given.blueprintsFrom === 'port') return [];
      const said = missingBlueprint(given, 'relation_target_unknown', path, target);
      return [{ ...said, file: file ?? null, document: shape.identifier }];
    }),
  );
}

function isKnown({ blueprint, elsewhere }: Given, identifier: string): boolean {
  return blueprint(identifier) !== undefined || elsewhere.includes(identifier);
}

/** What only the files do not have may be in Port, unless it is a slip of the pen. */
function missingBlueprint(
  { blueprints, blueprintsFrom }: Given,
  code: 'blueprint_unknown' | 'relation_target_unknown',
  path: string,
  identifier: string,
): Said {
  const names = blueprints.map(({ shape }) => shape.identifier);
  const isCertain = blueprintsFrom === 'port' || nearest(identifier, names) !== undefined;
  const where = blueprintsFrom === 'port' ? 'Port has' : 'the blueprint files have';
  return {
    code,
    severity: isCertain ? 'error' : 'warning',
    path,
    message: `${where} no blueprint ${identifier}${didYouMean(identifier, names)}`,
    advice: isCertain ? 'Correct the name, or create the blueprint.' : 'Create it in Port, or add its file.',
  };
}

/** Fields that the mapping writes and the blueprint does not have. Port would drop them, or refuse the entity. */
export function checkDeclared(given: Given): readonly Said[] {
  return given.templates.flatMap((written) => {
    const blueprint = written.blueprint === null ? undefined : given.blueprint(written.blueprint);
    return blueprint === undefined ? [] : undeclared(given, written, blueprint);
  });
}

function undeclared({ broken }: Given, { template }: Written, { shape, computed }: KnownBlueprint): readonly Said[] {
  const lacking = (what: 'properties' | 'relations', known: object) =>
    Object.keys(template[what])
      .filter((id) => id !== '*' && !Object.hasOwn(known, id) && !broken.has(`${template.path}.${what}.${id}`))
      .map((id): Said => {
        const word = what === 'properties' ? computed.get(id) : undefined;
        const lacks = `blueprint ${shape.identifier} does not have it${didYouMean(id, Object.keys(known))}`;
        return {
          code: what === 'properties' ? 'property_undeclared' : 'relation_undeclared',
          severity: 'error',
          path: `${template.path}.${what}.${id}`,
          message: word === undefined ? lacks : `it is a ${word} property of ${shape.identifier}, which Port computes`,
          advice: word === undefined ? 'Correct the name, or add it to the blueprint.' : 'Take it out of the mapping.',
        };
      });
  return [...lacking('properties', shape.properties), ...lacking('relations', shape.relations)];
}

/** What a blueprint requires and no entry writes. */
export function checkRequired({ blueprints, templates }: Given): readonly Said[] {
  return blueprints.flatMap(({ shape }) => {
    const writing = templates.filter(({ blueprint }) => blueprint === shape.identifier);
    const [first] = writing;
    // A computed blueprint may be this one.
    if (first === undefined || templates.some(({ blueprint }) => blueprint === null)) return [];
    const relations = Object.entries(shape.relations).flatMap(([id, { required }]) => (required ? [id] : []));
    const lacks = (what: 'properties' | 'relations') => (id: string) =>
      writing.every(({ template }) => !Object.hasOwn(template[what], id) && !Object.hasOwn(template[what], '*'));
    const said =
      (word: string, what: string) =>
      (id: string): Said => ({
        code: 'required_unwritten',
        severity: 'error',
        path: `${first.template.path}.${what}`,
        message: `blueprint ${shape.identifier} requires the ${word} ${id}, and no entry writes it; Port refuses the entities`,
        advice: `Map ${id}, or make it optional in the blueprint.`,
      });
    return [
      ...shape.required.filter(lacks('properties')).map(said('property', 'properties')),
      ...relations.filter(lacks('relations')).map(said('relation', 'relations')),
    ];
  });
}

/** Blueprints that come to Port for nothing. */
export function checkUnused({ blueprints, templates, mapping }: Given): readonly Said[] {
  const isComputed = templates.some(({ blueprint }) => blueprint === null);
  // Who knows what an entry that cannot be read would write?
  if (isComputed || mapping.disabled.length > 0) return [];
  const needed = new Set([
    ...templates.map(({ blueprint }) => blueprint),
    ...blueprints.flatMap(({ shape }) => Object.values(shape.relations).map(({ target }) => target)),
  ]);
  return blueprints.flatMap(({ shape, fileOf, isShipped }): Said[] => {
    const file = fileOf('');
    if (isShipped || file === undefined || needed.has(shape.identifier)) return [];
    const message = 'no entry of the mapping writes this blueprint, and no relation leads to it';
    const advice = 'Map something to it, or take the file away.';
    return [
      { code: 'blueprint_unused', severity: 'warning', file, document: shape.identifier, path: '', message, advice },
    ];
  });
}
