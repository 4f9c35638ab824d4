import type { OfflineSettings } from '../config/settings.ts';
import {
  type FoundKind,
  type KindInfo,
  type KindNames,
  type Kinds,
  type KnownKinds,
  kindNames,
} from '../core/kinds.ts';
import type { Kind } from '../core/model.ts';
import type { SourceKind } from '../core/source.ts';
import { DEFINITIONS, KOMODOR_KINDS, offlineKomodorKinds } from '../komodor/kinds.ts';
import { kindOfObjects, RESOURCE_FORM, resourceKindName } from '../kubernetes/kind-name.ts';
import { offlineResourceKind, resourceKindInfo } from '../kubernetes/resource-kind.ts';
import { CATALOG_KINDS, createFolderSource } from '../manifests/source.ts';

/** The kinds that can be read, by the settings. */
export function kindsOf({ catalogPath, kubernetes }: Pick<OfflineSettings, 'catalogPath' | 'kubernetes'>): KnownKinds {
  return knownKinds((kind) => {
    if (kubernetes !== undefined) return undefined;
    const setting = 'KUBERNETES (in-cluster, or the path of a kubeconfig)';
    if (!isOfCatalog(kind)) return `${kind} is read from a cluster: set ${setting}`;
    return catalogPath === undefined
      ? `${kind} is read from a folder or a cluster: set CATALOG_PATH or ${setting}`
      : undefined;
  });
}

/** All kinds, without their systems: for commands that read nothing. */
export function offlineKinds({ catalogPath }: Pick<OfflineSettings, 'catalogPath'> = {}): Kinds {
  const ofCatalog =
    catalogPath === undefined
      ? CATALOG_KINDS.map(offlineResourceKind)
      : createFolderSource({ path: catalogPath }).kinds;
  const listed = [...offlineKomodorKinds().all, ...ofCatalog];
  return withKinds(
    knownKinds(() => undefined),
    listed,
    offlineResourceKind,
  );
}

/**
 * The kinds that can be listed, and those of the cluster as they are asked for.
 * @param make makes a kind of the cluster; missing: there are none
 */
export function withKinds(known: KnownKinds, listed: readonly SourceKind[], make?: (name: Kind) => SourceKind): Kinds {
  const byName = new Map(listed.map((kind) => [kind.name, kind]));
  return {
    ...known,
    get all() {
      return [...byName.values()];
    },
    get(name) {
      const found = byName.get(name);
      if (found !== undefined || make === undefined || resourceKindName(name) !== name) return found;
      const made = make(name);
      byName.set(name, made);
      return made;
    },
  };
}

/** @param missing what a kind of a folder or a cluster lacks to be read; undefined: nothing */
function knownKinds(missing: (kind: Kind) => string | undefined): KnownKinds {
  const names = namesWith(missing);
  const infos: readonly KindInfo[] = [...DEFINITIONS, ...CATALOG_KINDS.map(resourceKindInfo)];
  const byName = new Map(infos.map((info) => [info.name, info]));
  return {
    ...names,
    infos,
    info: (kind) => byName.get(kind) ?? (resourceKindName(kind) === kind ? resourceKindInfo(kind) : undefined),
    namedBy: kindOfObjects,
  };
}

function namesWith(missing: (kind: Kind) => string | undefined): KindNames {
  const catalog = CATALOG_KINDS.filter((kind) => missing(kind) === undefined);
  const listed = kindNames([...KOMODOR_KINDS, ...catalog], 'group/version/resource of a cluster (apps/v1/deployments)');
  return {
    known: listed.known,
    form: RESOURCE_FORM,
    find(name): FoundKind {
      const kind = resourceKindName(name);
      if (kind === undefined) return listed.find(name);
      const problem = missing(kind);
      return problem === undefined ? { kind } : { problem, off: kind };
    },
  };
}

function isOfCatalog(kind: Kind): boolean {
  return CATALOG_KINDS.includes(kind);
}
