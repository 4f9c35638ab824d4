import type { TestFailure } from '../answers/mapping-tests/judge.ts';
import type { TestDocument } from '../answers/mapping-tests/run.ts';
import { escapeControlCharacters, escapeControlCharactersInJson } from '../core/control-characters.ts';

interface Point {
  readonly file: string;
  readonly name: string;
  readonly failures: readonly TestFailure[];
}

function pointsOf({ files }: TestDocument): readonly Point[] {
  return files.flatMap(({ file, tests }) => tests.map(({ name, failures }) => ({ file, name, failures })));
}

/** The results in TAP 13, which every reader knows. What cannot be used is a test that failed. */
export function tapOf(document: TestDocument): string {
  const broken = document.problems.map((message) => ({ file: '', name: message, failures: [{ message }] }));
  const points = [...pointsOf(document), ...broken];
  const lines = points.flatMap(({ file, name, failures }, index) => {
    const description = tapText(file === '' ? name : `${file}: ${name}`);
    if (failures.length === 0) return [`ok ${index + 1} - ${description}`];
    // JSON is YAML.
    const details = failures.map((failure) => `    - ${escapeControlCharactersInJson(JSON.stringify(failure))}`);
    return [`not ok ${index + 1} - ${description}`, '  ---', '  failures:', ...details, '  ...'];
  });
  return ['TAP version 13', `1..${points.length}`, ...lines, ''].join('\n');
}

/** A description must not end its line, nor begin a directive. */
function tapText(text: string): string {
  return escapeControlCharacters(text.replaceAll(/\s+/g, ' ')).replaceAll(/[\\#]/g, (sign) => `\\${sign}`);
}

/** The results as JUnit's XML. */
export function junitOf(document: TestDocument): string {
  const { files, problems, passed, failed } = document;
  const total = passed + failed + problems.length;
  const suites = files.map(({ file, tests }) => {
    const cases = tests.map(({ name, kind, failures }) => {
      const head = `    <testcase${attributes({ classname: `${file}.${kind}`, name, file })}`;
      if (failures.length === 0) return `${head}/>`;
      const [first] = failures;
      const body = failures.map(sentencesOf).join('\n');
      return `${head}>\n      <failure${attributes({ message: first?.message ?? '' })}>${xml(body)}</failure>\n    </testcase>`;
    });
    const failures = tests.filter(({ status }) => status === 'failed').length;
    return [
      `  <testsuite${attributes({ name: file, tests: tests.length, failures, errors: 0 })}>`,
      ...cases,
      '  </testsuite>',
    ].join('\n');
  });
  const broken = problems.map(
    (message) =>
      `    <testcase${attributes({ classname: 'broken', name: message })}>\n      <error${attributes({ message })}/>\n    </testcase>`,
  );
  const brokenSuite =
    problems.length === 0
      ? []
      : [
          `  <testsuite${attributes({ name: 'broken', tests: problems.length, failures: 0, errors: problems.length })}>`,
          ...broken,
          '  </testsuite>',
        ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'mapping tests', tests: total, failures: failed, errors: problems.length })}>`,
    ...suites,
    ...brokenSuite,
    '</testsuites>',
    '',
  ].join('\n');
}

function sentencesOf({ message, entry, expression, input }: TestFailure): string {
  const by = expression === undefined ? '' : `\n  by ${entry}: ${expression}`;
  return `${message}${by}${input === undefined ? '' : `\n  from ${JSON.stringify(input)}`}`;
}

function attributes(values: { readonly [name: string]: string | number }): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xml(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for XML, in which no control character may stand, nor half a surrogate pair. */
function xml(text: string): string {
  return Buffer.from(text)
    .toString()
    .split('\n')
    .map(escapeControlCharacters)
    .join('\n')
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
