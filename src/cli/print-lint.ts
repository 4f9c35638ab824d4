import { isAbsolute, relative } from 'node:path';
import type { LintFinding } from '../answers/lint/finding.ts';
import type { LintDocument } from '../answers/lint/lint.ts';
import { bold, dim, green, print, printWrapped, red, yellow } from './output.ts';

const NO_FILE = 'settings and Port';

/** Prints the findings for people: file by file, line by line. */
export function printLint({ findings, mapping, samples }: LintDocument): void {
  let file: string | undefined;
  for (const finding of findings) {
    const of = finding.file === null ? NO_FILE : shown(finding.file);
    if (of !== file) {
      if (file !== undefined) print();
      print(bold(of));
      file = of;
    }
    printFinding(finding);
  }
  if (findings.length > 0) print();
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const paint = errors > 0 ? red : warnings > 0 ? yellow : green;
  const counts = findings.length === 0 ? 'clean' : `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  const kinds = Object.entries(samples?.kinds ?? {}).map(([kind, number]) => `${number} ${kind}`);
  const tried = samples === null ? 'without samples' : `on ${kinds.join(', ') || 'no samples'} (${samples.from})`;
  printWrapped(`${counts}  `, `${shown(mapping)}, ${tried}`, paint, dim);
}

function printFinding({ line, severity, code, path, message, advice }: LintFinding): void {
  const place = line === null ? '' : `${line}`;
  const label = `${place.padStart(5)}  ${severity.padEnd(7)}  `;
  printWrapped(label, `${code}  ${path}`, severity === 'error' ? red : yellow);
  printWrapped('       ', message);
  if (advice !== '') printWrapped('       ', advice, undefined, dim);
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** Prints the findings as commands of GitHub Actions, which shows them beside the lines. */
export function printForGitHub({ findings }: LintDocument): void {
  for (const { severity, code, file, line, path, message, advice } of findings) {
    const place = [
      ...(file === null ? [] : [`file=${property(shown(file))}`]),
      ...(line === null ? [] : [`line=${line}`]),
      `title=${property(code)}`,
    ];
    const text = [[path, message].filter((part) => part !== '').join(': '), advice].filter((part) => part !== '');
    print(`::${severity} ${place.join(',')}::${data(text.join('\n'))}`);
  }
}

/** The path from the working directory, as GitHub and people know it. */
function shown(file: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
