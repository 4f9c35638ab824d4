import type { JsonObject, Mapping, SetupDocument } from './model.ts';
import type { Problem } from './report.ts';

export interface PreparedCatalog {
  readonly mapping: Mapping;
  /** Where the mapping comes from, for messages: `mappings/komodor.yaml` or `Port's integration my-…`. */
  readonly mappingOrigin: string;
  /** The mapping as it is written there, to notice changes; null or missing: not known. */
  readonly mappingDocument?: JsonObject | null;
  /** Those of the mapping. */
  readonly problems: readonly Problem[];
  /**
   * Resolves when the integration and the blueprints are as the run needs them. It is under way already. It rejects with an
   * AppError without which no run can go on; whoever does not wait for it need not handle that.
   */
  readonly ready: Promise<SetUp>;
}

/** How the catalog was set up. */
export interface SetUp {
  /** Those of the blueprints. */
  readonly problems: readonly Problem[];
  /** The documents that a recording catalog would have written; empty for every other. */
  readonly setup: readonly SetupDocument[];
}

/** A catalog after its set-up: `problems` has those of the blueprints and those of the mapping. */
export type WholeCatalog = Omit<PreparedCatalog, 'ready'> & SetUp;

interface Preparable {
  prepare(signal: AbortSignal): Promise<PreparedCatalog>;
}

/** Prepares a catalog and waits for its set-up. @throws AppError */
export async function prepareWhole(catalog: Preparable, signal: AbortSignal): Promise<WholeCatalog> {
  const { ready, problems, ...prepared } = await catalog.prepare(signal);
  const setUp = await ready;
  return { ...prepared, setup: setUp.setup, problems: [...setUp.problems, ...problems] };
}
