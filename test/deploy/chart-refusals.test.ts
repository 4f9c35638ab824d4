import { expect, it } from 'vitest';
import { refusal } from './chart.ts';
import { template } from './manifests.ts';
import { describeWith } from './tools.ts';

/** Values that people write, and the words that must be in the answer. */
const WRONG_NAMES: readonly (readonly [given: string, ...words: readonly string[]])[] = [
  ['bogus=1', 'bogus', 'existingSecret', 'scheduledResyncInterval'],
  ['securityContext.runAsUser=1', 'podSecurityContext or containerSecurityContext'],
  ['useExistingSecret=true', 'existingSecret'],
  ['secret.useExistingSecret=true', 'Use existingSecret'],
  ['secret.existingSecret=x', 'Use existingSecret'],
  ['existingSecrets={a}', 'Use existingSecret'],
  ['redis.enable=true', 'Use redis.enabled'],
  ['redis.persistence.enable=true', 'Use redis.persistence.enabled'],
  ['metrics.podMonitor.enable=true', 'Use metrics.podMonitor.enabled'],
  ['redis.pasword=x', 'pasword', 'existingSecret'],
  ['eventListener.type=POLLING', 'Use integration.eventListener'],
  ['serviceAccount.create=false', 'Use podServiceAccount'],
  ['replicaCount=2', 'Use workload.deployment.replicas'],
  ['image.registry=x', 'Use imageRegistry'],
  ['workload.cron.schedule=x', 'Use scheduledResyncInterval'],
  ['settings.RESYNC_INTERVALL=1h', 'RESYNC_INTERVALL', 'RESYNC_INTERVAL'],
  ['settings.ROLE=worker', 'roles.worker.enabled'],
  ['settings.HTTP_PORT=80', 'service.port'],
  ['workload.kind=StatefulSet', 'Deployment', 'CronJob'],
  ['integration.type=github', 'omodor'],
  ['history.runs=-1', '0'],
  ['sendRawDataExamples=yes', 'boolean'],
];

/** Values that contradict each other, and what the answer says to do. */
const CONTRADICTIONS: readonly (readonly [given: string, ...words: readonly string[]])[] = [
  ['roles.worker.enabled=true', 'redis.enabled: true', 'redis.existingSecret.name'],
  ['workload.deployment.replicas=2', '2 pods without Redis', 'redis.enabled: true'],
  ['workload.kind=CronJob,roles.worker.enabled=true,redis.enabled=true', 'a CronJob has no worker'],
  ['integration.eventListener.type=ONCE', 'workload.kind: CronJob'],
  ['scheduledResyncInterval=*/5 * * * *', 'workload.kind CronJob', 'minutes'],
  ['workload.kind=CronJob,scheduledResyncInterval=7', 'cron expression'],
  ['workload.kind=CronJob,scheduledResyncInterval=soon', 'cron expression', '"soon"'],
  ['secret.create=false,port.clientId=x', 'PORT_CLIENT_ID', 'existingSecret'],
  ['existingSecret=komodor-port,port.clientId=x', 'Two Secrets', 'PORT_CLIENT_ID'],
  ['externalSecret.enabled=true', 'externalSecret.storeRef.name'],
  ['externalSecret.enabled=true,externalSecret.storeRef.name=s,port.clientId=x', 'Two Secrets', 'externalSecret'],
  ['ingress.enabled=true,service.enabled=false', 'service.enabled: true'],
  ['selfSignedCertificate.enabled=true', 'selfSignedCertificate.secret.name', '.certificate'],
  ['mapping.files.a\\.yaml=x,mapping.existingConfigMap=y', 'mapping.existingConfigMap'],
];

describeWith(['helm4', 'helm3'], 'what the chart refuses', () => {
  for (const helm of ['helm4', 'helm3'] as const)
    it.each([...WRONG_NAMES, ...CONTRADICTIONS])(`${helm} --set %s`, async (given, ...words) => {
      const said = await refusal(helm, '--set', given);
      for (const word of words) expect(said).toContain(word);
      // No secret that stands in the values gets into a terminal or a pipeline's log.
      expect(said).not.toContain('clientId=x');
    });

  it('takes global values and the switch of a dependency, in any form', async () => {
    const values = { global: { cattle: { systemDefaultRegistry: '' }, imageRegistry: 'x', any: [1] }, enabled: true };
    for (const helm of ['helm4', 'helm3'] as const) expect(await template({ helm, values })).not.toHaveLength(0);
  });
});
