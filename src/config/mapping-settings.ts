import { z } from 'zod';
import { setting } from './setting-info.ts';
import { blueprintName, flag, names, oneOf } from './setting-values.ts';

/** Where the mapping and the blueprints come from, and what a mapping may use. */
export const mappingSettings = {
  mappingSource: setting(
    'Mapping',
    'MAPPING_SOURCE',
    {
      default: 'port',
      description:
        "`port`: Port's UI holds the mapping, ours only seeds it. `file`: the files are the truth and are written to Port.",
    },
    oneOf(['port', 'file']),
  ),
  mappingPath: setting(
    'Mapping',
    'MAPPING_PATH',
    {
      ocean: ['OCEAN__RESOURCES_PATH'],
      default: 'mappings',
      description: 'Mapping file, or a folder of them. Unset and no such folder here: the shipped one.',
    },
    z.string(),
  ),
  blueprintsPath: setting(
    'Mapping',
    'BLUEPRINTS_PATH',
    {
      ocean: ['OCEAN__RESOURCES_PATH'],
      default: 'blueprints',
      description: 'Blueprint file, or a folder of them. Unset and no such folder here: the shipped one.',
    },
    z.string(),
  ),
  addOns: setting(
    'Mapping',
    'ADD_ONS',
    {
      default: '',
      description:
        'Add-ons to switch on, separated by commas: `clusters`, `jobs`, `issues`, `deploys`, `monitors`, `cost`, `git`, `k8s-workloads`, `komodor-workloads`, `kubernetes`, `kubernetes-pods`, `kubernetes-rollouts`, `kubernetes-flux`, `kubernetes-argocd`.',
    },
    names(),
  ),
  k8sWorkloadBlueprint: setting(
    'Mapping',
    'K8S_WORKLOAD_BLUEPRINT',
    {
      default: 'workload',
      description: "Blueprint of Kubernetes workloads for the add-ons (`k8s_workload` with Port's newer defaults).",
    },
    blueprintName(),
  ),
  allowEnvInMapping: setting(
    'Mapping',
    'ALLOW_ENV_IN_MAPPING',
    {
      ocean: ['OCEAN__ALLOW_ENVIRONMENT_VARIABLES_JQ_ACCESS'],
      default: 'false',
      description: 'Let expressions read environment variables through `env` and `$ENV`.',
    },
    flag(),
  ),
  jqPath: setting(
    'Mapping',
    'JQ_PATH',
    { default: null, description: 'A jq 1.8 or newer to use. Unset: the best one that is found.' },
    z.string().optional(),
  ),
};
