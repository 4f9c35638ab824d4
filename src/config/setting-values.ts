import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';

/** Schemas that parse the text of one setting. Their messages never contain the value, which may be a secret. */

const SECOND = 1_000;
const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: 60 * SECOND, h: 3_600 * SECOND, d: 86_400 * SECOND };
const MIN_INTERVAL = 10 * SECOND;
/** A Node timer overflows above 2^31-1 ms (24.8 days) and would then fire at once. */
const MAX_INTERVAL = 24 * 86_400 * SECOND;
/** How many addresses of other systems one setting may name. */
const MAX_HOOKS = 10;

/** Text without blanks or control characters inside, because it goes into an HTTP header. */
export function token() {
  return z.string().regex(/^[\x21-\x7e]+$/, 'must be plain text without spaces or line breaks');
}

/** The identifier of an installation. In Port it is one part of `port-ocean/komodor/<version>/<name>/exporter`. */
export function installation() {
  return token().regex(
    /^[^/]*$/,
    'must not contain "/": Port could not tell the entities of eu/prod from those of prod. Choose a name without it, such as eu-prod; ' +
      'its first resync takes over what Komodor still has. What else was written under the old name stays in Port as it is ' +
      '(search there for $datasource containing the old name, and delete what is left)',
  );
}

/** The state key of Port's K8s exporter, in small letters as it sends it. */
export function stateKey() {
  return token()
    .regex(/^[^()]*$/, 'must be the state key alone, as the exporter has it in stateKey')
    .transform((text) => text.toLowerCase());
}

/** `true`, `false`, `1`, `0`, `yes`, `no`, `on`, `off`. */
export function flag() {
  return z.stringbool({
    // Ocean takes `t` and `f` as well.
    truthy: ['true', '1', 'yes', 'on', 'y', 'enabled', 't'],
    falsy: ['false', '0', 'no', 'off', 'n', 'disabled', 'f'],
    error: 'must be true or false',
  });
}

/** `true` or `false`, or the addresses and ranges of proxies: `10.0.0.1, 10.1.0.0/16, ::1`. */
export function proxies() {
  const message = 'must be true, false, or addresses such as 10.0.0.1 or 10.1.0.0/16, separated by commas';
  return z.string().transform((text, context): boolean | readonly string[] => {
    const isFlag = flag().safeParse(text);
    if (isFlag.success) return isFlag.data;
    const ranges = text.split(',').map((range) => range.trim());
    if (ranges.every(isAddressRange)) return ranges;
    context.addIssue(message);
    return z.NEVER;
  });
}

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

/** A whole number within bounds. */
export function integer(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
}

/** Whole seconds within bounds, as milliseconds. */
export function seconds(min: number, max: number) {
  return integer(min, max).transform((value) => value * SECOND);
}

/** `90s`, `30m`, `1h`, `1d`, a bare number of minutes, as milliseconds; `off` as null. */
export function interval() {
  const message = 'must be like 90s, 30m, 1h, 1d, a number of minutes, or off (at least 10s, at most 24d)';
  return z.string().transform((text, context) => {
    const lower = text.toLowerCase();
    // Ocean's Helm chart passes its CronJob's schedule in this setting. Kubernetes runs that schedule, so ours is off.
    if (lower === 'off' || isCron(lower)) return null;
    const [, amount, unit] = /^(\d{1,9})\s*([smhd]?)$/.exec(lower) ?? [];
    const value = Number(amount) * (UNITS[unit || 'm'] ?? Number.NaN);
    if (value >= MIN_INTERVAL && value <= MAX_INTERVAL) return value;
    context.addIssue(message);
    return z.NEVER;
  });
}

/** Five fields of a cron expression. */
export function isCron(text: string): boolean {
  return /^(\S+\s+){4}\S+$/.test(text.trim()) && /[*\d]/.test(text);
}

/** One of a few words, in any case. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z
    .string()
    .transform((text) => words.find((known) => known.toLowerCase() === text.toLowerCase()) ?? text)
    .pipe(z.enum(words, { error: `must be one of ${words.join(', ')}` }));
}

/** An http(s) address, without a trailing slash. */
export function webAddress() {
  return z.string().transform((text, context) => {
    const problem = addressProblem(text);
    if (problem === undefined) return text.replace(/\/+$/, '');
    context.addIssue(problem);
    return z.NEVER;
  });
}

/** An http(s) address of another system, with any path and query. */
export function hookAddress() {
  return z
    .string()
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be an http(s) address')
    .refine((text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      return url === undefined || (url.username === '' && url.password === '');
    }, 'must not contain a user name or password');
}

/** Several such addresses, separated by commas. */
export function hookAddresses() {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(hookAddress()).min(1).max(MAX_HOOKS));
}

/**
 * An address or host name to listen on, IPv6 with or without brackets. `0.0.0.0` and `::` (all addresses) become `::`,
 * which also takes IPv4.
 */
export function listenAddress() {
  return z.string().transform((text, context) => {
    const address = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
    if (address === '0.0.0.0' || address === '*' || isAnyIpv6(address)) return '::';
    if (isIP(address) !== 0 || (address === text && HOST_NAME.test(address))) return address;
    context.addIssue('must be an address or a host name, without a port: 0.0.0.0, ::, 127.0.0.1, localhost');
    return z.NEVER;
  });
}

const HOST_NAME =
  /^(?=.{1,253}$)(?![\d.]+$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

/** Whether an address is `::` in any spelling, such as `0:0:0:0:0:0:0:0`. */
function isAnyIpv6(address: string): boolean {
  return isIPv6(address) && !address.includes('%') && /^[0:.]+$/.test(address);
}

/** The base address of an API, with the path of its version added where it is absent. */
export function apiAddress(versionPath: string) {
  return webAddress().transform((address) => (address.endsWith(versionPath) ? address : address + versionPath));
}

function addressProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'must be an address such as https://host.example';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (/[?#]/.test(text)) return 'must not contain ? or #';
  return undefined;
}

/** `redis://…` or `rediss://…`. */
export function redisAddress() {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol),
      'must be like redis://host:6379',
    );
}

/** Names separated by commas. */
export function names() {
  return z
    .string()
    .transform((text) => [
      ...new Set(
        text
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      ),
    ])
    .pipe(z.array(z.string().regex(/^[\w.-]+$/, 'must be names separated by commas')));
}

/** A blueprint identifier. Backslashes, which Port allows, are refused: the value is put into a quoted jq string. */
export function blueprintName() {
  return z
    .string()
    .max(100, 'must not be longer than 100 characters')
    .regex(/^(?!\.{1,2}$)[\p{L}0-9@_.+:/-]+$/u, 'must be a blueprint identifier');
}
