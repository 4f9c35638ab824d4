import { subjectOf, type World, type WorldRisk, type WorldService } from '../../src/sandbox/world/model.ts';
import { expectedCatalog, serviceIdentifier } from '../resync/oracle.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { EntryVariant, Variant } from './variant.ts';

/** What a mapping makes of one item of the source. The blueprint is called as the kind. */
export interface Expected {
  readonly kind: Kind;
  readonly identifier: string;
  /** The very row: rows are replaced when they change, never changed in place. */
  readonly row: WorldService | WorldRisk;
  readonly title: string;
  /** Every mapped property; null where it is to be empty. */
  readonly properties: { readonly [id: string]: unknown };
  /** Where `relations.service` leads, if such a service is in Port; null: nowhere; undefined: not mapped. */
  readonly target: string | null | undefined;
}

export interface ExpectedWorld {
  /** What has to be in Port, by `keyOf`. */
  readonly entities: ReadonlyMap<string, Expected>;
  /** Entities whose items are there, although this mapping gives them no name: they must not be taken for gone. */
  readonly nameless: ReadonlySet<string>;
}

export function keyOf(blueprint: string, identifier: string): string {
  return `${blueprint} ${identifier}`;
}

/** What a mapping makes of a world, worked out without jq. */
export function expectedWorld(world: World, variant: Variant): ExpectedWorld {
  const entities = new Map<string, Expected>();
  const nameless = new Set<string>();
  const catalog = expectedCatalog(world);
  const rows = new Map<string, WorldService | WorldRisk>([
    ...world.services.map((row) => [keyOf('komodorService', serviceIdentifier(row)), row] as const),
    ...world.risks.map((row) => [keyOf('komodorHealthMonitoring', row.id), row] as const),
  ]);
  for (const kind of KINDS) {
    const entry = variant.entries[kind];
    for (const { identifier, title, properties } of catalog[kind]) {
      const key = keyOf(kind, identifier);
      const row = rows.get(key);
      if (row === undefined) throw new Error(`${key} comes from nowhere`);
      const place = placeOf(row);
      // Nothing writes it any more, so that it may go when somebody approves it.
      if (entry === null) continue;
      if (entry.flaw.type === 'disabled') nameless.add(key);
      else if (!isSelected(entry, row, place.cluster)) continue;
      else if (entry.flaw.type === 'rejects' && entry.flaw.namespace === place.namespace) nameless.add(key);
      else entities.set(key, expectation(kind, entry, { identifier, title, properties }, row));
    }
  }
  return { entities, nameless };
}

function expectation(
  kind: Kind,
  entry: EntryVariant,
  base: { identifier: string; title: string; properties: { readonly [id: string]: unknown } },
  row: WorldService | WorldRisk,
): Expected {
  return {
    kind,
    identifier: base.identifier,
    row,
    title: entry.titlePrefix + base.title,
    properties: Object.fromEntries(entry.properties.map((id) => [id, base.properties[id] ?? null])),
    target: entry.relation && 'komodorUid' in row ? targetOf(row) : undefined,
  };
}

function placeOf(row: WorldService | WorldRisk): { readonly cluster: string; readonly namespace: string } {
  return 'komodorUid' in row ? subjectOf(row.komodorUid) : row;
}

function isSelected({ onlyCluster, sourceFilter }: EntryVariant, row: WorldService | WorldRisk, cluster: string) {
  const filtered = 'komodorUid' in row ? row.severity : row.cluster;
  return (
    (onlyCluster === null || onlyCluster === cluster) && (sourceFilter.length === 0 || sourceFilter.includes(filtered))
  );
}

/** The service that a risk is about, as the shipped mapping names it; whether it exists is Port's to say. */
function targetOf({ komodorUid }: WorldRisk): string | null {
  const { kind, cluster, namespace, name } = subjectOf(komodorUid);
  if (kind !== 'Deployment' && kind !== 'DaemonSet' && kind !== 'StatefulSet' && kind !== 'Rollout') return null;
  if (cluster === '' || namespace === '' || name === '') return null;
  return serviceIdentifier({ kind, cluster, namespace, service: name, status: 'unknown', link: '' });
}

/** Whether an entry lets its whole blueprint be deleted from: a flaw in its names must not. */
export function mayDelete(variant: Variant, kind: Kind): boolean {
  const flaw = variant.entries[kind]?.flaw.type;
  return flaw === 'none' || flaw === 'property';
}
