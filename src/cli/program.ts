import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isDigest } from '../core/canonical.ts';
import { messageOf } from '../core/errors.ts';
import { VERSION } from '../version.ts';
import { addChangesCommand } from './changes-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addExplainCommand } from './explain-command.ts';
import { addLintCommand } from './lint-command.ts';
import { addMapCommand } from './map-command.ts';
import { handleClosedOutput } from './output.ts';
import { addRbacCommand } from './rbac-command.ts';
import { addReportCommand } from './report-command.ts';
import { runCommand } from './run-command.ts';
import { addTestCommand } from './test-command.ts';

interface CommonOptions {
  readonly json?: boolean;
}

let usageError: string | undefined;

const program = new Command('komodor-port')
  .description("Keeps Port's software catalog true to what Komodor sees in Kubernetes.")
  .version(VERSION)
  // What prints it takes a while to load, so it is done at the end.
  .configureOutput({
    outputError(text) {
      usageError = text;
    },
  })
  .exitOverride()
  // Wraps descriptions on narrow terminals too.
  .configureHelp({ minWidthToWrap: 20 })
  .addHelpText('after', '\nSettings come from the environment and from .env; docs/configuration.md lists them.');

// Each command imports what it needs only when it is called: the service's libraries take 40 MB and half a second.

const JSON_OPTION = ['--json', 'print one JSON document on stdout; logs go to stderr'] as const;
const KIND_OPTION = ['--kind <kind>', 'only this kind (may be given several times)', collect] as const;

program
  .command('start')
  .description('Run the service: HTTP, schedule, triggers, live events and worker, until SIGTERM.')
  .addHelpText(
    'after',
    '\nEVENT_LISTENER=ONCE: one resync, then exit 0 (completed), 1 (failed) or 2 (degraded or blocked).',
  )
  .option('--attention-ok', 'with EVENT_LISTENER=ONCE: exit 0 instead of 2')
  .action((options: { attentionOk?: boolean }) =>
    runCommand(false, async () => (await import('./start.ts')).start(options)),
  );

program
  .command('resync')
  .description('Read Komodor, write the difference to Port, delete what is proved gone; print the run report.')
  .option(...KIND_OPTION)
  .option('--approve-deletions <digest>', 'carry out exactly the held-back deletions that a report named so', digests)
  .option('--quiet', "do not show this run on Port's data source page")
  .option('--out <file>', 'also write the report with every change, as JSON, to a file')
  .option(...JSON_OPTION)
  .addHelpText(
    'after',
    '\nExit code: 0 completed, 1 failed, 2 degraded, blocked or an approval that fits nothing, 130/143 stopped.',
  )
  .action((options) =>
    runCommand(options.json ?? false, async () => (await import('./resync.ts')).runOnce('resync', options)),
  );

program
  .command('plan')
  .description('Read both sides and print what a resync would change. Writes nothing anywhere.')
  .option(...KIND_OPTION)
  .option('--out <file>', 'also write the whole plan, as JSON, to a file')
  .option('--mapping <file>', 'plan as if Port held this mapping: a file or a folder')
  .option('--detailed-exitcode', 'exit with 2 when there are changes: to entities, the mapping or blueprints')
  .option('--values', 'also show the values of what would be created')
  .option(...JSON_OPTION)
  .addHelpText(
    'after',
    '\nExit code: 0 planned, 1 failed, 2 a resync would end degraded or blocked, or (--detailed-exitcode) there are changes, 130/143 stopped.',
  )
  .action((options) =>
    runCommand(options.json ?? false, async () => (await import('./resync.ts')).runOnce('plan', options)),
  );

addLintCommand(program);

addChangesCommand(program);
addMapCommand(program);
addDoctorCommand(program);
addReportCommand(program);
addRbacCommand(program);
addTestCommand(program);
addExplainCommand(program);

withStandInOptions(program.command('demo'), '400')
  .description('Show the whole thing against built-in stand-ins: no account, no Redis, no Docker.')
  .option('--all', 'switch on every add-on, and show at the end what Port holds and how it is connected')
  .option('--once', 'end after the second resync')
  .option(...JSON_OPTION)
  .action((options) =>
    runCommand(options.json ?? false, async () => (await import('./demo.ts')).demo(standInOptions(options))),
  );

