import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the project. */
export interface ProjectFile {
  /** From the project's root: `src/core/run.ts`. */
  readonly path: string;
  readonly text: string;
}

export function readProjectFile(path: string): ProjectFile {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** All files under a folder whose name ends so. */
export function filesUnder(folder: string, ending: string): readonly ProjectFile[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => readProjectFile(relative(ROOT, join(entry.parentPath, entry.name))));
}

export const sources = filesUnder('src', '.ts');

/** What people read. */
export const pages: readonly ProjectFile[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'].map(readProjectFile),
  ...filesUnder('docs', '.md'),
];

/** What a source file imports: our own files by path from the root, everything else by name. */
export function importsOf({ path, text }: ProjectFile): readonly string[] {
  const statements = text.matchAll(
    /^(?:import|export)\s[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...statements].map(([, from, bare, dynamic]) => {
    const name = from ?? bare ?? dynamic ?? '';
    return name.startsWith('.') ? join(dirname(path), name) : name;
  });
}
