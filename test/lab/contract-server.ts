import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { KubernetesObject } from '../../src/sandbox/kubernetes/model.ts';
import type { ContractServer } from '../kubernetes/cluster-stage.ts';
import { type Access, Api, ApiRefusal } from './api.ts';

const ListSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string(), continue: z.string().default('') }),
});
const EtcdSchema = z.looseObject({ header: z.looseObject({ revision: z.string() }) });
const TokenSchema = z.looseObject({ status: z.looseObject({ token: z.string() }) });
const AT_A_TIME = 8;
const PLURALS: Readonly<Record<string, string>> = { Entity: 'entities', ClusterEntity: 'clusterentities' };

/** A real API server for the contract of kinds. @param etcd where its storage listens for clients */
export function contractServer(access: Access, etcd: string): ContractServer {
  const api = new Api(access);

  async function put(object: KubernetesObject): Promise<void> {
    const path = pathOf(object);
    try {
      await api.create(path, object);
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.status !== 409) throw error;
      await api.merge(`${path}/${object.metadata.name}`, object);
    }
  }

  return {
    url: access.url,
    authority: access.authority,
    token: access.token,
    async put(objects) {
      const waiting = [...objects];
      const lane = async () => {
        for (let object = waiting.shift(); object; object = waiting.shift()) await put(object);
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, lane));
    },
    async remove(object) {
      const path = `${pathOf(object)}/${object.metadata.name}`;
      await api.remove(path, { apiVersion: 'v1', kind: 'DeleteOptions' });
      // A namespace goes when its controller has emptied it.
      while (await isThere(api, path)) await sleep(200);
    },
    async compact(kind) {
      const path = kind.split('/').length === 2 ? `/api/${kind}` : `/apis/${kind}`;
      const before = `${path}?limit=1&continue=${encodeURIComponent(await continueOf(api, path))}`;
      // A revision behind all that was read.
      const { revision } = await ask(etcd, 'put', { key: base64('contract'), value: base64(kind) });
      // The API server reads from its own copies of the past until this key says that it is gone.
      await ask(etcd, 'put', { key: base64('compact_rev_key'), value: base64(revision) });
      await ask(etcd, 'compaction', { revision, physical: true });
      while (await isThere(api, before, 410)) await sleep(500);
    },
    async withoutRights(act) {
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'nobody', namespace: 'default' } };
      await put(account);
      const path = `${pathOf(account)}/nobody/token`;
      const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
      await act(TokenSchema.parse(await api.create(path, request)).status.token);
    },
    async close() {
      api.close();
    },
  };
}

function pathOf({ apiVersion, kind, metadata: { namespace } }: KubernetesObject): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${root}${place}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}`;
}

async function isThere(api: Api, path: string, gone = 404): Promise<boolean> {
  try {
    await api.get(path);
    return true;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === gone) return false;
    throw error;
  }
}

async function continueOf(api: Api, path: string): Promise<string> {
  return ListSchema.parse(await api.get(`${path}?limit=1`)).metadata.continue;
}

/** Asks etcd by its gateway for JSON. */
async function ask(etcd: string, what: string, body: unknown) {
  const answer = await fetch(`${etcd}/v3/kv/${what}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`etcd answered ${answer.status} to ${what}: ${await answer.text()}`);
  return EtcdSchema.parse(await answer.json()).header;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
