import { literalText } from '../../core/expression/prepare.ts';
import type { EntityTemplate } from '../../core/model.ts';
import type { Catalog } from '../../core/ports.ts';
import type { SetUp, WholeCatalog } from '../../core/prepared-catalog.ts';
import { type Finding, failed, ok, warning } from './check.ts';

/** Whether the blueprints that the mapping writes are there, with every property and relation that it fills. */
export async function blueprintsFinding(
  catalog: Catalog,
  { mapping, setup }: WholeCatalog,
  signal: AbortSignal,
): Promise<Finding> {
  const written = new Map<string, readonly EntityTemplate[]>();
  for (const template of mapping.entries.flatMap(({ templates }) => templates)) {
    const blueprint = literalText(template.blueprint);
    if (blueprint !== null && blueprint !== undefined)
      written.set(blueprint, [...(written.get(blueprint) ?? []), template]);
  }
  const missing: string[] = [];
  const lacking: string[] = [];
  for (const [blueprint, templates] of written) {
    const shape = await catalog.blueprint(blueprint, signal);
    if (!shape) missing.push(blueprint);
    else {
      const wanted = (what: 'properties' | 'relations') => templates.flatMap((template) => Object.keys(template[what]));
      const properties = wanted('properties').filter((id) => id !== '*' && !Object.hasOwn(shape.properties, id));
      const relations = wanted('relations').filter((id) => !Object.hasOwn(shape.relations, id));
      lacking.push(...new Set([...properties, ...relations].map((id) => `${blueprint}.${id}`)));
    }
  }
  return verdict([...written.keys()], { missing, lacking, setup });
}

function verdict(
  written: readonly string[],
  { missing, lacking, setup }: { missing: readonly string[]; lacking: readonly string[] } & Pick<SetUp, 'setup'>,
): Finding {
  if (missing.length > 0) {
    return failed(
      `Port has no blueprint ${missing.join(', ')}, and the files here make none`,
      'Make it in Port or in BLUEPRINTS_PATH; with INITIALIZE_PORT_RESOURCES=true a resync creates those of the files.',
    );
  }
  if (lacking.length > 0) {
    return warning(
      `the mapping writes what the blueprints do not have: ${lacking.join(', ')}`,
      'Add them to the blueprint in Port, or take them out of the mapping. Until then they are left out, and runs end degraded.',
    );
  }
  const ours = setup.filter(({ what }) => what === 'blueprint');
  const created = ours
    .filter(({ before }) => before === null || before === undefined)
    .map(({ identifier }) => identifier);
  const extended = ours.map(({ identifier }) => identifier).filter((identifier) => !created.includes(identifier));
  const isFirstRun = setup.some(
    ({ what, before }) => what === 'integration' && (before === null || before === undefined),
  );
  const next = [
    ...(created.length > 0 ? [`creates ${created.join(', ')}`] : []),
    ...(extended.length > 0 ? [`extends ${[...new Set(extended)].join(', ')}`] : []),
  ];
  if (next.length === 0) return ok(`${written.join(', ')}: there, with all that the mapping writes`);
  const said = `the next resync ${next.join(' and ')}`;
  return isFirstRun ? ok(said) : warning(said, '`komodor-port plan` shows what it changes.');
}
