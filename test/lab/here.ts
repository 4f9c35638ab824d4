import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathOf, ROOT, type Tool } from '../deploy/tools.ts';

const TOOLS: readonly Tool[] = ['control-plane', 'kubectl', 'helm4', 'helm3'];
const PROGRAMS = ['ip', 'unshare', 'nsenter', 'setpriv', 'openssl', 'redis-server'];

/** Why the lab cannot run here; undefined when it can. */
export function whyNot(): string | undefined {
  if (process.env.K8S_LAB !== '1') return 'K8S_LAB=1 runs it';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux, and root for namespaces';
  const absent = [...TOOLS.filter((tool) => pathOf(tool) === undefined), ...PROGRAMS.filter((name) => !isOnPath(name))];
  if (absent.length > 0) return `no ${absent.join(', ')} here: scripts/deploy/lab.sh, scripts/deploy/tools.sh`;
  return isThere(join(ROOT, 'dist', 'cli.js')) ? undefined : 'no dist/cli.js here: npm run build';
}

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isThere(join(folder, name), constants.X_OK));
}

function isThere(path: string, mode = constants.R_OK): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
