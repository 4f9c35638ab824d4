import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * What node has to be given to run the program: what `npm run build` has made, if that is not older than any source; else
 * the sources by tsx, which costs each start a second of processor time.
 */
export const PROGRAM: readonly string[] = isBuilt()
  ? [root('dist/cli.js')]
  : ['--import', import.meta.resolve('tsx'), root('src/cli.ts')];

function isBuilt(): boolean {
  const built = statSync(root('dist/cli.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(root('src'), { recursive: true, withFileTypes: true });
  return sources.every((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs <= built);
}
