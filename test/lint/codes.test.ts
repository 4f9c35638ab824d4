import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LINT_CODES, type LintCode } from '../../src/answers/lint/codes.ts';
import type { Samples } from '../../src/answers/lint/input.ts';
import { lintFiles, temporaryFile } from './support.ts';

/** A mistake as an edit of the mended mapping or blueprint. */
interface Case {
  readonly code: LintCode;
  readonly mapping?: readonly [mended: string, broken: string];
  readonly blueprint?: readonly [mended: string, broken: string];
  /** What else follows from the mistake. */
  readonly also?: readonly LintCode[];
  readonly rows?: readonly object[];
  readonly clusters?: readonly string[];
}

const MAPPING = `
entityDeletionThreshold: 0.3
createMissingRelatedEntities: false
resources:
  - kind: komodorService
    selector:
      query: .kind == "Deployment"
      clusters: [prod]
    port:
      entity:
        mappings:
          identifier: .cluster + "/" + .service
          title: .service
          blueprint: '"thing"'
          properties:
            status: .status
            deployed: .lastDeploy.endTime | values | todate
            team: .labels.team
            number: .number | tonumber
          relations:
            owner: .labels.team
`;
const BLUEPRINT = `
- identifier: thing
  title: Thing
  schema:
    properties:
      status: { type: string, enum: [healthy, unhealthy] }
      deployed: { type: string, format: date-time }
      team: { type: string }
      number: { type: number }
    required: [status]
  relations:
    owner: { target: owner }
- identifier: owner
  title: Owner
  schema: { properties: { name: { type: string } } }
`;
const row = (service: string, more: object = {}) => ({
  kind: 'Deployment',
  cluster: 'prod',
  namespace: 'shop',
  service,
  status: 'healthy',
  number: '1',
  labels: { team: 'a' },
  lastDeploy: { startTime: 1, status: 'success' },
  ...more,
});
const ROWS = [row('cart'), row('pay', { lastDeploy: { startTime: 1, endTime: 2, status: 'success' } })];

const ENTRY = `  - kind: komodorService
    selector: { query: 'false', clusters: [prod] }
    port: { entity: { mappings: { identifier: .service, blueprint: '"thing"' } } }
`;

