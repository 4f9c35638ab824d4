import type { FileProblem } from '../../config/documents.ts';
import { looksLikeText } from '../../mapping/broken-expression.ts';
import type { LintCode } from './codes.ts';
import type { Said } from './finding.ts';
import type { Given } from './input.ts';

/** What reading the mapping and the blueprints complained about. */
export function checkFiles({ origin, fileProblems, blueprintProblems }: Given): readonly Said[] {
  const said =
    (code: LintCode) =>
    (problem: FileProblem): Said => {
      const { file, document, position } = problem.origin;
      const isKnown = origin.isFile || code === 'blueprint_file_invalid';
      return {
        code,
        severity: problem.severity,
        path: problem.path,
        message: problem.what,
        ...(isKnown ? { file } : {}),
        ...(document === undefined ? {} : { document }),
        ...(position === undefined ? {} : { line: position.line }),
      };
    };
  return [...fileProblems.map(said('mapping_file_invalid')), ...blueprintProblems.map(said('blueprint_file_invalid'))];
}

/** Selectors that a kind does not take. */
export function checkSelectors({ mapping, kinds }: Given): readonly Said[] {
  return mapping.entries.flatMap(({ kind, path, selector }) => {
    const selected = kinds.get(kind)?.select(selector);
    const complaints = selected !== undefined && 'complaints' in selected ? selected.complaints : [];
    return complaints.map((complaint): Said => {
      const [, key = '', message = complaint] = /^(\S+): (.*)$/s.exec(complaint) ?? [];
      return { code: 'selector_invalid', severity: 'error', path: `${path}.selector.${key}`, message };
    });
  });
}

/** Expressions that do not compile, and those that the jq in use cannot run. */
export function checkExpressions({ complaints, uses }: Given): readonly Said[] {
  const expressionAt = new Map(uses.map(({ path, expression }) => [path, expression]));
  return complaints.flatMap(({ code, severity, path, message }): Said[] => {
    const expression = expressionAt.get(path) ?? '';
    if (code === 'expression_invalid' && looksLikeText(expression)) return [unquoted(path, expression, 'error')];
    return code === 'mapping_file_invalid' ? [] : [{ code, severity, path, message }];
  });
}

/** Words that jq knows as functions, where a text belongs: `title: type` gives `object`. */
export function checkBareWords({ uses, broken }: Given): readonly Said[] {
  return uses
    .filter(({ path, expression }) => !broken.has(path) && isTextField(path) && isBareFunction(expression))
    .map(({ path, expression }) => unquoted(path, expression, 'warning'));
}

function isTextField(path: string): boolean {
  return /\.(?:blueprint|identifier|title|icon|team)$/.test(path);
}

function isBareFunction(expression: string): boolean {
  return (
    /^[a-z_][a-z0-9_]*$/.test(expression.trim()) && !['true', 'false', 'null', 'empty'].includes(expression.trim())
  );
}

function unquoted(path: string, expression: string, severity: Said['severity']): Said {
  const text = expression.trim();
  const field = /\W/.test(text) ? '' : `; for a field of the item: .${text}`;
  return {
    code: 'text_unquoted',
    severity,
    path,
    message: `${text} has no inner quotes, so it is ${severity === 'error' ? 'no text but a jq program that does not compile' : 'a function of jq and no text'}`,
    advice: `Write '${JSON.stringify(text)}'${field}.`,
  };
}
