import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Catalog } from '../../core/ports.ts';
import { prepareWhole, type WholeCatalog } from '../../core/prepared-catalog.ts';
import type { HttpClient } from '../../net/http-client.ts';
import { HttpFailure } from '../../net/http-failure.ts';
import type { PortApi } from '../../port/api.ts';
import type { TokenProvider } from '../../port/token.ts';
import { blueprintsFinding } from './blueprint-check.ts';
import {
  type CheckTime,
  check,
  type DoctorCheck,
  type Finding,
  failed,
  failureOf,
  notChecked,
  ok,
  warning,
} from './check.ts';
import { integrationFinding } from './integration-check.ts';
import { isReached, reachFinding, type Tried, tried, unclearFinding } from './reach.ts';

export interface PortSide {
  readonly baseUrl: string;
  readonly hasCredentials: boolean;
  readonly identifier: string;
  readonly version: string;
  readonly http: HttpClient;
  readonly api: PortApi;
  readonly tokens: TokenProvider;
  /** A catalog that never writes; undefined when the files cannot be read. */
  readonly catalog: Catalog | undefined;
}

export interface PortExamination {
  readonly checks: Promise<readonly DoctorCheck[]>;
  /** The mapping that a run would use; undefined when it could not be read. */
  readonly prepared: Promise<WholeCatalog | undefined>;
}

const CREDENTIALS_MISSING = 'PORT_CLIENT_ID or PORT_CLIENT_SECRET is not set';

/** Port: whether it is reached, takes the credentials, may be read, and is ready for a run. */
export function examinePort(port: PortSide, env: NodeJS.Dict<string>, time: CheckTime): PortExamination {
  const { baseUrl, hasCredentials, http, tokens } = port;
  const { signal } = time;
  // Without a token, so that it also tells whether Port is reached when the credentials are wrong.
  const answer = tried(http.request({ method: 'GET', path: '/blueprints', repeatable: true, expect: 'json', signal }));
  const token = answer.then(
    async (outcome): Promise<Tried<string> | undefined> =>
      hasCredentials && isReached(outcome) ? tried(tokens.header(signal)) : undefined,
  );
  const prepared = token.then(async (outcome) =>
    outcome && 'value' in outcome && port.catalog ? tried(prepareWhole(port.catalog, signal)) : undefined,
  );
  const whenSignedIn = (name: string, work: (signal: AbortSignal) => Promise<Finding>) =>
    check(name, time, async (limited) => {
      const outcome = await token;
      return outcome && 'value' in outcome ? work(limited) : notChecked('see the checks of Port above');
    });
  return {
    prepared: prepared.then((outcome) => (outcome && 'value' in outcome ? outcome.value : undefined)),
    checks: Promise.all([
      check('port-reachable', time, async () => reachFinding('port', baseUrl, env, await answer)),
      check('port-credentials', time, async (limited) => {
        if (!hasCredentials)
          return failed(CREDENTIALS_MISSING, 'Copy both from Port (the menu at your name, Credentials).');
        return credentialsFinding(await token, limited);
      }),
      whenSignedIn('port-permissions', (limited) => permissionsFinding(port, limited)),
      whenSignedIn('integration', (limited) => integrationFinding(port, limited)),
      whenSignedIn('mapping', async () => mappingFinding(await prepared)),
      whenSignedIn('blueprints', async (limited) => {
        const outcome = await prepared;
        if (!port.catalog || !outcome || 'error' in outcome) return notChecked('see the check of the mapping');
        return blueprintsFinding(port.catalog, outcome.value, limited);
      }),
    ]),
  };
}

function credentialsFinding(outcome: Tried<string> | undefined, signal: AbortSignal): Finding {
  if (outcome === undefined) return notChecked('Port cannot be reached');
  if ('value' in outcome) return ok('Port takes PORT_CLIENT_ID and PORT_CLIENT_SECRET');
  const { error } = outcome;
  return error instanceof AppError ? failureOf(error) : unclearFinding('port', error, signal);
}

const anything = z.unknown();

/** What the credentials may read. Port has no way to try a write without writing. */
async function permissionsFinding({ api, identifier }: PortSide, signal: AbortSignal): Promise<Finding> {
  const noEntity = {
    combinator: 'and',
    rules: [{ property: '$identifier', operator: '=', value: 'komodor-port doctor' }],
  };
  const reads = {
    'the integration': { method: 'GET', path: `/integration/${encodeURIComponent(identifier)}` },
    blueprints: { method: 'GET', path: '/blueprints' },
    entities: { method: 'POST', path: '/entities/search', body: noEntity },
  } as const;
  const refused: string[] = [];
  const unclear: unknown[] = [];
  await Promise.all(
    Object.entries(reads).map(async ([what, call]) => {
      const outcome = await tried(api.find(call, anything, signal));
      if ('value' in outcome) return;
      if (outcome.error instanceof HttpFailure && outcome.error.status === 403) refused.push(what);
      else unclear.push(outcome.error);
    }),
  );
  if (refused.length > 0)
    return failed(
      `these credentials may not read ${refused.sort().join(', ')} (403)`,
      'In Port, use the credentials of the organization (Credentials, at your name), or give their user the role Admin.',
    );
  if (unclear.length > 0) return unclearFinding('port', unclear[0], signal);
  return ok(
    'blueprints, entities and the integration may be read; writing is not checked, for Port lets nobody try it',
  );
}

/** The mapping that a run would use, and what a resync would set up first. */
function mappingFinding(outcome: Tried<WholeCatalog> | undefined): Finding {
  if (outcome === undefined) return notChecked('see the check of the files');
  if ('error' in outcome) return failureOf(outcome.error);
  const { mapping, mappingOrigin, problems, setup } = outcome.value;
  const { entries, disabled } = mapping;
  const isWritten = setup.some((document) => document.what === 'mapping');
  const whose = isWritten ? 'that of the files, which the next resync writes to Port' : `that of ${mappingOrigin}`;
  const what = `${whose}; ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
  const errors = problems.filter(({ severity }) => severity === 'error');
  const worst = errors.length > 0 ? errors : problems;
  if (worst.length > 0 || disabled.length > 0) {
    const said = worst.slice(0, 3).map(({ message }) => message.replace(/\.$/, ''));
    const more = worst.length > 3 ? [`and ${worst.length - 3} more`] : [];
    const make = errors.length > 0 ? failed : warning;
    return make([what, ...said, ...more].join('; '), '`komodor-port plan` shows each with its place.');
  }
  if (entries.length === 0)
    return failed(`${what}: nothing is read`, 'Give the mapping entries; docs/mapping.md explains them.');
  return ok(what);
}