const CASES: readonly Case[] = [
  { code: 'mapping_file_invalid', mapping: ['title: .service', 'titel: .service'] },
  {
    code: 'blueprint_file_invalid',
    blueprint: ['type: number', 'type: numeric'],
    also: ['blueprint_unknown', 'blueprint_unused'],
  },
  { code: 'selector_invalid', mapping: ['clusters: [prod]', 'cluster: [prod]'] },
  { code: 'expression_invalid', mapping: ['status: .status', 'status: .status |'] },
  { code: 'text_unquoted', mapping: ['title: .service', 'title: my service'] },
  { code: 'text_unquoted', mapping: ['title: .service', 'title: length'] },
  { code: 'blueprint_unknown', mapping: [`'"thing"'`, `'"thingy"'`], also: ['blueprint_unused'] },
  { code: 'property_undeclared', mapping: ['team: .labels.team', 'taem: .labels.team'] },
  { code: 'relation_undeclared', mapping: ['owner: .labels', 'owners: .labels'] },
  { code: 'relation_target_unknown', blueprint: ['target: owner', 'target: owners'], also: ['blueprint_unused'] },
  {
    code: 'required_unwritten',
    blueprint: ['required: [status]', '  weight: { type: number }\n    required: [weight]'],
  },
  {
    code: 'required_unwritten',
    blueprint: ['owner: { target: owner }', 'home: { target: owner, required: true }\n    owner: { target: owner }'],
  },
  { code: 'required_null', mapping: ['status: .status', 'status: .status | select(. == "x")'] },
  { code: 'value_refused', mapping: ['status: .status', 'status: .status | ascii_upcase'] },
  { code: 'value_refused', mapping: ['number: .number | tonumber', 'number: .number'] },
  { code: 'value_refused', mapping: ['| values | todate', '| values | tostring'] },
  { code: 'null_unguarded', mapping: ['.endTime | values | todate', '.endTime | todate'] },
  { code: 'null_unguarded', mapping: ['team: .labels.team', 'team: .labels.squad | ascii_downcase'] },
  { code: 'field_failed', mapping: ['number: .number | tonumber', 'number: .status | tonumber'] },
  { code: 'item_rejected', mapping: ['.cluster + "/" + .service', '.cluster | tonumber'] },
  { code: 'item_rejected', mapping: ['query: .kind == "Deployment"', 'query: .kind'] },
  { code: 'field_null', mapping: ['team: .labels.team', 'team: .lables.team'] },
  { code: 'selector_never', mapping: ['== "Deployment"', '== "deployment"'] },
  { code: 'identifier_collision', mapping: ['.cluster + "/" + .service', '.cluster'] },
  { code: 'identifier_encoded', mapping: ['"/"', '" "'] },
  { code: 'cluster_unknown', mapping: ['[prod]', '[prod, prdo]'] },
  { code: 'guard_loose', mapping: ['entityDeletionThreshold: 0.3', 'entityDeletionThreshold: 0.5'] },
  { code: 'guard_loose', mapping: ['entityDeletionThreshold: 0.3\n', ''] },
  { code: 'guard_loose', mapping: ['createMissingRelatedEntities: false', 'createMissingRelatedEntities: true'] },
  { code: 'entry_without_effect', mapping: ['resources:\n', `resources:\n${ENTRY}`] },
  {
    code: 'kind_read_twice',
    mapping: ['resources:\n', `resources:\n${ENTRY.replace("'false'", "'true'").replace('[prod]', '[]')}`],
  },
  {
    code: 'blueprint_unused',
    blueprint: [
      '\n- identifier: owner',
      '\n- identifier: spare\n  title: Spare\n  schema: { properties: {} }\n- identifier: owner',
    ],
  },
  { code: 'ocean_differs', mapping: ['title: .service', 'title: env.TITLE'] },
  { code: 'ocean_differs', mapping: ['title: .service', 'title: .service as [$a] ?// $a | $a'] },
  { code: 'ocean_differs', mapping: ['team: .labels.team', '"*": "{ team: .labels.team }"'] },
  {
    code: 'ocean_differs',
    mapping: [
      'owner: .labels.team',
      'owner: { combinator: and, rules: [{ property: "\'x\'", operator: "\'=\'", value: .service }] }',
    ],
  },
];

/** What other tests show: the settings and Port are needed for it, or another jq. */
const ELSEWHERE: readonly LintCode[] = [
  ...(['setting_missing', 'setting_doubtful', 'add_on_unused', 'expression_doubtful'] as const),
  // test/manifests/lint.test.ts
  ...(['manifest_broken', 'catalog_unreadable'] as const),
];

function edited(text: string, [mended, broken]: readonly [string, string] = ['', '']): string {
  if (mended !== '' && !text.includes(mended)) throw new Error(`there is no ${mended}`);
  return mended === '' ? text : text.replace(mended, () => broken);
}

async function codesOf({ mapping, blueprint, rows = ROWS, clusters = ['prod', 'test'] }: Omit<Case, 'code'>) {
  const env = {
    MAPPING_PATH: temporaryFile('mapping.yaml', edited(MAPPING, mapping)),
    BLUEPRINTS_PATH: temporaryFile('blueprints.yaml', edited(BLUEPRINT, blueprint)),
  };
  const samples: Samples = { from: 'file', rows: new Map([['komodorService', rows]]), clusters };
  const { findings } = await lintFiles({ env, samples });
  for (const { message, line, file } of findings) expect([message, line, file]).not.toContain(null);
  return [...new Set(findings.map(({ code }) => code))].sort();
}

describe('each code of lint', () => {
  it('is not found in the mended mapping', async () => expect(await codesOf({})).toEqual([]));

  it.each(CASES)('$code is found in the broken one: $mapping $blueprint', async ({ code, also = [], ...question }) => {
    expect(await codesOf(question)).toEqual([code, ...also].sort());
  });

  it('has a case', () => {
    const tried = [...CASES.map(({ code }) => code), ...ELSEWHERE];
    expect([...new Set(tried)].sort()).toEqual(Object.keys(LINT_CODES).sort());
  });
});

describe('docs/check-mapping.md', () => {
  it('has a row for each code, with what it means', () => {
    const [, table = ''] = readFileSync('docs/check-mapping.md', 'utf8').split(/<!-- \/?codes -->/);
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(Object.entries(LINT_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`));
  });
});
