import { redactor } from '../core/redact.ts';
import type { OfflineSettings } from './settings.ts';

/**
 * Values that must never reach a log, an error, a report, or a mapping.
 * @param env the environment, for what libraries read there by themselves: proxies, headers for a trace collector
 */
export function secretsOf(settings: OfflineSettings, env: NodeJS.Dict<string>): readonly string[] {
  const { komodorApiKey, portClientId, portClientSecret, redisUrl, apiToken, webhookSecret, metricsWebhookUrl } =
    settings;
  const passwords = redisUrl === undefined ? [] : passwordsIn(redisUrl);
  const own = [
    komodorApiKey,
    portClientId,
    portClientSecret,
    redisUrl,
    ...passwords,
    apiToken,
    webhookSecret,
    metricsWebhookUrl,
  ];
  return [...own.filter((secret) => secret !== undefined), ...secretsIn(env)];
}

/** What is secret in an environment beside our settings. */
export function secretsIn(env: NodeJS.Dict<string>): readonly string[] {
  return Object.entries(env).flatMap(([name, value = '']) => {
    // A proxy may stand without a scheme, and is then an http proxy.
    if (/^(https?|all)_proxy$/i.test(name)) return passwordsIn(value.includes('://') ? value : `http://${value}`);
    return /^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$/.test(name) ? headerValues(value) : [];
  });
}

/** The variables of an environment that hold nothing secret: what a mapping may read. */
export function harmlessEnvironment(settings: OfflineSettings, env: NodeJS.Dict<string>): Record<string, string> {
  const redact = redactor(secretsOf(settings, env));
  const harmless: [string, string][] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && redact(value) === value) harmless.push([name, value]);
  }
  return Object.fromEntries(harmless);
}

/** `authorization=Bearer%20abc,x-team=b`: the values, each as written and as sent, without the scheme. */
function headerValues(text: string): readonly string[] {
  const values = text.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  return values.flatMap((value) => [value, decoded(value), decoded(value).replace(/^\w+ +/, '')]);
}

/** The password of an address, as written there and as sent: messages may quote it without the rest. */
function passwordsIn(address: string): readonly string[] {
  if (!URL.canParse(address)) return [];
  const { password } = new URL(address);
  return password === '' ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