withStandInOptions(program.command('sandbox'), '400')
  .description('Start the stand-ins for Komodor and Port alone, and for a cluster when asked for.')
  .option(
    '--kubernetes-port <n>',
    'start one for the API of a cluster as well, at this port (0: any free one)',
    wholeNumber(0, 65_535),
  )
  .option('--pods <n>', "how many pods the cluster's workloads have together", wholeNumber(0, 200_000))
  .option('--churn <n>', 'how many changes a second there are in the cluster', wholeNumber(0, 10_000))
  .option(...JSON_OPTION)
  .action((options) =>
    runCommand(options.json ?? false, async () => (await import('./sandbox.ts')).sandbox(standInOptions(options))),
  );

handleClosedOutput();
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode;
  if (usageError !== undefined) (await import('./command.ts')).printUsageError(usageError);
}

function withStandInOptions(command: Command, services: string): Command {
  return command
    .option('--seed <n>', 'seed of the generated data', wholeNumber(0, 999_999_999), 1)
    .option('--services <n>', 'how many services', wholeNumber(0, 200_000), Number(services))
    .option('--risks-per-service <n>', 'how many live risks a service has on average', decimal(0, 100), 1)
    .option('--clusters <n>', 'how many clusters', wholeNumber(1, 1_000), 3)
    .option('--latency <ms>', 'how long each answer takes', wholeNumber(0, 600_000), 0)
    .option('--rate-limit <n>', 'requests a minute that each stand-in takes', wholeNumber(1, 1_000_000))
    .option('--token-ttl <seconds>', "how long Port's tokens live", wholeNumber(1, 1_000_000))
    .option('--komodor-port <n>', 'port of the Komodor stand-in (0: any free one)', wholeNumber(0, 65_535), 0)
    .option('--port-port <n>', 'port of the Port stand-in (0: any free one)', wholeNumber(0, 65_535), 0)
    .option('--fault <text>', 'something to go wrong, e.g. "services page 3 -> 500 twice" (docs/sandbox.md)', collect)
    .hook('preAction', (_, called) => checkFaults(called));
}

interface StandInFlags extends CommonOptions {
  readonly seed: number;
  readonly services: number;
  readonly risksPerService: number;
  readonly clusters: number;
  readonly latency: number;
  readonly rateLimit?: number;
  readonly tokenTtl?: number;
  readonly komodorPort: number;
  readonly kubernetesPort?: number;
  readonly pods?: number;
  readonly churn?: number;
  readonly portPort: number;
  readonly fault?: readonly string[];
  readonly once?: boolean;
  readonly all?: boolean;
}

function standInOptions({ latency, tokenTtl, fault: faults, ...options }: StandInFlags) {
  return {
    ...options,
    latencyMs: latency,
    faults: faults ?? [],
    ...(tokenTtl === undefined ? {} : { tokenTtlSeconds: tokenTtl }),
  };
}

function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value];
}

/** Checks digests before the run, so that a typo is found at once. */
function digests(value: string, earlier: readonly string[] | undefined): readonly string[] {
  if (!isDigest(value))
    throw new InvalidArgumentError('A digest is 16 hexadecimal digits, as a report or a plan names it.');
  return collect(value, earlier);
}

/** Parses a whole number within bounds. */
function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Parses a number within bounds. */
function decimal(min: number, max: number) {
  return (text: string): number => {
    if (/^\d{1,6}(\.\d+)?$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
  };
}

/** Checks the faults before the stand-ins start, so that the error names the option. */
async function checkFaults(command: Command): Promise<void> {
  const { fault: faults = [] }: { readonly fault?: readonly string[] } = command.opts();
  if (faults.length === 0) return;
  const { checkFault } = await import('./fault-option.ts');
  for (const text of faults) {
    try {
      checkFault(text);
    } catch (error) {
      command.error(`error: option '--fault <text>' argument '${text}' is invalid. ${messageOf(error)}`);
    }
  }
}
