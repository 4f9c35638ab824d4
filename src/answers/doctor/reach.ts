import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isAbort, messageOf } from '../../core/errors.ts';
import { NAMES, SETTINGS } from '../../net/describe-connection.ts';
import { HttpFailure, type Side } from '../../net/http-failure.ts';
import { isGatewayStatus } from '../../net/retry.ts';
import { type Finding, failed, failureOf, ok, warning } from './check.ts';
import { wayTo } from './network-checks.ts';

/** What came of a request, without exceptions. */
export type Tried<T> = { readonly value: T } | { readonly error: unknown };

export async function tried<T>(work: Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}

/** Whether a host was reached: it sent an answer of its own, whatever that says. */
export function isReached(outcome: Tried<unknown>): boolean {
  if ('value' in outcome) return true;
  const { error } = outcome;
  return error instanceof HttpFailure && error.status !== undefined && !isGatewayStatus(error.status);
}

/** Whether and how a host can be reached, by what came of a first request. */
export async function reachFinding(
  side: Side,
  baseUrl: string,
  env: NodeJS.Dict<string>,
  outcome: Tried<unknown>,
): Promise<Finding> {
  const { host, hostname } = new URL(baseUrl);
  const way = wayTo(baseUrl, env);
  if (isReached(outcome)) {
    const address = way === 'directly' ? await addressOf(hostname) : '';
    return ok(`${host}${address} answers, ${way}`);
  }
  const error = 'error' in outcome ? outcome.error : undefined;
  if (!(error instanceof HttpFailure)) return failureOf(error);
  if (error.status !== undefined)
    return failed(
      `${host} answers ${error.status}, ${way}: what stands before ${NAMES[side]} does not reach it`,
      `Look at the status page of ${NAMES[side]}; if only this machine sees it, at the proxy or gateway on the way.`,
    );
  if (error.problem === 'malformed')
    return failed(
      `what answers at ${host}, ${way}, is not the API of ${NAMES[side]}`,
      `Check ${SETTINGS[side]}: it must be the address of the API, not that of the web application. A proxy's login page does this too.`,
    );
  return failureOf(error, `Check ${SETTINGS[side]} and the network.`);
}

/** ` (1.2.3.4)`; nothing for an address, and when the name cannot be looked up. */
async function addressOf(hostname: string): Promise<string> {
  if (isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0) return '';
  try {
    return ` (${(await lookup(hostname)).address})`;
  } catch {
    return '';
  }
}

/** What to say of credentials when the request with them failed for another reason. */
export function unclearFinding(side: Side, error: unknown, signal: AbortSignal): Finding {
  if (isAbort(error, signal)) throw error;
  const isLimited = error instanceof HttpFailure && error.status === 429;
  return warning(
    `not checked: ${messageOf(error)}`,
    isLimited
      ? `Wait until ${NAMES[side]}'s rate limit allows requests again; other programs may use it up.`
      : 'Run it again in a minute.',
  );
}
