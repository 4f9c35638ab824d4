import { type Application, createApplication } from '../compose.ts';
import { addOnsAt } from '../config/mapping-files.ts';
import { secretsOf } from '../config/secrets.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import type { RunMode, RunReport } from '../core/report.ts';
import { standIns as standInsOfKinds } from '../sandbox/komodor/stand-ins.ts';
import { changeWorld } from '../sandbox/world/change-world.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { EXIT, onInterrupt } from './command.ts';
import { openDemoPage } from './demo-page.ts';
import { bold, dim, plain, print, printJson, printWrapped } from './output.ts';
import { modelOf, printModel } from './print-model.ts';
import { printPlan } from './print-plan.ts';
import { printReport } from './print-report.ts';
import { showProgress } from './progress.ts';
import { untilAborted } from './sandbox.ts';
import { type StandInOptions, type StandIns, shellExports, startStandIns } from './stand-ins.ts';

export interface DemoOptions extends StandInOptions {
  /** With every add-on, and at the end what Port holds and how it is connected. */
  readonly all?: boolean;
  /** End after the second resync. Otherwise the stand-ins keep running. */
  readonly once?: boolean;
  readonly json?: boolean;
}

/** The world is so much older than now that what changes in it has happened: issues are read up to now. */
const BEFORE_SECONDS = 600;

/** `demo`: two resyncs and a plan against the stand-ins, without account, Redis or Docker. @returns the exit code */
export async function demo(options: DemoOptions): Promise<number> {
  const interruption = onInterrupt();
  const standIns = await startStandIns({
    ...options,
    ...(options.all && { kubernetesPort: 0 }),
    now: Math.floor(Date.now() / 1000) - BEFORE_SECONDS,
  });
  const environment = environmentFor(standIns, options.all ?? false);
  const settings = settingsOf(environment);
  const logger = createLogger({ level: 'silent', format: 'auto', secrets: secretsOf(settings, {}) });
  const application = await createApplication(settings, {});
  const { world } = standIns.komodor;
  const say = (text: string, paint = plain) => void (options.json || printWrapped('', text, plain, paint));
  say(
    `A Komodor stand-in with ${world.services.length} services and ${world.risks.length} risks, and an empty Port stand-in.`,
  );
  say('');

  const reports: RunReport[] = [];
  const step = async (title: string, mode: RunMode) => {
    say(title, bold);
    const report = await runWithProgress(application, mode, logger, interruption.signal);
    reports.push(report);
    if (options.json) return;
    if (report.mode === 'plan') printPlan(report);
    printReport(report);
    print();
  };
  await step('1. The first resync fills Port', 'resync');
  say('2. The world changes a little', bold);
  const changes = changeWorld(world, 1, options.all ? standInsOfKinds : []);
  for (const change of changes) say(`   ${change}`);
  say('');
  await step('3. The plan says what a resync would do, and writes nothing', 'plan');
  await step('4. The second resync does just that', 'resync');
  const model = options.all ? modelOf(standIns.port.store) : undefined;
  if (model !== undefined) {
    say('5. What Port holds now', bold);
    if (!options.json) printModel(model);
  }

  if (options.json) printJson({ reports, changes, ...(model && { model }) });
  else if (!options.once && !interruption.signal.aborted) {
    let steps = 1;
    const closePage = await openDemoPage({
      environment,
      change: () => changeWorld(world, ++steps, options.all ? standInsOfKinds : []),
    });
    await printNextSteps(standIns, interruption.signal);
    await closePage();
  }
  application.close();
  await standIns.close();
  const isGood = reports.every(({ status }) => status === 'completed');
  return interruption.exitCode() ?? (isGood ? EXIT.done : EXIT.failed);
}

/** Their blueprints are the user's own, so the Port of a demo lacks them. */
const WITHOUT_BLUEPRINTS: readonly string[] = ['git'];

/** Only what the stand-ins need: a demo must not use a .env file or the caller's own accounts. */
function environmentFor({ environment }: StandIns, withAddOns: boolean): NodeJS.Dict<string> {
  if (!withAddOns) return { ...environment };
  const { mappingPath } = settingsOf(environment);
  const addOns = addOnsAt(mappingPath).filter((name) => !WITHOUT_BLUEPRINTS.includes(name));
  return { ...environment, ADD_ONS: addOns.join() };
}

function settingsOf(environment: NodeJS.Dict<string>): Settings {
  return loadSettings(environment, { dotenvPath: '/dev/null' });
}

async function runWithProgress(
  application: Application,
  mode: RunMode,
  logger: Logger,
  signal: AbortSignal,
): Promise<RunReport> {
  const progress = showProgress({ logger, mode, out: process.stderr, traffic: application.traffic });
  return application
    .run({ mode, trigger: 'cli' }, signal, { observer: progress.observer })
    .finally(() => progress.stop());
}

async function printNextSteps({ port, environment }: StandIns, signal: AbortSignal): Promise<void> {
  const { PORT_CLIENT_ID: clientId, PORT_CLIENT_SECRET: clientSecret } = environment;
  const answer = await fetch(`${port.url}/v1/auth/access_token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clientId, clientSecret }),
  });
  const body: unknown = await answer.json();
  const token = typeof body === 'object' && body !== null && 'accessToken' in body ? String(body.accessToken) : '';
  const lines = [
    `Both stand-ins stay up; ${dim('Ctrl-C ends them.')} To look into the catalog:`,
    '',
    `curl -s -H 'Authorization: Bearer ${token}' ${port.url}/v1/blueprints/komodorService/entities | head -c 2000`,
    '',
    'To run your own commands against them (in another shell):',
    '',
    ...shellExports(environment),
    'node dist/cli.js plan',
  ];
  for (const line of lines) print(line);
  await untilAborted(signal);
}
