import type { Settings } from '../config/settings.ts';
import { createNotifier, type Notifier, type NotifierOptions } from '../notify/notifier.ts';
import { VERSION } from '../version.ts';
import type { ServiceComponents } from './components.ts';

/** NOTIFY_URL: tells people when the status changes. Undefined when nobody is to be told. */
export function createNotifications(
  settings: Settings,
  env: NodeJS.Dict<string>,
  { log, redact }: Pick<ServiceComponents, 'log' | 'redact'>,
  memory: Pick<NotifierOptions, 'exchange' | 'freshness'>,
): Notifier | undefined {
  const { notifyUrl: urls, notifySecret: secret, publicUrl, integrationIdentifier: integration } = settings;
  if (urls === undefined) return undefined;
  const userAgent = `komodor-port/${VERSION}`;
  return createNotifier({ urls, secret, publicUrl, integration, redact, userAgent, env, log, ...memory });
}
