import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { filesUnder, type ProjectFile } from '../house/files.ts';

const DO_NOT_SUBSTITUTE = 'kustomize.toolkit.fluxcd.io/substitute';
const VARIABLE = /\$\{[A-Za-z_][^}]*\}/g;
/** Strict mode fails over a variable that is not set, so each has a default. */
const WITH_DEFAULT = /^\$\{[A-Z_][A-Z0-9_]*:=[^}]*\}$/;

const annotated = z.looseObject({
  metadata: z.looseObject({ annotations: z.looseObject({ [DO_NOT_SUBSTITUTE]: z.literal('disabled') }) }),
});

/** What Flux would replace, or fail over, where it is not meant to. */
function strayVariables({ path, text }: ProjectFile): readonly string[] {
  if (!path.endsWith('.yaml')) return (text.match(VARIABLE) ?? []).map((one) => `${path}: ${one}`);
  return parseAllDocuments(text).flatMap((document) => {
    const value: unknown = document.toJS();
    if (annotated.safeParse(value).success) return [];
    return (JSON.stringify(value)?.match(VARIABLE) ?? [])
      .filter((one) => !(path.startsWith('deploy/flux/') && WITH_DEFAULT.test(one)))
      .map((one) => `${path}: ${one}`);
  });
}

describe('Flux, which puts a value in the place of a variable,', () => {
  it('finds none that is not meant for it, in all of deploy/', () => {
    const files = ['.yaml', '.yml', '.json'].flatMap((ending) => filesUnder('deploy', ending));
    // Pipelines go to no cluster, and a template is only text before Helm has rendered it.
    const own = files.filter(({ path }) => !path.includes('/templates/') && !path.startsWith('deploy/ci/'));
    expect(own.length).toBeGreaterThan(10);
    expect(own.flatMap(strayVariables)).toEqual([]);
  });

  it('would be noticed', () => {
    const variable = (body: string) => `$\{${body}}`;
    const map = (annotations: object) =>
      stringify({ kind: 'ConfigMap', metadata: { annotations }, data: { a: variable('datasource') } });
    const at = (path: string, text: string) => strayVariables({ path, text }).length;
    expect(at('deploy/x.yaml', map({}))).toBe(1);
    expect(at('deploy/x.yaml', map({ [DO_NOT_SUBSTITUTE]: 'disabled' }))).toBe(0);
    expect(at('deploy/x.json', variable('datasource'))).toBe(1);
    expect(at('deploy/flux/values.yaml', `a: ${variable('UNSET')}`)).toBe(1);
    expect(at('deploy/flux/values.yaml', `a: ${variable('SET:=default')}`)).toBe(0);
    expect(at('deploy/helm/values.yaml', `a: ${variable('SET:=default')}`)).toBe(1);
  });
});
