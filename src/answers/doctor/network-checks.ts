import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '../../core/errors.ts';
import { NAMES } from '../../net/describe-connection.ts';
import type { Side } from '../../net/http-failure.ts';
import { hostAndPort, routeTo } from '../../net/proxy.ts';
import { type Finding, failed, ok, warning } from './check.ts';

type Addresses = readonly (readonly [Side, string])[];

/** How requests reach a host: `directly`, or through which proxy. */
export function wayTo(url: string, env: NodeJS.Dict<string>): string {
  const route = routeTo(new URL(url), env);
  if (route.type === 'proxy') return `through the proxy ${hostAndPort(route.proxy)} (${route.proxy.variable})`;
  return route.type === 'direct' ? 'directly' : `through a proxy that cannot be used (${route.variable})`;
}

/** Proxies and certificates, as the environment names them. */
export function proxyFinding(addresses: Addresses, env: NodeJS.Dict<string>): Finding {
  for (const [, address] of addresses) {
    const route = routeTo(new URL(address), env);
    if (route.type === 'unusable')
      return failed(
        `${route.variable} names no proxy that can be used: ${route.why}`,
        `Set ${route.variable} to http://host:port, or put the host into NO_PROXY.`,
      );
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    return warning(
      'NODE_TLS_REJECT_UNAUTHORIZED=0: certificates are not checked, so that anybody on the way can read the keys',
      'Remove it, and set NODE_EXTRA_CA_CERTS to the PEM file of your certificate authority.',
    );
  const file = env.NODE_EXTRA_CA_CERTS;
  const complaint = file ? complaintAbout(file) : undefined;
  if (complaint !== undefined)
    return failed(complaint, 'Set NODE_EXTRA_CA_CERTS to a readable PEM file, or take it out.');
  const ways = addresses.map(([side, address]) => `${NAMES[side]} ${wayTo(address, env)}`);
  return ok([...ways, ...(file ? [`certificates of ${file} are trusted too`] : [])].join('; '));
}

/** Why a file of certificates cannot be used. Node only prints a warning then, and goes on without it. */
function complaintAbout(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return `NODE_EXTRA_CA_CERTS: ${messageOf(error)}`;
  }
  const blocks = text.match(
    /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g,
  );
  if (blocks === null) return `NODE_EXTRA_CA_CERTS: ${path} holds no certificate in PEM form`;
  try {
    for (const block of blocks) new X509Certificate(block);
    return undefined;
  } catch (error) {
    return `NODE_EXTRA_CA_CERTS: ${path} holds a certificate that cannot be read (${messageOf(error)})`;
  }
}

/** By how many milliseconds the clocks of the hosts that answered are ahead of ours. */
export class ClockOffsets {
  readonly #smallest = new Map<Side, number>();

  /** Takes the header `date` of an answer that has just come. The answer was on its way, so the smallest difference counts. */
  note(side: Side, date: string | undefined, now: number): void {
    const theirs = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(theirs)) return;
    const offset = theirs - now;
    const known = this.#smallest.get(side);
    if (known === undefined || Math.abs(offset) < Math.abs(known)) this.#smallest.set(side, offset);
  }

  all(): ReadonlyMap<Side, number> {
    return this.#smallest;
  }
}

const MAX_OFFSET_SECONDS = 30;

export function clockFinding(offsets: ReadonlyMap<Side, number>): Finding {
  if (offsets.size === 0) return ok('no answer came with a time to compare with');
  const all = [...offsets].map(([side, ms]) => ({ name: NAMES[side], seconds: Math.round(ms / 1000) }));
  const said = all.map(({ name, seconds }) => `${aheadOrBehind(seconds)} ${name}'s`).join(' and ');
  if (all.every(({ seconds }) => Math.abs(seconds) <= MAX_OFFSET_SECONDS)) return ok(`this clock is ${said}`);
  return warning(
    `this clock is ${said}: windows of time are read shifted by that, and signatures of webhooks may be refused`,
    'Let this machine set its clock by NTP. If both differ in the same way, it is this clock that is wrong.',
  );
}

function aheadOrBehind(seconds: number): string {
  if (Math.abs(seconds) <= 1) return 'the same as';
  return `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'}`;
}
