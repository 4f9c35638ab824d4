import { exampleItems, type ItemsDocument, liveItems } from '../answers/find-samples.ts';
import { mapDocument, withMasks } from '../answers/map-document.ts';
import type { ItemsQuestion, MappingAnswers, WriteOutcome } from '../answers/mapping-answers.ts';
import type { GivenMapping } from '../compose/given-mapping.ts';
import { offlineKinds } from '../compose/kinds.ts';
import { mapWithFiles, mapWithGiven, mapWithPort } from '../compose/map-with.ts';
import type { Settings } from '../config/settings.ts';
import { yamlText } from '../config/yaml-text.ts';
import { AppError } from '../core/errors.ts';
import { mappingDigest } from '../core/mapping-digest.ts';
import type { RunReport } from '../core/report.ts';
import type { RunQueue } from '../core/run-queue.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { readStoredMapping, writeStoredMapping } from '../port/stored-mapping.ts';
import type { ServiceComponents } from './components.ts';
import { testMapping } from './test-mapping.ts';

/** Among how many runs a plan is looked for by its digest. */
const PLANS_LOOKED_AT = 100;

type Context = Pick<ServiceComponents, 'application' | 'readMapping' | 'redact' | 'log'>;

/** Answers about mappings, from the running service. */
export function createMappingAnswers(
  settings: Settings,
  { application, readMapping, redact, log }: Context,
  queue: Pick<RunQueue, 'find' | 'list'>,
): MappingAnswers {
  const { mappingSource, integrationIdentifier: identifier } = settings;
  const { parts, port } = application;
  const stored = (signal: AbortSignal) => orFail(() => readStoredMapping(port.api, identifier, signal));

  async function mapWith(mapping: string | undefined, signal: AbortSignal) {
    if (mapping !== undefined) return mapWithGiven(parts, readMapping(mapping));
    return mappingSource === 'file' ? mapWithFiles(parts) : mapWithPort(parts, signal);
  }

  async function planOf(plan: string): Promise<RunReport | undefined> {
    const record = await queue.find(plan);
    if (record !== undefined) return record.state === 'finished' ? record.report : undefined;
    const reports = (await queue.list(PLANS_LOOKED_AT)).flatMap((run) =>
      run.state === 'finished' ? [run.report] : [],
    );
    return reports.find((report) => report.mapping?.plan === plan);
  }

  return {
    items: (question, signal) => itemsOf(settings, parts, question, signal),
    test: (tests, mapping, signal) =>
      testMapping(settings, application, { tests, mapping, inUse: (within) => mapWith(undefined, within) }, signal),
    async map(kind, items, mapping, signal) {
      const chosen = await mapWith(mapping, signal);
      return withMasks(await mapDocument(chosen.parts, chosen.used, kind, items, signal), redact);
    },
    check(mapping) {
      readMapping(mapping);
    },
    async read(signal) {
      const inPort = mappingSource === 'port' ? await stored(signal) : null;
      const config = inPort ?? parts.files.fileConfig ?? {};
      const origin = inPort === null ? parts.files.fileOrigin : `Port's integration ${identifier}`;
      const source = inPort === null ? 'file' : 'port';
      return { origin, source, digest: mappingDigest(config), mapping: redact(yamlText(config)) };
    },
    async write(mapping, plan, signal) {
      const { config } = readMapping(mapping);
      if (mappingSource === 'file') return { type: 'in_files' };
      const report = await planOf(plan);
      if (report === undefined) return { type: 'no_plan' };
      const refusal = whyUnfit(report, config) ?? whyChanged(report, await stored(signal));
      if (refusal !== undefined) return refusal;
      await orFail(() => writeStoredMapping(port.api, identifier, config, signal));
      const digest = mappingDigest(config);
      log('info', 'a mapping was written to Port at the request of somebody', { digest, plan });
      return { type: 'written', digest };
    },
  };
}

async function itemsOf(
  settings: Settings,
  { kinds, withoutSecrets }: Context['application']['parts'],
  { kind: name, from, q }: ItemsQuestion,
  signal: AbortSignal,
): Promise<ItemsDocument> {
  const kind = (from === 'live' ? kinds : offlineKinds(settings)).get(name);
  if (kind === undefined) return { kind: name, from, items: [], more: false, problem: `${name} cannot be read here.` };
  const found =
    from === 'live' ? await liveItems(kind, q, signal) : exampleItems(kind, kinds.info(name)?.mayLack ?? [], q);
  return withoutSecrets({ kind: name, from, ...found });
}

function whyUnfit({ mapping, status }: RunReport, config: GivenMapping['config']): WriteOutcome | undefined {
  if (mapping === undefined) return { type: 'unfit_plan', why: 'That run is no plan with a mapping.' };
  if (mapping.digest !== mappingDigest(config))
    return { type: 'unfit_plan', why: `That plan was made with another mapping (${mapping.digest}).` };
  if (status === 'failed' || status === 'aborted')
    return { type: 'unfit_plan', why: `That plan is not whole: it ${status === 'failed' ? 'failed' : 'was stopped'}.` };
  return undefined;
}

function whyChanged({ mapping }: RunReport, now: GivenMapping['config'] | null): WriteOutcome | undefined {
  if (now === null)
    return {
      type: 'changed',
      why: 'Port holds no mapping of this integration yet. A resync makes the integration first.',
    };
  const digest = mappingDigest(now);
  if (mapping?.replaces === digest) return undefined;
  return { type: 'changed', why: `The mapping in Port has changed since that plan (it is ${digest} now). Plan again.` };
}

/** @throws AppError `port_failed` when Port cannot be asked */
async function orFail<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new AppError('port_failed', error.message, { cause: error });
  }
}
