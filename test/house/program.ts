import { fileURLToPath } from 'node:url';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import { afterAll } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A file as the compiler reads it. */
export interface ParsedFile {
  /** From the project's root: `src/core/run.ts`. */
  readonly path: string;
  readonly source: SourceFile;
}

// The compiler calls this part of it unstable; its version is pinned.
const api = new API({ cwd: ROOT });
const [project] = api.updateSnapshot({ openProjects: [`${ROOT}tsconfig.json`] }).getProjects();
if (!project) throw new Error('tsconfig.json makes no project');
afterAll(() => api.close());

/** Knows what each name stands for. */
export const { checker } = project;

/** All files of the project: `src`, `test`, `bench`. */
export const parsedFiles: readonly ParsedFile[] = project.rootFiles.flatMap((name) => {
  const source = project.program.getSourceFile(name);
  return source ? [{ path: name.slice(ROOT.length), source }] : [];
});

/** A node and everything in it, the outer before the inner. */
export function* nodesIn(node: Node): Generator<Node> {
  yield node;
  const children: Node[] = [];
  node.forEachChild((child) => void children.push(child));
  for (const child of children) yield* nodesIn(child);
}
