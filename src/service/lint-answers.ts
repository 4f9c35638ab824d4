import { samplesInText } from '../answers/lint/given-samples.ts';
import type { LintInput } from '../answers/lint/input.ts';
import { lint, withoutSecrets } from '../answers/lint/lint.ts';
import { readSamples } from '../answers/lint/read-samples.ts';
import type { LintAnswers } from '../answers/lint-answers.ts';
import {
  type AskedOfPort,
  lintInputOfFiles,
  settingFindings,
  withBlueprintDocuments,
  withMappingText,
  withPort,
} from '../compose/lint-with.ts';
import { linesOfFiles } from '../config/lines.ts';
import type { Settings } from '../config/settings.ts';
import { AppError } from '../core/errors.ts';
import { withTimeLimit } from '../core/signals.ts';
import type { ServiceComponents } from './components.ts';

/** Port is asked for so long. Somebody waits. */
const MAX_PORT_MS = 10_000;

/** Checks mappings, for the running service. */
export function createLintAnswers(
  settings: Settings,
  { application, redact }: Pick<ServiceComponents, 'application' | 'redact'>,
): LintAnswers {
  const { parts } = application;

  async function withSamples(input: LintInput, samples: unknown, signal: AbortSignal): Promise<LintInput> {
    if (samples === undefined) return input;
    if (samples === 'live') {
      const read = await readSamples(parts.kinds, input.mapping, 'live', signal);
      return { ...input, samples: read.samples };
    }
    const text = JSON.stringify(samples);
    return { ...input, samples: samplesInText(text, 'the given samples', input.mapping, parts.kinds) };
  }

  function askPort(input: LintInput, asked: AskedOfPort, signal: AbortSignal) {
    const ask = (limited: AbortSignal) => withPort(input, parts, asked, limited);
    const late = () => new AppError('port_unreachable', `Port did not answer within ${MAX_PORT_MS / 1000} s`);
    return withTimeLimit(MAX_PORT_MS, signal, ask, late);
  }

  return async ({ mapping, blueprints, samples }, signal) => {
    const files = lintInputOfFiles(settings, parts);
    const given = mapping === undefined ? files : withMappingText(files, settings, mapping);
    const whole = blueprints === undefined ? given : withBlueprintDocuments(given, settings, blueprints);
    const asked = {
      mapping: mapping === undefined && settings.mappingSource === 'port',
      blueprints: blueprints === undefined,
    };
    const isAsked = asked.mapping || asked.blueprints;
    const used = isAsked ? await askPort(whole, asked, signal) : { input: whole, told: [] };
    const input = await withSamples(used.input, samples, signal);
    const document = await lint(input, linesOfFiles(), signal, [...settingFindings(settings), ...used.told]);
    return withoutSecrets(document, redact);
  };
}
