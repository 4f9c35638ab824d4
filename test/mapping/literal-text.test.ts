import { describe, expect, it } from 'vitest';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { literalText } from '../../src/core/expression/prepare.ts';
import { reportedEntries } from '../../src/port/reporting/reported-entries.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';
import { compile } from './support.ts';

const SPELLINGS = [
  ['"risk"', 'risk'],
  ["'risk'", 'risk'],
  [' "risk" ', 'risk'],
  ['"risk" # the one', 'risk'],
  ["'risk' # the one", 'risk'],
  ['"r\\u0069sk"', 'risk'],
  ['"a b"', 'a b'],
  ['"ri" + "sk"', null],
  ['.kind', null],
  ['risk', null],
  ['""', null],
  ['true', null],
  ['"\\(.kind)"', null],
] as const;

describe('which blueprint an expression names outright', () => {
  it.each(SPELLINGS)('%s: %s', (expression, name) => expect(literalText(expression)).toBe(name));

  it.each(SPELLINGS)('is the same for everybody who asks: %s', async (blueprint, name) => {
    const entry = (kind: string) => ({
      kind,
      selector: { query: 'true' },
      port: { entity: { mappings: { identifier: '.id', blueprint } } },
    });
    const resources = [entry('komodorHealthMonitoring'), entry('unheardKind')];
    const { mapping } = parseMapping({ resources }, 'test', KOMODOR_NAMES);
    expect(mapping.disabled.map(({ blueprints }) => blueprints)).toEqual([name === null ? null : [name]]);
    const { program } = await compile(mapping.entries);
    // Where jq does not compile the expression there is no program of it.
    if (program.entries.length > 0) expect(program.blueprints).toEqual([name]);
    const [planned] = reportedEntries(mapping, []);
    expect(planned).toMatchObject({ blueprints: name === null ? [] : [name], computesBlueprint: name === null });
  });
});
