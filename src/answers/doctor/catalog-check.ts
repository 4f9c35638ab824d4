import { access, constants, readdir, stat } from 'node:fs/promises';
import { codeOf } from '../../net/error-code.ts';
import { type Finding, failed, ok, warning } from './check.ts';

/** Whether the folder of CATALOG_PATH is there and can be read. What its manifests say, `komodor-port validate` tells. */
export async function catalogFinding(path: string): Promise<Finding> {
  try {
    if (!(await stat(path)).isDirectory())
      return failed(`${path} is no folder`, 'Set CATALOG_PATH to the folder that holds the manifests.');
    await access(path, constants.R_OK | constants.X_OK);
    const names = await readdir(path);
    if (names.length > 0) return ok(`${path} can be read`);
    return warning(
      `${path} is empty, so that nothing of it comes to Port, and nothing is deleted`,
      'Check that the ConfigMap or the checkout is mounted there and has manifests.',
    );
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT')
      return failed(`${path} is not there`, 'Check CATALOG_PATH, and what mounts or checks out the folder.');
    return failed(
      `${path} cannot be read (${code})`,
      'Let the user of this process read the folder and what is in it.',
    );
  }
}
