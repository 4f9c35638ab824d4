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
    'page/index.html': `<!doctype html><html><head><base href="%BASE%"><meta name="csp-nonce" nonce="%NONCE%" content="%NONCE%">
<script type="module" src="assets/main-1a2b.js"></script><link rel="stylesheet" href="assets/main-3c4d.css"></head></html>`,
    'page/assets/main-1a2b.js': SCRIPT,
    'page/assets/main-3c4d.css': 'body { margin: 0; }',
    'page/assets/mark-5e6f.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'page/assets/photo-7a8b.png': 'png',
    'page/assets/nested/deep-9c0d.js': 'deep',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return folder;
}
