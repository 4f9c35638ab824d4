import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PROGRAM } from '../cli/program.ts';
import { ApiRefusal } from '../lab/api.ts';
import { environmentOf } from '../lab/pod-environment.ts';
import { PodFiles } from '../lab/pod-files.ts';
import { type Container, type Pod, PodSchema } from '../lab/pod-model.ts';
import { freePort } from '../queue/redis-server.ts';
import { type ServiceProcess, startProcess } from '../service/service-process.ts';
import type { Manifest } from './manifests.ts';

/** The pods of rendered manifests as processes of this machine: what a kubelet would start, without a cluster. */

const templateSchema = z.looseObject({ metadata: z.looseObject({}).default({}), spec: z.looseObject({}) });
const withTemplate = z.looseObject({ spec: z.looseObject({ template: templateSchema }) });
const withJobTemplate = z.looseObject({ spec: z.looseObject({ jobTemplate: withTemplate }) });
const dataSchema = z.looseObject({
  data: z.record(z.string(), z.string()).default({}),
  stringData: z.record(z.string(), z.string()).default({}),
});
const serviceSchema = z.looseObject({ spec: z.looseObject({}) });

const POD_IP = '127.0.0.1';
const CLUSTER_IP = '10.96.0.10';
const PORT_OF_THE_SERVICE = 8000;
/** What the image brings along (Dockerfile). */
const OF_THE_IMAGE = { NODE_ENV: 'production', HOME: '/app' };

export interface Running {
  /** `Deployment/komodor-port`. */
  readonly name: string;
  /** Where it listens; nobody does in a pod of a Job. */
  readonly url: string;
  /** Everything that its manifest gave it. */
  readonly environment: ReadonlyMap<string, string>;
  readonly process: ServiceProcess;
}

export interface Place {
  /** Everything that is in the namespace. */
  readonly manifests: readonly Manifest[];
  /** Host names of the cluster and what stands in for them: `komodor-port-redis:6379`. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** The pods that a workload makes of itself, or a Job of a CronJob; none for everything else. */
export function podsOf(manifests: readonly Manifest[], kinds: readonly string[]): readonly (readonly [string, Pod])[] {
  return manifests
    .filter(({ kind }) => kinds.includes(kind))
    .map((manifest) => [`${manifest.kind}/${manifest.metadata.name}`, podOf(manifest)] as const);
}

function podOf(manifest: Manifest): Pod {
  const isCronJob = manifest.kind === 'CronJob';
  const { spec } = isCronJob ? withJobTemplate.parse(manifest).spec.jobTemplate : withTemplate.parse(manifest);
  const { name, namespace = 'default' } = manifest.metadata;
  const { template } = spec;
  return PodSchema.parse({ ...template, metadata: { ...template.metadata, name, namespace, uid: `uid-of-${name}` } });
}

/** Starts the one container of a pod with the environment and the files that its manifest gives it, and nothing else. */
export async function startPod(name: string, pod: Pod, { manifests, hosts = {}, folder }: Place): Promise<Running> {
  const [container, ...others] = pod.spec.containers.filter(({ image }) => /\bkomodor\b|-komodor|komodor-/.test(image));
  if (container === undefined || others.length > 0) throw new Error(`${name} has not exactly one container of ours`);
  if (container.command) throw new Error(`${name} replaces the command of the image`);
  const reader = readerOf(manifests);
  const own = mkdtempSync(join(folder, 'pod-'));
  const volumes = await new PodFiles(reader, join(own, 'claims')).write(pod, POD_IP, own);
  const environment = await environmentOf(reader, pod, container, POD_IP);
  // A pod has its own address; here all share one, and each gets a port of its own.
  const port = await freePort();
  const given = { ...Object.fromEntries(environment), ...portOf(environment, port) };
  const moved = Object.entries(given).map(([key, value]) => [key, atHome(value, container, volumes, hosts)] as const);
  const env = { ...OF_THE_IMAGE, ...Object.fromEntries(moved), ...onlyWritesTo(environment, container, volumes) };
  const [command = 'start', ...args] = container.args ?? [];
  const process = await startProcess(command, own, env, args);
  return { name, url: `http://127.0.0.1:${port}`, environment, process };
}

function portOf(environment: ReadonlyMap<string, string>, port: number): Readonly<Record<string, string>> {
  const wanted = environment.get('HTTP_PORT') ?? environment.get('APPLICATION__PORT');
  if (wanted !== undefined && Number(wanted) !== PORT_OF_THE_SERVICE) throw new Error(`It listens on ${wanted}`);
  return { HTTP_PORT: String(port) };
}

/** A value of the environment with paths of mounts and names of the cluster's hosts as they are on this machine. */
function atHome(
  value: string,
  { volumeMounts }: Container,
  volumes: ReadonlyMap<string, string>,
  hosts: Readonly<Record<string, string>>,
): string {
  const mount = volumeMounts
    .filter(({ mountPath }) => value === mountPath || value.startsWith(`${mountPath}/`))
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0];
  const path = mount && join(volumes.get(mount.name) ?? '', mount.subPath, value.slice(mount.mountPath.length));
  return Object.entries(hosts).reduce((text, [host, here]) => text.replace(host, here), path ?? value);
}

/**
 * Node.js refuses every write outside of the pod's writable volumes, as a read-only root does. Only for the built program:
 * the loader of the sources writes a cache.
 */
function onlyWritesTo(
  environment: ReadonlyMap<string, string>,
  { volumeMounts }: Container,
  volumes: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  if (PROGRAM.length > 1) return {};
  const writable = volumeMounts.filter(({ readOnly }) => !readOnly);
  const paths = writable.flatMap(({ name, mountPath }) => [mountPath, volumes.get(name) ?? mountPath]);
  const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
  const also = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : [];
  const options = [
    flag,
    '--allow-fs-read=*',
    '--allow-child-process',
    '--allow-worker',
    '--allow-addons',
    ...also,
  ].filter((option) => process.allowedNodeEnvironmentFlags.has(option.replace(/=.*/, '')));
  const allowed = paths.map((path) => `--allow-fs-write=${path}`);
  return { NODE_OPTIONS: [environment.get('NODE_OPTIONS') ?? '', ...options, ...allowed].join(' ').trim() };
}

/** Manifests that answer like the API server. */
function readerOf(manifests: readonly Manifest[]) {
  return {
    async get(path: string): Promise<unknown> {
      const [, kinds = '', name] = /^\/api\/v1\/namespaces\/[^/]+\/(\w+)(?:\/(.+))?$/.exec(path) ?? [];
      if (kinds === 'services') return { items: manifests.filter(({ kind }) => kind === 'Service').map(serviceOf) };
      const kind = kinds === 'secrets' ? 'Secret' : 'ConfigMap';
      const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
      if (found === undefined) throw new ApiRefusal(404, `${kind} ${name} not found`);
      const { data, stringData } = dataSchema.parse(found);
      const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      return { ...found, data: { ...data, ...Object.fromEntries(encoded) } };
    },
    async create(path: string): Promise<unknown> {
      throw new ApiRefusal(403, `Nothing can be created here: ${path}`);
    },
  };
}

function serviceOf(manifest: Manifest) {
  const { spec } = serviceSchema.parse(manifest);
  return { metadata: { ...manifest.metadata, uid: 'uid' }, spec: { clusterIP: CLUSTER_IP, ...spec } };
}
