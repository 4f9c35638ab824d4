// Runs after `npm ci` / `npm install` and before `npm pack`: builds dist/. It is called `postprepare` in package.json, because
// npm 12 warns whoever installs a package with a `prepare` script.
// A missing compiler (an install without dev dependencies) is no failure: dist/ came with the package.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

let compiler;
try {
  const found = createRequire(import.meta.url).resolve('typescript/package.json');
  compiler = join(dirname(found), 'bin', 'tsc');
} catch {
  process.exit(0);
}
// What is found by reading a folder would be found although its source is gone.
rmSync('dist', { recursive: true, force: true });
process.exit(spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { stdio: 'inherit' }).status ?? 1);
