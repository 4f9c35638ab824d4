import { whyBroken } from './broken-expression.ts';
import type { JqRunner } from './jq-runner.ts';
import { checkProgram, MAX_PROGRAM_BYTES } from './program-text.ts';

/**
 * Compiles expressions without running them. Returns the reason for each that jq refuses. If all compile, this takes one
 * run of jq; otherwise the list is halved until each wrong one is alone.
 */
export async function findBrokenExpressions(
  expressions: readonly string[],
  options: { readonly jq: JqRunner; readonly prelude: string; readonly deadlineMs: number },
): Promise<ReadonlyMap<string, string>> {
  async function check(part: readonly string[]): Promise<readonly (readonly [string, string])[]> {
    if (part.length === 0) return [];
    const message = await compile(part);
    if (message === undefined) return [];
    const [only] = part;
    if (part.length === 1 && only !== undefined) return [[only, message]];
    const middle = Math.ceil(part.length / 2);
    return (await Promise.all([check(part.slice(0, middle)), check(part.slice(middle))])).flat();
  }

  async function compile(part: readonly string[]): Promise<string | undefined> {
    const program = checkProgram(options.prelude, part);
    if (Buffer.byteLength(program) > MAX_PROGRAM_BYTES) {
      // The text that we add around the expressions counts too.
      const room = MAX_PROGRAM_BYTES - Buffer.byteLength(checkProgram(options.prelude, ['']));
      return `it is too long (at most ${Math.floor(room / 1024)} KiB)`;
    }
    const outcome = await options.jq.run(program, '', { deadlineMs: options.deadlineMs });
    if (outcome.ok) return undefined;
    if (outcome.resource) return `compiling it ${outcome.message}`;
    // Only for a single expression it is certain which one is wrong.
    const [text = ''] = part;
    return whyBroken(outcome.message, program, text);
  }

  return new Map(await check(expressions));
}
