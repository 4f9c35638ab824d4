import { z } from 'zod';
import { setting } from './setting-info.ts';
import { oneOf } from './setting-values.ts';

/** What is read besides Komodor: a folder of manifests, a cluster. */
export const sourceSettings = {
  catalogPath: setting(
    'Sources',
    'CATALOG_PATH',
    {
      default: null,
      description:
        'A folder with manifests of `Entity` and `ClusterEntity` (`getport.io/v1`): a ConfigMap, a checkout. Unset: none is read.',
    },
    z.string().trim().min(1, 'must be the path of a folder').optional(),
  ),
  kubernetes: setting(
    'Sources',
    'KUBERNETES',
    {
      default: 'off',
      description:
        'The cluster to read: `in-cluster` (with the rights of the service account), the path of a kubeconfig, or `off`.',
    },
    cluster(),
  ),
  clusterName: setting(
    'Sources',
    'CLUSTER_NAME',
    {
      // Port's exporter for Kubernetes has the same name.
      default: null,
      description: 'The name of the cluster, which expressions read as `env.CLUSTER_NAME`.',
    },
    z
      .string()
      .trim()
      .regex(/^[^\p{Cc}]{1,253}$/u, 'must be a name of at most 253 characters, without line breaks')
      .optional(),
  ),
  kubernetesWriteBack: setting(
    'Sources',
    'KUBERNETES_WRITE_BACK',
    {
      default: 'off',
      description:
        'How the objects of `getport.io` in the cluster are told what became of them: `events`, `status` (with Events), or `off`.',
    },
    oneOf(['off', 'events', 'status']),
  ),
};

/** `off` as undefined, `in-cluster`, or a path. */
function cluster() {
  const message = 'must be off, in-cluster, or the path of a kubeconfig';
  return z
    .string()
    .trim()
    .transform((text, context) => {
      const word = text.toLowerCase().replaceAll('_', '-');
      if (OFF.includes(word)) return undefined;
      if (word === 'in-cluster' || word === 'incluster') return IN_CLUSTER;
      // Somebody means to switch it on, and has no file of that name.
      if (text !== '' && !ON.includes(word)) return text;
      context.addIssue(message);
      return z.NEVER;
    });
}

const IN_CLUSTER = 'in-cluster';
const OFF: readonly string[] = ['off', 'false', 'no', '0', 'none', 'disabled'];
const ON: readonly string[] = ['on', 'true', 'yes', '1', 'enabled'];
