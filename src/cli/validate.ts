import { loadDefaults } from '../compose/defaults.ts';
import { createJqMapper } from '../compose/jq-mapper.ts';
import { loadOfflineSettings, type OfflineSettings } from '../config/settings.ts';
import { compilePrograms } from '../core/extractions.ts';
import type { EntityTemplate } from '../core/model.ts';
import { ProblemBook } from '../core/problem-book.ts';
import { type KindBook, kindBook } from '../core/source.ts';
import { offlineKinds } from '../komodor/kinds.ts';
import type { PortBlueprint } from '../port/blueprint-documents.ts';
import { EXIT } from './command.ts';
import { dim, green, printJson, printWrapped, red, yellow } from './output.ts';

interface Finding {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** The kinds with selectors that are never wrong: a run disables such an entry, here its other parts are checked too. */
function withLenientSelectors({ all }: KindBook): KindBook {
  return kindBook(
    all.map((kind) => ({
      ...kind,
      select(selector) {
        const selected = kind.select(selector);
        return 'listing' in selected ? selected : kind.select({});
      },
    })),
  );
}

/** `validate`: checks settings, mapping, blueprints and all expressions, without network. @returns the exit code */
export async function validate(options: { readonly json?: boolean }): Promise<number> {
  const settings = loadOfflineSettings(process.env);
  const files = loadDefaults(settings);
  const { mapper, jq } = await createJqMapper(settings, process.env);
  const { mapping } = files.fileMapping;
  const findings: Finding[] = [
    ...missingCredentials(settings),
    ...settings.warnings.map((message): Finding => ({ severity: 'warning', message })),
    ...[...files.fileMapping.problems, ...files.blueprintProblems],
  ];
  const book = new ProblemBook();
  const kinds = offlineKinds();
  for (const { kind, path, selector } of mapping.entries) {
    const selected = kinds.get(kind)?.select(selector);
    for (const complaint of selected && 'complaints' in selected ? selected.complaints : [])
      findings.push({ severity: 'error', message: `${files.fileOrigin}: ${path}.selector.${complaint}` });
  }
  const { programs } = await compilePrograms(
    { kinds: withLenientSelectors(kinds), mapper },
    mapping,
    files.fileOrigin,
    book,
  );
  findings.push(...book.list());
  for (const document of files.blueprints) {
    const templates = programs.flatMap(({ program }) => program.writing(document.identifier));
    findings.push(...undeclaredFields(document, templates, files.fileOrigin));
  }
  const hasErrors = findings.some(({ severity }) => severity === 'error');
  if (options.json) {
    printJson({
      status: hasErrors ? 'failed' : 'completed',
      mapping: files.fileOrigin,
      entries: mapping.entries.length,
      blueprints: files.blueprints.map(({ identifier }) => identifier),
      jq,
      findings: findings.map(({ severity, message }) => ({ severity, message })),
      notRead: files.notRead,
    });
  } else {
    for (const { severity, message } of findings)
      printWrapped(`${severity} `, message, severity === 'error' ? red : yellow);
    if (files.notRead.length > 0) printWrapped('not read ', files.notRead.join(', '), dim);
    const what = `${files.fileOrigin}: ${mapping.entries.length} entries; ${files.blueprints.length} blueprints; jq ${jq.version} (${jq.flavour}, from ${jq.from})`;
    printWrapped(hasErrors ? 'invalid  ' : 'valid  ', what, hasErrors ? red : green);
  }
  return hasErrors ? EXIT.failed : EXIT.done;
}

function missingCredentials({ komodorApiKey, portClientId, portClientSecret }: OfflineSettings): Finding[] {
  const values = { KOMODOR_API_KEY: komodorApiKey, PORT_CLIENT_ID: portClientId, PORT_CLIENT_SECRET: portClientSecret };
  return Object.entries(values)
    .filter(([, value]) => value === undefined)
    .map(([name]) => ({ severity: 'warning', message: `${name} is not set; resync and plan need it` }));
}

/** Fields that the mapping writes and our blueprint does not have. Port would drop them, or refuse the entity. */
function undeclaredFields(
  { identifier, schema, relations }: PortBlueprint,
  templates: readonly EntityTemplate[],
  origin: string,
): Finding[] {
  return templates.flatMap((template) => {
    const lacking = (what: 'properties' | 'relations', known: object) =>
      Object.keys(template[what])
        .filter((id) => id !== '*' && !Object.hasOwn(known, id))
        .map((id) => `${origin}: ${template.path}.${what}.${id}: blueprint ${identifier} does not have it`);
    return [...lacking('properties', schema.properties), ...lacking('relations', relations)].map(
      (message): Finding => ({ severity: 'error', message }),
    );
  });
}
