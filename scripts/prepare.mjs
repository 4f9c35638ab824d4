// Runs after `npm ci` / `npm install` and before `npm pack`: builds dist/. It is called `postprepare` in package.json, because
// npm 12 warns whoever installs a package with a `prepare` script.
// A missing Vite (an install without dev dependencies) is no failure: dist/ came with the package.
import { createRequire } from 'node:module';

function isInstalled(name) {
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

if (isInstalled('vite')) await import('./build.mjs');
