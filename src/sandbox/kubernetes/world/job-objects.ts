import type { WorldJob } from '../../world/jobs.ts';
import type { KubernetesObject } from '../model.ts';
import { managedPodFields } from './managed-fields.ts';
import { podObject, podSpec } from './pod-objects.ts';
import { ago, type Setting, uidFor } from './setting.ts';

/** A job or cron job as Komodor tells of it, with what it runs or ran. */
export function* jobObjects(setting: Setting, job: WorldJob): Generator<KubernetesObject> {
  const { namespace, name, kind, status, startTime } = job;
  const uid = job.uid ?? uidFor(setting, kind, namespace, name);
  if (kind === 'Job') {
    yield* jobWithPod(setting, job, name, uid, undefined);
    return;
  }
  const spec = { ...podSpec(name, `registry.acme.example/${name}:1.0.0`), restartPolicy: 'OnFailure' };
  yield {
    apiVersion: 'batch/v1',
    kind,
    metadata: {
      name,
      namespace,
      uid,
      generation: 1,
      creationTimestamp: ago(setting, 120 * 86_400),
      labels: { 'app.kubernetes.io/name': name },
    },
    spec: {
      schedule: '17 3 * * *',
      concurrencyPolicy: 'Forbid',
      suspend: status === 'suspended',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: {}, spec: { template: { metadata: {}, spec } } },
    },
    status: startTime === undefined ? {} : { lastScheduleTime: ago(setting, setting.now - startTime) },
  };
  if (startTime === undefined) return;
  const run = `${name}-${Math.floor(startTime / 60)}`;
  const owner = { apiVersion: 'batch/v1', kind, name, uid, controller: true, blockOwnerDeletion: true };
  yield* jobWithPod(setting, job, run, uidFor(setting, 'Job', namespace, run), owner);
}

function* jobWithPod(
  setting: Setting,
  { namespace, status, startTime }: WorldJob,
  name: string,
  uid: string,
  owner: object | undefined,
): Generator<KubernetesObject> {
  const isFailed = status === 'failed';
  const isRunning = status === 'running';
  const age = setting.now - (startTime ?? setting.now);
  const time = ago(setting, age);
  const labels = { 'batch.kubernetes.io/job-name': name, 'job-name': name };
  const spec = { ...podSpec(name, `registry.acme.example/${name}:1.0.0`), restartPolicy: 'Never' };
  yield {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      uid,
      generation: 1,
      creationTimestamp: time,
      labels,
      ...(owner && { ownerReferences: [owner] }),
    },
    spec: { backoffLimit: 6, completions: 1, parallelism: 1, template: { metadata: { labels }, spec } },
    status: {
      startTime: time,
      ...(isRunning && { active: 1 }),
      ...(isFailed && { failed: 1, conditions: [{ type: 'Failed', status: 'True', lastTransitionTime: time }] }),
      ...(!isRunning && !isFailed && { succeeded: 1, completionTime: time }),
    },
  };
  const template = {
    owner: { apiVersion: 'batch/v1', kind: 'Job', name, uid },
    namespace,
    labels,
    spec,
    isOrdinal: false,
    managedFields: managedPodFields(time),
    age: Math.max(1, age),
  };
  const state = isRunning ? 'running' : isFailed ? 'failed' : 'succeeded';
  yield podObject(setting, { ...template, state }, 0);
}
