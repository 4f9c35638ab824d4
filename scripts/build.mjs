// Builds dist/ from nothing: the program with tsc, the operator's page with Vite.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

function run(packageName, file, ...args) {
  const script = join(dirname(require.resolve(`${packageName}/package.json`)), ...file.split('/'));
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

// What is found by reading a folder would be found although its source is gone.
rmSync('dist', { recursive: true, force: true });
run('typescript', 'bin/tsc', '-p', 'tsconfig.build.json');
run('vite', 'bin/vite.js', 'build', '--logLevel', 'warn');
