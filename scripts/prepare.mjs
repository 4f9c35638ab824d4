// Runs after `npm ci` / `npm install`: builds dist/ and, where a code-hosting site can be reached, fetches a native jq.
// Neither a missing network nor a missing compiler (production installs) may fail the install.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const DOWNLOAD_TIMEOUT_MS = 15_000;
const require = createRequire(import.meta.url);

function build() {
  let compiler;
  try {
    compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  } catch {
    return; // installed without dev dependencies: dist/ came with the package
  }
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** node-jq's own download script, softly: without it the program falls back to jq on PATH or to WebAssembly. */
function fetchNativeJq() {
  const nodeJq = dirname(require.resolve('node-jq/package.json'));
  const binary = join(nodeJq, 'bin', 'jq');
  if (existsSync(binary) || process.env.JQ_PATH || process.env.NODE_JQ_SKIP_INSTALL_BINARY === 'true') return;
  const env = { ...process.env };
  delete env.npm_config_jq_path;
  const { status } = spawnSync(process.execPath, [join(nodeJq, 'scripts', 'install-binary.mjs')], {
    env,
    stdio: 'ignore',
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  if (status === 0 && existsSync(binary)) return;
  rmSync(binary, { force: true }); // a half-written file must not be taken for a jq
  console.log('No native jq could be fetched: jq on PATH or the bundled WebAssembly jq will be used (docs/jq.md).');
}

build();
fetchNativeJq();
