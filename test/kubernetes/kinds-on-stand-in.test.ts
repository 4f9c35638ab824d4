import { startKubernetes } from '../../src/sandbox/kubernetes/start-kubernetes.ts';
import type { ContractServer } from './cluster-stage.ts';
import { CONTRACT_KINDS } from './contract-kinds.ts';
import { describeClusterKinds } from './kind.contract.ts';

async function start(): Promise<ContractServer> {
  const standIn = await startKubernetes();
  return {
    url: standIn.baseUrl,
    token: standIn.token,
    put: async (objects) => {
      for (const object of objects) standIn.put(object);
    },
    remove: async (object) => {
      standIn.remove(object);
    },
    compact: async () => standIn.compact(),
    async withoutRights(act) {
      standIn.setRights([]);
      await act(standIn.token).finally(() => standIn.setRights([{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]));
    },
    close: () => standIn.close(),
  };
}

describeClusterKinds('the stand-in', start, CONTRACT_KINDS);
