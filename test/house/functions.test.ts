import type { Node } from 'typescript/unstable/ast';
import {
  isConstructorDeclaration,
  isFunctionLikeDeclaration,
  isPropertyAssignment,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import { describe, expect, it } from 'vitest';
import { nodesIn, type ParsedFile, parsedFiles } from './program.ts';

const MAX_LINES = 60;

/**
 * Functions that are longer. Each makes one object of functions that share what they know, as the methods of a class do;
 * each of these functions keeps to the limit, and so does what is left without them.
 */
const FACTORIES: readonly string[] = [
  'src/compose.ts createApplication',
  'src/kubernetes/api.ts createKubernetesApi',
  'src/net/governor.ts createGovernor',
  'src/net/http-client.ts createHttpClient',
  'src/net/send.ts createSender',
  'src/port/reporting/log-shipper.ts createLogShipper',
  'src/port/reporting/reporter.ts createPortReporter',
  'src/port/reporting/state-writer.ts createStateWriter',
  'src/port/reporting/sync-reporter.ts createSyncReporter',
  'src/queue/inline-queue.ts createInlineQueue',
  'src/queue/redis-queue.ts createRedisQueue',
];

interface LongFunction {
  /** `src/core/run.ts createRun` */
  readonly name: string;
  readonly lines: number;
  /** Without the functions in it that have a name. */
  readonly ownLines: number;
}

function longFunctionsIn({ path, source }: ParsedFile): readonly LongFunction[] {
  const lineOf = (at: number) => source.getLineAndCharacterOfPosition(at).line + 1;
  const linesOf = (node: Node) => lineOf(node.getEnd()) - lineOf(node.getStart(source)) + 1;
  return [...nodesIn(source)].filter(isFunctionLikeDeclaration).flatMap((node) => {
    const lines = linesOf(node);
    if (lines <= MAX_LINES) return [];
    const name = `${path} ${nameOf(node) ?? `at line ${lineOf(node.getStart(source))}`}`;
    return [{ name, lines, ownLines: namedIn(node).reduce((left, one) => left - linesOf(one), lines) }];
  });
}

/** The functions with a name in another one, without those in them. */
function namedIn(node: Node): readonly Node[] {
  const found: Node[] = [];
  node.forEachChild((child) => {
    if (isFunctionLikeDeclaration(child) && nameOf(child) !== undefined) found.push(child);
    else found.push(...namedIn(child));
  });
  return found;
}

/** Its own name, or that of the variable or the member that it is. */
function nameOf(node: Node): string | undefined {
  if (isConstructorDeclaration(node)) return 'constructor';
  if (isFunctionLikeDeclaration(node) && 'name' in node && node.name) return node.name.getText();
  return isVariableDeclaration(node.parent) || isPropertyAssignment(node.parent)
    ? node.parent.name.getText()
    : undefined;
}

describe('functions', () => {
  const found = parsedFiles.filter(({ path }) => path.startsWith('src/')).flatMap(longFunctionsIn);

  it(`have at most ${MAX_LINES} lines, but for factories that are named here`, () => {
    const long = found.filter(({ name }) => !FACTORIES.includes(name));
    expect(long.map(({ name, lines }) => `${name}: ${lines} lines`)).toEqual([]);
  });

  it('that are named as factories are longer, and none of their functions is, nor what is left without them', () => {
    const fitting = found.filter(({ ownLines }) => ownLines <= MAX_LINES).map(({ name }) => name);
    expect(FACTORIES.filter((name) => !fitting.includes(name))).toEqual([]);
  });
});
