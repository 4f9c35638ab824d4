import { join } from 'node:path';
import type { Said } from '../answers/lint/finding.ts';
import type { OfflineSettings } from '../config/settings.ts';
import { createFolderSource } from '../manifests/source.ts';

/** What is wrong in the folder of CATALOG_PATH: broken manifests by file and line, and the folder itself. */
export async function catalogFindings(
  { catalogPath }: Pick<OfflineSettings, 'catalogPath'>,
  signal: AbortSignal,
): Promise<readonly Said[]> {
  if (catalogPath === undefined) return [];
  const { troubles, faults } = await createFolderSource({ path: catalogPath }).read(signal);
  return [
    ...troubles.map(
      ({ detail }): Said => ({
        code: 'catalog_unreadable',
        severity: 'error',
        file: null,
        path: 'CATALOG_PATH',
        message: detail,
      }),
    ),
    ...faults.map(
      ({ file, line, message }): Said => ({
        ...{ code: 'manifest_broken', severity: 'error', path: '', message },
        ...{ file: join(catalogPath, file), line },
      }),
    ),
  ];
}
