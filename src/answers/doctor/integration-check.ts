import { z } from 'zod';
import type { PortApi } from '../../port/api.ts';
import { type Finding, failed, ok, warning } from './check.ts';

const text = z.string().nullish().catch(null);
const integration = z.looseObject({
  installationAppType: text,
  version: text,
  config: z.record(z.string(), z.unknown()).nullish().catch(null),
  resyncState: z.looseObject({ status: text, lastResyncStart: text, updatedAt: text }).nullish().catch(null),
});
const integrationAnswer = z.looseObject({ integration });

/** A resync that began longer ago has died. */
const LONGEST_RESYNC_MS = 24 * 3_600_000;

/** The integration object in Port: whose it is, and whether somebody else uses it. */
export async function integrationFinding(
  { api, identifier, version }: { readonly api: PortApi; readonly identifier: string; readonly version: string },
  signal: AbortSignal,
): Promise<Finding> {
  const path = `/integration/${encodeURIComponent(identifier)}`;
  const found = (await api.find({ method: 'GET', path }, integrationAnswer, signal))?.integration;
  if (found === undefined) return ok(`${identifier} is not there yet; the first resync makes it`);
  const { installationAppType: type, config, resyncState } = found;
  if (type && type.toLowerCase() !== 'komodor') {
    return failed(
      `${identifier} is an integration of the type ${type}: a resync would take it over`,
      'Set INTEGRATION_IDENTIFIER to a name that no other integration has.',
    );
  }
  const entries = Array.isArray(config?.resources) ? config.resources.length : 0;
  const holds = entries === 0 ? 'holds no mapping' : `holds a mapping of ${entries} entries`;
  const what = `${identifier} is there (written by version ${found.version ?? 'unknown'}) and ${holds}`;
  const { status, lastResyncStart } = resyncState ?? {};
  const startedAt = Date.parse(lastResyncStart ?? '');
  if (status === 'running' && Date.now() - startedAt < LONGEST_RESYNC_MS) {
    return warning(
      `${what}; a resync is in progress since ${lastResyncStart}`,
      'If it is not this installation that runs it, another one or Port Ocean uses the same identifier: stop it, or set another INTEGRATION_IDENTIFIER.',
    );
  }
  if (found.version && found.version !== version && status) {
    return warning(
      `${what}; this is version ${version}`,
      'If another installation or Port Ocean still runs with this identifier, stop it. If this one has been updated, the next resync sets the version.',
    );
  }
  return ok(status ? `${what}; its last resync is ${status}` : what);
}
