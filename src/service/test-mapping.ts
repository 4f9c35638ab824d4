import { runMappingTests, type TestDocument } from '../answers/mapping-tests/run.ts';
import { mappingFromText } from '../compose/given-mapping.ts';
import { createJqMapper } from '../compose/jq-mapper.ts';
import { offlineKinds } from '../compose/kinds.ts';
import { type MapWith, mapWithGiven } from '../compose/map-with.ts';
import type { Application } from '../compose.ts';
import { type MappingTestFile, readMappingTestsText } from '../config/mapping-tests.ts';
import type { Settings } from '../config/settings.ts';

const GIVEN_TESTS = 'the given tests';

interface TestOrder {
  /** YAML */
  readonly tests: string;
  readonly mapping: string | undefined;
  /** Finds the mapping in use. */
  readonly inUse: (signal: AbortSignal) => Promise<MapWith>;
}

/**
 * Runs mapping tests that came with a request. A mapping of the request counts before the one that the tests name. `addOns`
 * of the tests are of no account: such a mapping is whole as it is.
 */
export async function testMapping(
  settings: Settings,
  { parts, port }: Pick<Application, 'parts' | 'port'>,
  { tests, mapping, inUse }: TestOrder,
  signal: AbortSignal,
): Promise<TestDocument> {
  // As the command: what cannot be read here can be tested.
  const kinds = offlineKinds(settings);
  const read = readMappingTestsText(GIVEN_TESTS, tests, kinds);
  if ('problems' in read) return unusable(read.problems);
  const file = read.value;
  if (mapping === undefined && typeof file.mapping === 'string')
    return unusable([
      `${GIVEN_TESTS}: mapping names a file, which a request cannot. Take it out, or send the mapping in the field mapping of the request.`,
    ]);
  const given = mapping ?? (typeof file.mapping === 'object' ? JSON.stringify(file.mapping) : undefined);
  const chosen =
    given === undefined
      ? await inUse(signal)
      : mapWithGiven({ ...parts, kinds }, mappingFromText(settings, given, kinds));
  const { origin, problems } = chosen.used;
  if (problems.length > 0) return unusable([`${GIVEN_TESTS}: ${problems.join('; ')}`]);
  const mapper = await mapperFor(file, settings, chosen, port.env);
  const usage = { parts: { ...chosen.parts, mapper }, mapping: chosen.used.mapping, origin };
  const result = await runMappingTests(file, usage, signal);
  const failed = result.tests.filter(({ status }) => status === 'failed').length;
  const { edits: _, ...shown } = result;
  return parts.withoutSecrets({
    files: [shown],
    problems: [],
    updated: [],
    passed: result.tests.length - failed,
    failed,
  });
}

function unusable(problems: readonly string[]): TestDocument {
  return { files: [], problems, updated: [], passed: 0, failed: 0 };
}

/** Tests may say what `env.CLUSTER_NAME` gives. */
async function mapperFor(
  { clusterName }: Pick<MappingTestFile, 'clusterName'>,
  settings: Settings,
  { parts }: MapWith,
  env: NodeJS.Dict<string>,
) {
  if (clusterName === undefined || clusterName === settings.clusterName) return parts.mapper;
  return (await createJqMapper({ ...settings, clusterName }, env)).mapper;
}
