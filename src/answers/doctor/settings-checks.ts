import type { OfflineSettings, SettingsError } from '../../config/settings.ts';
import { isLoopback } from '../../core/loopback.ts';
import { type Finding, failed, ok, warning } from './check.ts';

/** Settings that cannot be used: nothing else can be checked. */
export function brokenSettings({ problems, hints }: SettingsError): Finding {
  const all = problems.map(({ name, message }) => `${name} ${message}`);
  return failed(
    [...all, ...hints.map((hint) => hint.replace(/\.$/, ''))].join('; '),
    'Correct these settings first: nothing else can be checked without them. docs/configuration.md lists all of them.',
  );
}

/** Settings that are missing, unknown, or without effect. */
export function settingsFinding(settings: OfflineSettings): Finding {
  const missing = missingCredentials(settings);
  const warnings = settings.warnings.map((sentence) => sentence.replace(/\.$/, ''));
  if (missing.length > 0) {
    const what = `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not set`;
    return failed([what, ...warnings].join('; '), `Set ${missing.join(', ')}, in the environment or in .env.`);
  }
  if (warnings.length > 0)
    return warning(
      warnings.join('; '),
      'Remove or correct what has no effect. docs/configuration.md lists all settings.',
    );
  return ok(`complete; this installation is ${settings.integrationIdentifier}`);
}

function missingCredentials({ komodorApiKey, portClientId, portClientSecret }: OfflineSettings): readonly string[] {
  const values = { KOMODOR_API_KEY: komodorApiKey, PORT_CLIENT_ID: portClientId, PORT_CLIENT_SECRET: portClientSecret };
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [name] : []));
}

/** Who may change something over HTTP. */
export function accessFinding({ apiToken, httpHost, webhookSecret }: OfflineSettings): Finding {
  if (apiToken === undefined) {
    if (isLoopback(httpHost)) return ok(`API_TOKEN is not set; on ${httpHost} only callers on this machine are let in`);
    return warning(
      'API_TOKEN is not set: requests for runs and all other changes are answered 403, and everybody who reaches the service may read',
      'Set API_TOKEN, for example to the output of `openssl rand -hex 32`.',
    );
  }
  if (apiToken === webhookSecret) {
    return warning(
      'API_TOKEN and WEBHOOK_SECRET are the same: who sends webhooks could also start runs and approve deletions',
      'Set WEBHOOK_SECRET to another value, in Komodor too.',
    );
  }
  return ok('API_TOKEN is set');
}

/** Whether webhooks can reach the service. */
export function webhooksFinding({ eventListener, publicUrl, webhookSecret }: OfflineSettings): Finding {
  const url = publicUrl === undefined ? undefined : new URL(publicUrl);
  if (eventListener === 'WEBHOOK' && url !== undefined && isLoopback(url.hostname)) {
    return warning(
      `PUBLIC_URL is an address of this machine (${url.host}): with EVENT_LISTENER=WEBHOOK Port has to reach it`,
      'Set PUBLIC_URL to the address of the ingress, or use EVENT_LISTENER=POLLING.',
    );
  }
  if (url?.protocol === 'http:' && !isLoopback(url.hostname)) {
    return warning(
      `PUBLIC_URL is http://: webhooks come over the internet unencrypted, and Komodor's with their secret`,
      'Let an ingress with a certificate take them, and set PUBLIC_URL to its https:// address.',
    );
  }
  if (webhookSecret === undefined) {
    return ok(
      "WEBHOOK_SECRET is not set: Komodor's webhooks are answered 503, and changes come with the next resync",
      'For changes within seconds set WEBHOOK_SECRET and add the webhook in Komodor (docs/http.md).',
    );
  }
  const address = `${publicUrl ?? 'http(s)://<this service>'}/webhooks/komodor`;
  return ok(`WEBHOOK_SECRET is set; Komodor's webhooks go to ${address}`);
}
