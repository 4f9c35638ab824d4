import type { BlueprintShape } from '../../core/model.ts';
import type { AskPort } from './ask-port.ts';
import type { ExplainedRelation, ExplainedSource } from './document.ts';
import type { Wanted } from './find-items.ts';

/** The relations of the entity, as the mapping gives them, else as Port has them; and whether their targets exist. */
export async function relationsOf(
  port: AskPort,
  shape: BlueprintShape | undefined,
  {
    stored,
    sources,
    wanted,
  }: {
    readonly stored: Wanted['stored'];
    readonly sources: readonly ExplainedSource[];
    readonly wanted: Pick<Wanted, 'blueprint' | 'identifier'>;
  },
  signal: AbortSignal,
): Promise<readonly ExplainedRelation[]> {
  if (!shape) return [];
  const rows = sources.flatMap((source) => source.rows);
  const given = rows.flatMap(({ entity }) =>
    entity?.blueprint === wanted.blueprint && entity.identifier === wanted.identifier ? [entity.relations] : [],
  );
  const all: { readonly [id: string]: unknown } = Object.assign({}, stored?.relations, ...given);
  const named = Object.entries(all).flatMap(([relation, value]) => {
    const blueprint = shape.relations[relation]?.target;
    if (blueprint === undefined) return [];
    const names = (Array.isArray(value) ? value : [value]).filter((name) => typeof name === 'string' && name !== '');
    return names.map((identifier: string) => ({ relation, target: { blueprint, identifier } }));
  });
  const existing = new Map<string, ReadonlySet<string> | undefined>();
  for (const blueprint of new Set(named.map(({ target }) => target.blueprint))) {
    const names = named.filter(({ target }) => target.blueprint === blueprint).map(({ target }) => target.identifier);
    existing.set(
      blueprint,
      await port.ask(`the targets in ${blueprint}`, (catalog) =>
        catalog.existing(blueprint, [...new Set(names)], signal),
      ),
    );
  }
  return named.map(({ relation, target }) => ({
    relation,
    target,
    exists: existing.get(target.blueprint)?.has(target.identifier) ?? null,
  }));
}
