// Runs after `npm ci` / `npm install` and before `npm pack`: builds dist/. It is called `postprepare` in package.json, because
// npm 12 warns whoever installs a package with a `prepare` script.
// A missing compiler (an install without dev dependencies) is no failure: dist/ came with the package.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

function isInstalled(name) {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

if (['typescript', 'vite'].every(isInstalled)) await import('./build.mjs');
