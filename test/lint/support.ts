import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Samples } from '../../src/answers/lint/input.ts';
import { type LintDocument, lint } from '../../src/answers/lint/lint.ts';
import { readSamples } from '../../src/answers/lint/read-samples.ts';
import { startStandIns } from '../../src/cli/stand-ins.ts';
import { loadDefaults } from '../../src/compose/defaults.ts';
import { offlineKinds } from '../../src/compose/kinds.ts';
import { lintInputOfFiles } from '../../src/compose/lint-with.ts';
import { createApplication } from '../../src/compose.ts';
import { linesOfFiles } from '../../src/config/lines.ts';
import { loadOfflineSettings, loadSettings } from '../../src/config/settings.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { jq } from '../mapping/support.ts';

export const ADD_ONS = 'clusters,jobs,issues,deploys,monitors,cost,k8s-workloads,komodor-workloads';
const NO_DOTENV = { dotenvPath: '/dev/null' };

export interface Question {
  readonly env?: NodeJS.Dict<string>;
  readonly samples?: Samples;
}

/** Lints files as the command does. */
export async function lintFiles({ env = {}, samples }: Question): Promise<LintDocument> {
  const settings = loadOfflineSettings(env, NO_DOTENV);
  const parts = { files: loadDefaults(settings), mapper: createMapper({ jq }), kinds: offlineKinds() };
  const input = lintInputOfFiles(settings, parts);
  const whole = samples === undefined ? input : { ...input, samples };
  return lint(whole, linesOfFiles(), new AbortController().signal);
}

/** Writes a file into a folder of its own. */
export function temporaryFile(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lint-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Samples of every kind, read from the stand-ins. */
export async function sandboxSamples(): Promise<Samples> {
  const standIns = await startStandIns({
    seed: 1,
    services: 120,
    risksPerService: 1,
    clusters: 3,
    latencyMs: 0,
    komodorPort: 0,
    portPort: 0,
    faults: [],
    now: Math.floor(Date.now() / 1000),
  });
  const settings = loadSettings({ ...standIns.environment, ADD_ONS }, NO_DOTENV);
  const application = await createApplication(settings, {});
  const { kinds, files } = application.parts;
  const { mapping } = files.fileMapping;
  // A selector with clusters, so that these are asked for.
  const entries = mapping.entries.map((entry) => ({ ...entry, selector: { clusters: [] } }));
  const { samples } = await readSamples(kinds, { ...mapping, entries }, 'sandbox', new AbortController().signal);
  application.close();
  await standIns.close();
  return samples;
}

/** `error property_undeclared resources[0]….properties.x` for each finding. */
export function inShort({ findings }: LintDocument): readonly string[] {
  return findings.map(({ severity, code, path }) => `${severity} ${code} ${path}`);
}
