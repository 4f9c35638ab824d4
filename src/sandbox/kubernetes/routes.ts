import { DEFINITIONS } from './definitions.ts';

const VERBS = ['list', 'watch', 'get', 'create', 'update', 'patch', 'delete'];

/** What faults and the log call the routes of the stand-in. */
export const kubernetesRoutes: readonly string[] = [
  'discovery',
  'server',
  ...VERBS.flatMap((verb) => [...new Set(DEFINITIONS.map(({ resource }) => `${verb}-${resource}`))]),
  'create-selfsubjectaccessreviews',
  'create-selfsubjectrulesreviews',
];
