import type { TestProject } from 'vitest/node';
import { pathOf } from '../deploy/tools.ts';
import { startCluster } from './cluster.ts';
import { whyNot } from './here.ts';
import { startRunner } from './process-runner.ts';

/** What tests know of the lab that runs. */
export interface Lab {
  readonly kubeconfig: string;
  readonly directory: string;
  readonly url: string;
  readonly authority: string;
  readonly token: string;
  readonly etcd: string;
  readonly hostAddress: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly lab: Lab;
  }
}

/** Starts the one cluster of a test run, before the first test. @returns what stops it after the last one */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const program = pathOf('control-plane');
  if (program === undefined || whyNot() !== undefined) return undefined;
  const cluster = await startCluster(program);
  const runner = await startRunner(cluster);
  const { kubeconfig, directory, url, authority, token, etcd, network } = cluster;
  const { hostAddress } = network;
  project.provide('lab', { kubeconfig, directory, url, authority, token, etcd, hostAddress });
  return async () => {
    await runner.stop();
    await cluster.stop();
  };
}
