import type { JsonObject, Mapping } from '../core/model.ts';
import type { PreparedCatalog, SetUp } from '../core/prepared-catalog.ts';
import type { Problem } from '../core/report.ts';
import { withAnySignal } from '../core/signals.ts';
import { allInOrder, underWay } from '../core/under-way.ts';
import type { PortApi } from './api.ts';
import type { PortBlueprint } from './blueprint-documents.ts';
import type { BlueprintSetup } from './blueprint-setup.ts';
import type { Blueprints } from './blueprints.ts';
import { type IntegrationOptions, mappingOriginOf, openIntegration } from './integration.ts';
import { orFailRun } from './or-fail-run.ts';
import { portWrites, SetupNotes } from './setup-writes.ts';
import { type AddOn, unusedAddOns } from './unused-add-ons.ts';

export interface PreparationOptions extends IntegrationOptions {
  /** Our blueprints, targets of relations first. */
  readonly blueprints: readonly PortBlueprint[];
  /** The problems of the blueprint files. */
  readonly blueprintProblems: readonly FileComplaint[];
  /** The mapping from the files, and its name in messages. */
  readonly fileMapping: MappingWithProblems;
  readonly fileOrigin: string;
  /** The active add-ons, which are a part of it. */
  readonly addOns: readonly AddOn[];
  readonly parseMapping: (config: JsonObject, origin: string) => MappingWithProblems;
  /** `note`: nothing is written; what would be is only recorded. */
  readonly setup: 'write' | 'note';
}

/** A mapping and its problems. */
export interface MappingWithProblems {
  readonly mapping: Mapping;
  readonly problems: readonly FileComplaint[];
}

interface FileComplaint {
  readonly message: string;
  readonly severity: Problem['severity'];
}

/**
 * Prepares Port for a run: asks for the integration and our blueprints at once, then updates the integration and the
 * blueprints side by side. Nothing of ours is written before the integration is there.
 * @throws AppError when no run can go on
 */
export async function preparePort(
  api: PortApi,
  options: PreparationOptions,
  known: Blueprints,
  signal: AbortSignal,
): Promise<PreparedCatalog> {
  const { addOns, blueprints, fileMapping, fileOrigin, identifier, initialize, parseMapping, setup } = options;
  const notes = setup === 'note' ? new SetupNotes() : undefined;
  const written = portWrites(api);
  const writes = () => notes?.step() ?? written;
  const integrationWrites = writes();
  const ours = initialize ? known.setUp(blueprints, writes, signal) : undefined;
  const integration = await withAhead(ours, signal, () =>
    orFailRun('prepare Port', () => openIntegration(api, options, integrationWrites, signal)),
  );

  const ensure = async () => [
    ...options.blueprintProblems.map((problem) => asProblem('blueprint_file_invalid', problem)),
    ...((await ours?.ensure()) ?? []),
  ];
  const setUp = async (): Promise<SetUp> => {
    const ensured = ensure();
    await allInOrder<unknown>([integration.update(), ensured]);
    const problems = await ensured;
    if (problems.every(({ severity }) => severity === 'warning')) await integration.markInitialized(writes());
    return { problems, setup: notes?.documents ?? [] };
  };
  const mappingOrigin = integration.config ? mappingOriginOf(identifier) : fileOrigin;
  const read = integration.config ? parseMapping(integration.config, mappingOrigin) : fileMapping;
  const unused = integration.config ? unusedAddOns(addOns, read.mapping, mappingOrigin) : [];
  return {
    mapping: read.mapping,
    mappingOrigin,
    mappingDocument: integration.config ?? options.fileConfig,
    problems: [...unused, ...read.problems.map((problem) => asProblem('mapping_file_invalid', problem))],
    ready: underWay(orFailRun('prepare Port', setUp)),
  };
}

/** Does the work while our blueprints are asked for; if it fails, these requests end too. */
async function withAhead<T>(ours: BlueprintSetup | undefined, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const ahead = withAnySignal([signal, stop.signal], async (either) => ours?.lookAhead(either));
  try {
    return await work();
  } catch (error) {
    stop.abort();
    await ahead;
    throw error;
  }
}

function asProblem(code: Problem['code'], { message, severity }: FileComplaint): Problem {
  return { code, severity, message, count: 1, samples: [] };
}
