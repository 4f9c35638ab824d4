import { redactor } from '../core/redact.ts';
import type { OfflineSettings } from './settings.ts';

const SHORTEST_HOOK_PATH = 12;

/**
 * Values that must never reach a log, an error, a report, or a mapping.
 * @param env the environment, for what libraries read from it themselves: proxies, headers for a trace collector
 */
export function secretsOf(settings: OfflineSettings, env: NodeJS.Dict<string>): readonly string[] {
  const { komodorApiKey, portClientId, portClientSecret, redisUrl, apiToken, webhookSecret } = settings;
  const { redisPassword, metricsWebhookUrl, notifyUrl = [], notifySecret } = settings;
  const passwords = redisUrl === undefined ? [] : passwordsIn(redisUrl);
  const own = [
    komodorApiKey,
    portClientId,
    portClientSecret,
    redisUrl,
    redisPassword,
    ...passwords,
    apiToken,
    webhookSecret,
    ...(metricsWebhookUrl === undefined ? [] : secretsInHook(metricsWebhookUrl)),
    ...notifyUrl.flatMap(secretsInHook),
    notifySecret,
  ];
  return [...own.filter((secret) => secret !== undefined), ...secretsIn(env)];
}

/** Secrets in an environment that are not in our settings. */
export function secretsIn(env: NodeJS.Dict<string>): readonly string[] {
  return Object.entries(env).flatMap(([name, value = '']) => {
    // A proxy without a scheme is an http proxy.
    if (/^(https?|all)_proxy$/i.test(name)) return passwordsIn(value.includes('://') ? value : `http://${value}`);
    return /^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$/.test(name) ? headerValues(value) : [];
  });
}

/** The variables of an environment without secrets. A mapping may read these. */
export function nonSecretEnvironment(settings: OfflineSettings, env: NodeJS.Dict<string>): Record<string, string> {
  const redact = redactor(secretsOf(settings, env));
  const nonSecret: [string, string][] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && redact(value) === value) nonSecret.push([name, value]);
  }
  return Object.fromEntries(nonSecret);
}

/** The values of `authorization=Bearer%20abc,x-team=b`, each encoded, decoded, and without the scheme. */
function headerValues(text: string): readonly string[] {
  const values = text.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  return values.flatMap((value) => [value, decoded(value), decoded(value).replace(/^\w+ +/, '')]);
}

/** The password in an address, encoded and decoded. Messages may quote it without the rest of the address. */
function passwordsIn(address: string): readonly string[] {
  if (!URL.canParse(address)) return [];
  const { password } = new URL(address);
  return password === '' ? [] : [password, decoded(password)];
}

/** The address of a hook is its password. Messages may quote it whole, its path alone, or the part that nobody can guess. */
function secretsInHook(address: string): readonly string[] {
  const { pathname, search, searchParams } = new URL(address);
  const path = `${pathname}${search}`;
  const parts = [
    ...pathname.split('/').map(decoded).filter(isHardToGuess),
    ...[...searchParams.values()].filter(isLong),
  ];
  return [address, ...(path.length >= SHORTEST_HOOK_PATH ? [path] : []), ...parts];
}

/** Words that a path may well have besides, such as `incoming-webhooks`, have no digits. */
function isHardToGuess(part: string): boolean {
  return part.length >= 16 && /\d/.test(part);
}

function isLong(value: string): boolean {
  return value.length >= 8;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
