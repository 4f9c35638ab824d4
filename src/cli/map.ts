import { differenceOf } from '../answers/map-difference.ts';
import { hasFailed, mapDocument, withMasks } from '../answers/map-document.ts';
import { infoOf, kindThatFits, listOf, rowsInText } from '../answers/map-input.ts';
import { offlineKinds } from '../compose/kinds.ts';
import { secretsOf } from '../config/secrets.ts';
import { loadOfflineSettings, type OfflineSettings } from '../config/settings.ts';
import { AppError } from '../core/errors.ts';
import { withMember } from '../core/exact-json.ts';
import type { KnownKinds } from '../core/kinds.ts';
import { redactor } from '../core/redact.ts';
import { isObject } from '../komodor/item.ts';
import { type ChosenMapping, currentMapping, mappingOfFiles } from './choose-mapping.ts';
import { EXIT, onInterrupt } from './command.ts';
import { type InputText, readInput } from './input-text.ts';
import { printJson } from './output.ts';
import { printMapDifference, printMapDocument } from './print-map.ts';

export interface MapOptions {
  readonly kind?: string;
  readonly mapping?: string;
  readonly diff?: string;
  readonly cluster?: string;
  readonly json?: boolean;
}

const EXPECTED =
  "JSON of one item, a list of them, or an answer of Komodor's API or of kubectl: curl … | komodor-port map --kind komodorService";

/** `map`: what the mapping makes of items. @returns the exit code */
export async function map(file: string | undefined, options: MapOptions): Promise<number> {
  const kinds = offlineKinds();
  if (options.kind !== undefined) infoOf(options.kind, kinds);
  if (options.cluster === '') throw new AppError('settings_invalid', '--cluster is empty; give the name of a cluster');
  const interruption = onInterrupt();
  const settings = loadOfflineSettings(process.env);
  // Before the input is read, which may be typed or come slowly.
  const given = options.mapping === undefined ? undefined : await mappingOfFiles(settings, options.mapping);
  const other = options.diff === undefined ? undefined : await mappingOfFiles(settings, options.diff);
  const input = await readInput(file, EXPECTED);
  const info = infoOf(kindOrAdvice(options.kind, input, kinds), kinds);
  const rows = rowsInText(input.text, input.source, info, kinds).map((row) => askedOf(row, options.cluster));
  const chosen = given ?? (await currentMapping(settings, interruption.signal));
  try {
    const question = { kind: info.name, rows, settings, signal: interruption.signal };
    const failed = await answer(chosen, other, question, options.json ?? false);
    return interruption.exitCode() ?? (failed ? EXIT.attention : EXIT.done);
  } finally {
    chosen.close();
  }
}

interface Question {
  readonly kind: string;
  readonly rows: readonly unknown[];
  readonly settings: OfflineSettings;
  readonly signal: AbortSignal;
}

/** Maps and prints. @returns whether something failed */
async function answer(
  chosen: ChosenMapping,
  other: ChosenMapping | undefined,
  { kind, rows, settings, signal }: Question,
  json: boolean,
): Promise<boolean> {
  const redact = redactor(secretsOf(settings, process.env));
  const mapWith = async ({ parts, used }: ChosenMapping) =>
    withMasks(await mapDocument(parts, used, kind, rows, signal), redact);
  const document = await mapWith(chosen);
  if (other === undefined) {
    if (json) printJson(document);
    else printMapDocument(document);
    return hasFailed(document);
  }
  const second = await mapWith({ ...other, parts: chosen.parts });
  const difference = differenceOf(document, second);
  if (json) printJson(difference);
  else printMapDifference(difference, rows.length);
  return hasFailed(second);
}

function kindOrAdvice(kind: string | undefined, { text, source }: InputText, kinds: KnownKinds): string | undefined {
  if (kind !== undefined) return kind;
  const fitting = kindThatFits(text, kinds);
  if (fitting === undefined) return undefined;
  throw new AppError(
    'settings_invalid',
    `Say of which kind the items are; ${source} looks like --kind ${fitting.name}. The kinds are ${listOf(kinds)}.`,
  );
}

/** The row with the cluster that was asked for it, unless it tells another one. */
function askedOf(row: unknown, cluster: string | undefined): unknown {
  if (cluster === undefined || !isObject(row)) return row;
  const told = isObject(row._) ? row._ : {};
  return withMember(row, '_', { cluster, ...told });
}
