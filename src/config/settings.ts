import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { AppError, messageOf } from '../core/errors.ts';
import { branchesOf, type Dotenv, type Environment, type Found, readDotenv, readEnvironment } from './environment.ts';
import { isCron } from './setting-values.ts';
import { listSettings, type SettingKey, settingsSchema } from './settings-schema.ts';
import { describeUnknown } from './unknown-settings.ts';

export interface SettingProblem {
  readonly name: string;
  readonly message: string;
}

/**
 * Settings that cannot be used. The message names all of them, and no values. `hints` name unknown variables, because one
 * of them may be a mistyped setting.
 */
export class SettingsError extends AppError {
  readonly problems: readonly SettingProblem[];
  readonly hints: readonly string[];
  constructor(problems: readonly SettingProblem[], hints: readonly string[] = []) {
    super('settings_invalid', problems.map(({ name, message }) => `${name} ${message}`).join('\n'));
    this.name = 'SettingsError';
    this.problems = problems;
    this.hints = hints;
  }
}

const offlineSchema = settingsSchema.partial({ komodorApiKey: true, portClientId: true, portClientSecret: true });

interface WithWarnings {
  /** Sentences that are logged once, at the start. */
  readonly warnings: readonly string[];
}
/** All settings, parsed and checked. Durations are milliseconds. */
export type Settings = Readonly<z.output<typeof settingsSchema>> & WithWarnings;
/** The same for commands that need no account: the credentials may be missing. */
export type OfflineSettings = Readonly<z.output<typeof offlineSchema>> & WithWarnings;

export interface SettingsOptions {
  /** The file with more variables (default: `.env` in the working directory). */
  readonly dotenvPath?: string;
}

/** Reads the settings from the environment and then from a `.env` file. Throws SettingsError with all problems. */
export function loadSettings(env: NodeJS.Dict<string>, options: SettingsOptions = {}): Settings {
  return load(settingsSchema, env, options);
}

/** Like `loadSettings`, for commands that run without an account (`validate`, `demo`, `sandbox`). */
export function loadOfflineSettings(env: NodeJS.Dict<string>, options: SettingsOptions = {}): OfflineSettings {
  return load(offlineSchema, env, options);
}

function load<S extends z.ZodType<{ readonly kubernetes?: string | undefined }>>(
  schema: S,
  env: NodeJS.Dict<string>,
  options: SettingsOptions,
) {
  const { environments, problems, warnings } = readSources(env, options.dotenvPath ?? '.env');
  const found = new Map(listSettings().map((info) => [info.key, find(environments, info)]));
  const texts = withRedisPassword(
    Object.fromEntries(
      listSettings().flatMap((info) => {
        const text = found.get(info.key)?.value ?? fallback(info.key, info.default);
        return text === null ? [] : [[info.key, text]];
      }),
    ),
  );
  const result = schema.safeParse(texts);
  const invalid = result.success ? [] : result.error.issues.map((issue) => describe(issue, found));
  const all = [...problems, ...invalid, ...contradictionsIn(texts)];
  if (!result.success || all.length > 0) throw new SettingsError(all, warnings);
  const told = Object.freeze([...warnings, ...warningsOf(found, result.data)]);
  return Object.freeze(Object.assign({}, result.data, { warnings: told }));
}

function readSources(env: NodeJS.Dict<string>, dotenvPath: string) {
  const branches = branchesOf(listSettings().flatMap((info) => info.oceanNames));
  const problems: SettingProblem[] = [];
  let dotenv: Dotenv = { variables: {}, invalidLines: [] };
  try {
    dotenv = readDotenv(dotenvPath);
  } catch (error) {
    problems.push({ name: dotenvPath, message: `cannot be read: ${messageOf(error)}` });
  }
  const sources = [env, dotenv.variables].map((variables) => readEnvironment(variables, branches));
  const environments = sources.map((source) => source.environment);
  return {
    environments,
    problems: [...problems, ...sources.flatMap((source) => source.problems)],
    warnings: [
      ...dotenv.invalidLines.map(
        (line) => `${dotenvPath}, line ${line}, is no NAME=value and no comment; it has no effect.`,
      ),
      ...describeUnknown(environments.flatMap(({ variables }) => variables)),
    ],
  };
}

/** The environment takes precedence over the file; in each of them, our name over Ocean's. */
function find(
  environments: readonly Environment[],
  info: { readonly name: string; readonly oceanNames: readonly string[] },
) {
  const names = [info.name, ...info.oceanNames];
  return environments.map((environment) => environment.find(names)).find((value) => value !== undefined);
}

/** The default paths of mapping and blueprints are in the package, so that `komodor-port` works in an empty folder. */
function fallback(key: SettingKey, text: string | null): string | null {
  if (text === null || (key !== 'mappingPath' && key !== 'blueprintsPath') || existsSync(text)) return text;
  return fileURLToPath(new URL(`../../${text}`, import.meta.url));
}

/** Whatever characters it has: in the address the password is percent-encoded, as the client expects it. */
function withRedisPassword(texts: { readonly [key: string]: string }): { readonly [key: string]: string } {
  const { redisUrl, redisPassword } = texts;
  if (redisUrl === undefined || redisPassword === undefined || !URL.canParse(redisUrl)) return texts;
  const url = new URL(redisUrl);
  url.password = encodeURIComponent(redisPassword);
  return { ...texts, redisUrl: url.href };
}

function describe(issue: z.core.$ZodIssue, found: ReadonlyMap<SettingKey, Found | undefined>): SettingProblem {
  const info = listSettings().find(({ key }) => key === issue.path[0]);
  if (info === undefined) return { name: 'settings', message: issue.message };
  const source = found.get(info.key);
  if (source !== undefined || info.default !== null) return { name: source?.name ?? info.name, message: issue.message };
  const others = info.oceanNames.length === 0 ? '' : ` (${info.oceanNames[0]} works too)`;
  return {
    name: info.name,
    message: `is required${others}: set it in the environment or in .env, in Kubernetes as a key of the Secret`,
  };
}

function contradictionsIn(texts: { readonly [key: string]: string }): readonly SettingProblem[] {
  if (texts.eventListener?.toUpperCase() !== 'WEBHOOK' || texts.publicUrl !== undefined) return [];
  return [{ name: 'PUBLIC_URL', message: 'is required by EVENT_LISTENER=WEBHOOK: Port must be told where to call' }];
}

function warningsOf(
  found: ReadonlyMap<SettingKey, Found | undefined>,
  { kubernetes }: { readonly kubernetes?: string | undefined },
): string[] {
  const listener = found.get('eventListener');
  const interval = found.get('resyncIntervalMs');
  const catalogPath = found.get('catalogPath');
  const isOnce = listener?.value.toUpperCase() === 'ONCE';
  return [
    ...(catalogPath && kubernetes !== undefined
      ? [
          `${catalogPath.name} and KUBERNETES are both set: entities and clusterentities of getport.io/v1 come from the folder, not from the cluster.`,
        ]
      : []),
    ...(listener?.value.toUpperCase() === 'KAFKA'
      ? [`${listener.name} asks for KAFKA, which is not supported; POLLING is used instead and needs no other setting.`]
      : []),
    ...(interval && isCron(interval.value) && !isOnce
      ? [
          `${interval.name} is a cron expression, which only a CronJob can follow: there is no schedule. Give minutes, or 1h.`,
        ]
      : []),
  ];
}
