import { DEFINITIONS } from '../../src/komodor/kinds.ts';

const INTRODUCTION = `# The kinds of Komodor

<!-- Written by \`npx vitest run test/komodor/kinds-docs.test.ts -u\` from the definitions in src/komodor/kinds. -->

A mapping reads these kinds. Those of an add-on come with a default mapping and blueprints when \`ADD_ONS\` names it; any mapping may
name every kind. A selector narrows what Komodor is asked for; \`query\`, a jq expression, decides about each item after that. A
value of a selector may be one or a list; an empty list leaves nothing out.
`;

/** docs/kinds.md: what the test compares the page with. */
export function kindsPage(): string {
  return [INTRODUCTION, ...DEFINITIONS.map(section)].join('\n');
}

function section({ name, doc }: (typeof DEFINITIONS)[number]): string {
  const keys = Object.entries(doc.selector).map(([key, text]) => `| \`${key}\` | ${text} |`);
  return [
    `## ${name}`,
    '',
    `${doc.title}.`,
    '',
    '| | |',
    '|---|---|',
    `| Endpoint | \`${doc.endpoint}\` |`,
    `| Add-on | ${doc.addOn === undefined ? 'none: always there' : `\`${doc.addOn}\``} |`,
    `| Default blueprint | ${doc.blueprint} |`,
    `| Identity | ${doc.identity} |`,
    `| An entity that a complete read does not give | ${doc.absence} |`,
    `| Proof | ${doc.completeness} |`,
    `| May be missing | ${(doc.mayLack ?? []).map((path) => `\`${path}\``).join(', ') || 'nothing that is known'} |`,
    '',
    ...(keys.length === 0
      ? ['Its selector has no keys besides `query`.']
      : ['| Key of the selector | Meaning |', '|---|---|', ...keys]),
    '',
  ].join('\n');
}
