import type { TestFailure } from '../answers/mapping-tests/judge.ts';
import type { TestDocument } from '../answers/mapping-tests/run.ts';
import { bold, dim, green, print, printWrapped, red, yellow } from './output.ts';

/** Prints the results of mapping tests for people. */
export function printTests({ files, problems, updated, passed, failed }: TestDocument): void {
  for (const { file, mapping, tests } of files) {
    print(`${bold(file)}  ${dim(`with ${mapping}`)}`);
    for (const { name, line, status, failures, notes } of tests) {
      if (status === 'passed') printWrapped('  ✓ ', name, green);
      else printWrapped('  ✗ ', `${name} (line ${line})`, red, red);
      for (const failure of failures) printFailure(failure);
      for (const note of notes) printWrapped('      ! ', note, yellow, dim);
    }
    print();
  }
  for (const change of updated) printWrapped('updated  ', change, yellow);
  for (const problem of problems) printWrapped('broken  ', problem, red);
  if (updated.length + problems.length > 0) print();
  const parts = [
    ...(failed > 0 ? [red(`${failed} failed`)] : []),
    `${passed} passed`,
    ...(problems.length > 0 ? [red(`${problems.length} broken`)] : []),
  ];
  print(`${bold('Mapping tests:')} ${parts.join(', ')}`);
}

function printFailure({ message, entry, expression, input }: TestFailure): void {
  printWrapped('      ', message);
  if (expression === undefined) return;
  printWrapped('        by   ', `${entry}: ${expression.replaceAll(/\s+/g, ' ')}`, dim);
  if (input !== undefined) printWrapped('        from ', JSON.stringify(input), dim);
}
