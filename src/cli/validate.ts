import type { LintFinding } from '../answers/lint/finding.ts';
import { lint } from '../answers/lint/lint.ts';
import { loadDefaults } from '../compose/defaults.ts';
import { createJqMapper } from '../compose/jq-mapper.ts';
import { offlineKinds } from '../compose/kinds.ts';
import { lintInputOfFiles, settingFindings } from '../compose/lint-with.ts';
import { loadOfflineSettings } from '../config/settings.ts';
import { EXIT } from './command.ts';
import { dim, green, printJson, printWrapped, red, yellow } from './output.ts';

/** `validate`, the old name of `lint` without samples: no network is used. @returns the exit code */
export async function validate(options: { readonly json?: boolean }): Promise<number> {
  const settings = loadOfflineSettings(process.env);
  const kinds = offlineKinds(settings);
  const files = loadDefaults(settings, kinds);
  const { mapper, jq } = await createJqMapper(settings, process.env);
  const input = lintInputOfFiles(settings, { files, mapper, kinds });
  const { signal } = new AbortController();
  const { status, findings: found } = await lint(input, () => null, signal, settingFindings(settings));
  const findings = found.map((finding) => ({ severity: finding.severity, message: sentenceOf(finding) }));
  const hasErrors = status === 'failed';
  const { entries } = files.fileMapping.mapping;
  if (options.json) {
    printJson({
      status,
      mapping: files.fileOrigin,
      entries: entries.length,
      blueprints: files.blueprints.map(({ identifier }) => identifier),
      jq,
      findings,
      notRead: files.notRead,
    });
  } else {
    for (const { severity, message } of findings)
      printWrapped(`${severity} `, message, severity === 'error' ? red : yellow);
    if (files.notRead.length > 0) printWrapped('not read ', files.notRead.join(', '), dim);
    const what = `${files.fileOrigin}: ${entries.length} entries; ${files.blueprints.length} blueprints; jq ${jq.version} (${jq.flavour}, from ${jq.from})`;
    printWrapped(hasErrors ? 'invalid  ' : 'valid  ', what, hasErrors ? red : green);
  }
  return hasErrors ? EXIT.failed : EXIT.done;
}

function sentenceOf({ code, file, path, message }: LintFinding): string {
  if (code === 'setting_missing') return `${path} ${message}`;
  return [file ?? '', path, message].filter((part) => part !== '').join(': ');
}
