import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const SCRIPT = `${'export const words = "komodor";\n'.repeat(100)}`;

/** A page as Vite builds it, in a folder of its own, with a secret beside it. */
export function builtPage(): string {
  const root = mkdtempSync(join(tmpdir(), 'page-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'page');
  mkdirSync(join(folder, 'assets/nested'), { recursive: true });
  const files = {
    'secret.js': 'secret',
    'page/index.html': `<!doctype html><html><head><base href="%BASE%"><meta name="komodor-port" content="%VERSION%"><meta name="csp-nonce" nonce="%NONCE%" content="%NONCE%">
<script type="module" src="assets/main-1a2b3c4d.js"></script><link rel="stylesheet" href="assets/main-Bt_x-a9Z.css"></head></html>`,
    'page/assets/main-1a2b3c4d.js': SCRIPT,
    'page/assets/main-Bt_x-a9Z.css': 'body { margin: 0; }',
    'page/assets/mark-5e6f7a8b.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'page/assets/photo-7a8b9c0d.png': 'png',
    'page/assets/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'page/assets/nested/deep-9c0d1e2f.js': 'deep',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return folder;
}
