import type { LintInput } from '../answers/lint/input.ts';
import { type LintDocument, lint } from '../answers/lint/lint.ts';
import { type ReadSamples, readSamples } from '../answers/lint/read-samples.ts';
import { loadDefaults } from '../compose/defaults.ts';
import { createJqMapper } from '../compose/jq-mapper.ts';
import { createApplication } from '../compose.ts';
import { linesOfFiles } from '../config/lines.ts';
import { secretsOf } from '../config/secrets.ts';
import { loadOfflineSettings, loadSettings, type OfflineSettings } from '../config/settings.ts';
import { redactor } from '../core/redact.ts';
import { EXIT, onInterrupt } from './command.ts';
import { inputOfFiles, settingFindings } from './lint-input.ts';
import { printError, printJson } from './output.ts';
import { printForGitHub, printLint } from './print-lint.ts';
import { startStandIns } from './stand-ins.ts';

export interface LintOptions {
  readonly samples?: string;
  readonly mapping?: string;
  readonly blueprints?: string;
  readonly format?: 'text' | 'json' | 'github';
  readonly json?: boolean;
}

/** `lint`: what is wrong with settings, mapping and blueprints. @returns the exit code */
export async function lintFiles(options: LintOptions): Promise<number> {
  const interruption = onInterrupt();
  const settings = withPaths(loadOfflineSettings(process.env), options);
  const files = loadDefaults(settings);
  const { mapper } = await createJqMapper(settings, process.env);
  const input = inputOfFiles(settings, files, mapper);
  const document = await answer(settings, input, options, interruption.signal);
  if (options.json || options.format === 'json') printJson(document);
  else if (options.format === 'github') printForGitHub(document);
  else printLint(document);
  return interruption.exitCode() ?? (document.status === 'failed' ? EXIT.failed : EXIT.done);
}

function withPaths(settings: OfflineSettings, { mapping, blueprints }: LintOptions): OfflineSettings {
  return {
    ...settings,
    ...(mapping === undefined ? {} : { mappingPath: mapping }),
    ...(blueprints === undefined ? {} : { blueprintsPath: blueprints }),
  };
}

async function answer(
  settings: OfflineSettings,
  input: LintInput,
  { samples: from }: LintOptions,
  signal: AbortSignal,
): Promise<LintDocument> {
  const read = from === 'sandbox' ? await sandboxSamples(input, signal) : undefined;
  for (const notice of read?.notices ?? []) printError(notice);
  const whole = read === undefined ? input : { ...input, samples: read.samples };
  const told = from === 'sandbox' ? [] : settingFindings(settings);
  const document = await lint(whole, linesOfFiles(), signal, told);
  return withoutSecrets(document, redactor(secretsOf(settings, process.env)));
}

/** A world of its own, with enough of everything. */
const SANDBOX = { seed: 1, services: 200, risksPerService: 1, clusters: 3, latencyMs: 0, komodorPort: 0, portPort: 0 };

async function sandboxSamples({ mapping }: LintInput, signal: AbortSignal): Promise<ReadSamples> {
  const now = Math.floor(Date.now() / 1000);
  const standIns = await startStandIns({ ...SANDBOX, faults: [], now });
  const application = await createApplication(loadSettings(standIns.environment, { dotenvPath: '/dev/null' }), {});
  try {
    return await readSamples(application.parts.kinds, mapping, 'sandbox', signal);
  } finally {
    application.close();
    await standIns.close();
  }
}

/** What fails on a sample may quote it. */
function withoutSecrets(document: LintDocument, redact: (text: string) => string): LintDocument {
  const findings = document.findings.map((finding) => ({
    ...finding,
    message: redact(finding.message),
    advice: redact(finding.advice),
  }));
  return { ...document, findings };
}
