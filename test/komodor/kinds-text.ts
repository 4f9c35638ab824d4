import { DEFINITIONS } from '../../src/komodor/kinds.ts';

const INTRODUCTION = `# The kinds

<!-- Written by \`npx vitest run test/komodor/kinds-docs.test.ts -u\` from the definitions in src/komodor/kinds, and from test/komodor/kinds-text.ts. -->

A mapping reads these kinds. Those of an add-on come with a default mapping and blueprints when \`ADD_ONS\` names it; any mapping may
name every kind. A selector narrows what a system is asked for; \`query\`, a jq expression, decides about each item after that. A
value of a selector may be one or a list; an empty list leaves nothing out.

The kinds of Komodor are always there. Any resource of a cluster is a kind when [\`KUBERNETES\`](configuration.md#sources) names the
cluster, and the manifests of a folder are two kinds when \`CATALOG_PATH\` names the folder. An entry with a kind that the settings do not
let this program read is disabled, with a message that names the setting; nothing of its blueprints is deleted. \`lint\`, \`map\`, \`test\` and
\`validate\` take all kinds without these settings.
`;

interface OtherKind {
  readonly heading: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
  readonly after: string;
}

const GONE = 'gone: deleted once it is confirmed';

/** The kinds that are not Komodor's. */
export const RESOURCE_KIND: OtherKind = {
  heading: 'group/version/resource',
  facts: {
    Endpoint:
      'the list of the resource: `apis/{group}/{version}/{resource}`, of the core group `api/{version}/{resource}`',
    'Add-on': '`kubernetes`, `kubernetes-pods`, `kubernetes-rollouts` for some of them',
    Identity: 'namespace and name',
    'An entity that a complete read does not give': GONE,
    Proof:
      'one `resourceVersion` over all pages and an empty `continue` at the end, or the bookmark with which a streaming list says that it was all; an absence is confirmed by a consistent list of its namespace, or by its name where it lies in none',
  },
  selector: {
    namespaces: 'Names of namespaces. Default: all.',
    labelSelector: 'As kubectl takes it: `app=api,tier!=test`. Default: none.',
    fieldSelector: 'As kubectl takes it: `metadata.name=api`. Default: none.',
  },
  after: `A mapping may write \`Apps/V1/Deployment\` or \`apps/v1/deployments\`, \`v1/pods\` or \`core/v1/Pod\`: reports, \`--kind\` and \`kinds\` of a
request use \`apps/v1/deployments\` and take any spelling. jq sees the object with \`apiVersion\` and \`kind\`, without \`metadata.managedFields\`,
and without the values of a Secret. \`env.CLUSTER_NAME\` is the setting of that name. \`kubectl get pods -o json | komodor-port map --kind v1/pods\`
shows what the mapping makes of what there is.
`,
};

export const FOLDER_KINDS: OtherKind = {
  heading: 'getport.io/v1/entities and getport.io/v1/clusterentities',
  facts: {
    Source: 'the manifests in the folder of `CATALOG_PATH`; without that, the cluster of `KUBERNETES`, as above',
    'Add-on': '`git`',
    Identity: 'namespace and name',
    'An entity that a complete read does not give': GONE,
    Proof:
      'the folder is there and not empty, every file was read and parsed, and nothing changed meanwhile; an absence is confirmed by reading the whole folder again',
  },
  selector: { namespaces: 'Names of namespaces, as the manifests have them. Default: all.' },
  after: 'When both settings are there, the folder wins: `lint` and the start say so.\n',
};

/** docs/kinds.md: what the test compares the page with. */
export function kindsPage(): string {
  return [INTRODUCTION, ...DEFINITIONS.map(section), ...[RESOURCE_KIND, FOLDER_KINDS].map(otherSection)].join('\n');
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

function otherSection({ heading, facts, selector, after }: OtherKind): string {
  return [
    `## ${heading}`,
    '',
    '| | |',
    '|---|---|',
    ...Object.entries(facts).map(([name, text]) => `| ${name} | ${text} |`),
    '',
    '| Key of the selector | Meaning |',
    '|---|---|',
    ...Object.entries(selector).map(([key, text]) => `| \`${key}\` | ${text} |`),
    '',
    after,
  ].join('\n');
}
