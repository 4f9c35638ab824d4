import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../deploy/tools.ts';
import { mustOnCluster, onCluster } from './lab.ts';
import { until } from './processes.ts';

/** Where `scripts/deploy/schemas.sh crds` writes the CustomResourceDefinitions of Flux and the others. */
const FOLDER = join(process.env.DEPLOY_TOOLS ?? join(ROOT, '.deploy-tools'), 'crds');

/** Why they cannot be installed here; undefined when they can. */
export const whyNoDefinitions = existsSync(FOLDER) ? undefined : 'no CRDs here: scripts/deploy/schemas.sh crds';

/** Installs the definitions of everything that our manifests use: other people's, and our own of deploy/catalog. */
export async function installDefinitions(): Promise<void> {
  const families = readdirSync(FOLDER).flatMap((family) => ['-f', join(FOLDER, family)]);
  await mustOnCluster('kubectl', ['apply', '--server-side', ...families]);
  await mustOnCluster('kubectl', ['apply', '--server-side', '-k', join(ROOT, 'deploy/catalog/crds')]);
  await established('--all');
}

/** Waits until definitions are served. kubectl refuses to wait for one that is so new that it has no conditions. */
export async function established(...names: readonly string[]): Promise<void> {
  const wait = ['wait', '--for=condition=Established', '--timeout=60s', 'crd', ...names];
  await until(`the definitions ${names.join(', ')}`, async () => {
    const { code } = await onCluster('kubectl', wait);
    return code === 0 ? true : undefined;
  });
}
