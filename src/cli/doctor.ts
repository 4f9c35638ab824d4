import type { DoctorCheck } from '../answers/doctor/check.ts';
import type { DoctorDocument } from '../answers/doctor/doctor.ts';
import { brokenSettings } from '../answers/doctor/settings-checks.ts';
import { runDoctor } from '../compose/doctor.ts';
import { loadOfflineSettings, SettingsError } from '../config/settings.ts';
import { EXIT, onInterrupt } from './command.ts';
import { bold, dim, green, print, printJson, printWrapped, red, yellow } from './output.ts';

/** `doctor`: looks at all that a run needs, and says what to do. @returns the exit code */
export async function doctor(options: { readonly json?: boolean }): Promise<number> {
  const interruption = onInterrupt();
  const settings = readSettings();
  if ('checks' in settings) {
    show(settings, options);
    return EXIT.failed;
  }
  const document = await runDoctor(settings, process.env, false, interruption.signal);
  // What was found until then is said.
  show(document, options);
  const stopped = interruption.exitCode();
  if (stopped !== undefined) return stopped;
  return document.checks.some(({ status }) => status === 'failed') ? EXIT.attention : EXIT.done;
}

function readSettings() {
  try {
    return loadOfflineSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { checks: [{ name: 'settings', ...brokenSettings(error) }] };
  }
}

function show(document: DoctorDocument, { json = false }: { readonly json?: boolean }): void {
  if (json) printJson(document);
  else printChecks(document);
}

const MARKS = {
  ok: { mark: '✓ ok     ', paint: green },
  warning: { mark: '! warning', paint: yellow },
  failed: { mark: '✗ failed ', paint: red },
} as const;

function printChecks({ checks }: DoctorDocument): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, status, detail, advice } of checks) {
    const { mark, paint } = MARKS[status];
    printWrapped(`${mark}  ${name.padEnd(width)}  `, detail, paint);
    if (advice !== null) printWrapped(`${' '.repeat(mark.length)}  → `, advice, dim);
  }
  print();
  print(summaryOf(checks));
}

function summaryOf(checks: readonly DoctorCheck[]): string {
  const count = (wanted: DoctorCheck['status']) => checks.filter(({ status }) => status === wanted).length;
  const [failures, warnings] = [count('failed'), count('warning')];
  if (failures === 0 && warnings === 0) return bold(`All ${checks.length} checks are well.`);
  const parts = [
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
    `${count('ok')} ok`,
  ];
  return bold(`${checks.length} ${checks.length === 1 ? 'check' : 'checks'}: ${parts.join(', ')}.`);
}
