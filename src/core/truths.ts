import { isApprovable } from './deletion.ts';
import type { Code } from './errors.ts';
import { literalText } from './expression/prepare.ts';
import type { Kind, Mapping } from './model.ts';
import type { BlueprintReport, DeletionBlocked, RunReport } from './report.ts';

/**
 * How the last resync of a blueprint ended. A truth: every kind that writes the blueprint was read completely, every entity
 * was written, and its deletions were decided. `missed`: it was not, and why.
 */
export type TruthAttempt =
  | {
      readonly type: 'truth';
      readonly runId: string;
      readonly at: string;
      /** Deletions that a guard held back. What exists in Komodor is in Port all the same. */
      readonly heldBack: DeletionBlocked | null;
    }
  | {
      readonly type: 'missed';
      readonly runId: string;
      readonly at: string;
      readonly reason: string;
      /** Whether no later run can be better without a person: credentials, a mapping, a blueprint that is not there. */
      readonly needsPerson: boolean;
      /** Whether everything was read and written, but for single items that failed. */
      readonly mostlyTrue: boolean;
    };

/** What is remembered of one blueprint that the mapping writes. */
export interface TruthRecord {
  readonly blueprint: string;
  /** Since when resyncs know of the blueprint. Its age counts from then while there is no truth. */
  readonly since: string;
  /** The end of the last resync that gave a truth; null: none yet. */
  readonly truthAt: string | null;
  /** The end of the last resync that gave a truth, or one in which only single items failed; null: none yet. */
  readonly broughtUpAt: string | null;
  readonly last: TruthAttempt | null;
}

/** A finished resync, as far as its truths depend on it. */
export interface FinishedResync {
  readonly report: RunReport;
  /** The kinds that were asked for; empty: all. */
  readonly kinds: readonly Kind[];
  /** The mapping that it used; undefined: it ended before it had read one. */
  readonly mapping: Mapping | undefined;
}

/** Problems for which no later run is better until a person does something. */
const FOR_A_PERSON: readonly Code[] = [
  'komodor_auth',
  'port_auth',
  'mapping_empty',
  'mapping_file_invalid',
  'blueprint_missing',
];
const MAX_REASON = 500;

/**
 * The records after a resync. Blueprints that the mapping no longer writes are left out; those whose kinds were not all
 * asked for stay as they were, and so do all after a run that was stopped.
 */
export function truthsAfter(known: readonly TruthRecord[], resync: FinishedResync): readonly TruthRecord[] {
  const { report, mapping } = resync;
  if (report.mode !== 'resync' || report.status === 'aborted') return known;
  if (mapping === undefined) return known.map((record) => ({ ...record, last: attemptWithoutMapping(report) }));
  const before = new Map(known.map((record) => [record.blueprint, record]));
  return blueprintsIn(mapping, [...before.keys(), ...report.blueprints.map(({ blueprint }) => blueprint)]).map(
    (blueprint) => {
      const record = before.get(blueprint) ?? {
        blueprint,
        since: report.startedAt,
        truthAt: null,
        broughtUpAt: null,
        last: null,
      };
      const last = attemptOf(blueprint, resync, mapping);
      if (last === undefined) return record;
      const isTruth = last.type === 'truth';
      const truthAt = isTruth ? last.at : record.truthAt;
      return { ...record, last, truthAt, broughtUpAt: isTruth || last.mostlyTrue ? last.at : record.broughtUpAt };
    },
  );
}

/** The blueprints that the mapping names, and of `others` those that a computed name may lead to. */
function blueprintsIn(mapping: Mapping, others: readonly string[]): readonly string[] {
  const named: readonly (string | null)[] = [
    ...mapping.entries.flatMap(({ templates }) => templates.map(({ blueprint }) => literalText(blueprint))),
    ...mapping.disabled.flatMap(({ blueprints }): readonly (string | null)[] => blueprints ?? [null]),
  ];
  const literal = named.filter((name) => name !== null);
  return [...new Set([...literal, ...(named.includes(null) ? others : [])])];
}

/** Undefined: the run was not to read everything that writes the blueprint. */
function attemptOf(blueprint: string, { report, kinds }: FinishedResync, mapping: Mapping): TruthAttempt | undefined {
  const writing = kindsWriting(mapping, blueprint);
  if (kinds.length > 0 && !writing.every((kind) => kinds.includes(kind))) return undefined;
  const disabled = mapping.disabled.find(({ blueprints }) => blueprints?.includes(blueprint) ?? true);
  if (disabled !== undefined) {
    return missed(report, { reason: `${disabled.path} is disabled: ${disabled.message}`, needsPerson: true });
  }
  const of = report.blueprints.find((one) => one.blueprint === blueprint);
  if (of?.deletionBlocked?.reason === 'not_selected') return undefined;
  const unread = whyNotRead(report, writing);
  const unwritten = whyNotWritten(blueprint, of, report);
  const why = unread?.mostlyTrue ? (unwritten ?? unread) : (unread ?? unwritten);
  if (why !== undefined) return missed(report, why);
  const blocked = of?.deletionBlocked ?? null;
  return { type: 'truth', runId: report.runId, at: report.finishedAt, heldBack: blocked };
}

interface Why {
  readonly reason: string;
  readonly needsPerson: boolean;
  readonly mostlyTrue?: boolean;
}

function missed({ runId, finishedAt }: RunReport, { reason, needsPerson, mostlyTrue = false }: Why): TruthAttempt {
  const short = reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason;
  return { type: 'missed', runId, at: finishedAt, reason: short, needsPerson, mostlyTrue };
}

/** The kinds whose entries write, or may write, a blueprint. */
function kindsWriting({ entries }: Mapping, blueprint: string): readonly Kind[] {
  const writing = entries.filter(({ templates }) =>
    templates.some((template) => (literalText(template.blueprint) ?? blueprint) === blueprint),
  );
  return [...new Set(writing.map(({ kind }) => kind))];
}

/** Why something of these kinds was not read. The worst comes first. */
function whyNotRead(report: RunReport, writing: readonly Kind[]): Why | undefined {
  const whys = writing.flatMap((kind) => whyNotReadOf(report, kind) ?? []);
  return whys.find(({ mostlyTrue }) => mostlyTrue !== true) ?? whys[0];
}

function whyNotReadOf(report: RunReport, kind: Kind): Why | undefined {
  const read = report.kinds.find((one) => one.kind === kind);
  if (read?.status === 'completed' && read.complete) return undefined;
  if (read === undefined) return whyItEnded(report, `${kind} was not read`);
  if (read.complete) {
    return {
      reason: `${read.rejected} items of ${kind} gave no entity`,
      needsPerson: false,
      ...(read.selected > 0 ? { mostlyTrue: true } : {}),
    };
  }
  const problem = report.problems.find((one) => one.kind === kind && one.code === 'read_incomplete');
  const otherwise = `${kind} was not read completely`;
  // What ended the run concerns all kinds that were being read.
  if (problem === undefined && report.status === 'failed') return whyItEnded(report, otherwise);
  return { reason: problem?.message ?? otherwise, needsPerson: false };
}

function whyNotWritten(blueprint: string, of: BlueprintReport | undefined, report: RunReport): Why | undefined {
  if (of === undefined) {
    if (report.status === 'failed') return whyItEnded(report);
    return { reason: `Port has no blueprint ${blueprint}, or it could not be read`, needsPerson: true };
  }
  const { status, failed, deleted, stale, deletionBlocked } = of;
  const about = (code: Code) => report.problems.find((one) => one.code === code && names(one.message, blueprint));
  const missing = about('blueprint_missing');
  if (missing !== undefined) return { reason: missing.message, needsPerson: true };
  if (failed > 0) {
    const reason = `${failed} entities of ${blueprint} could not be written`;
    return { reason, needsPerson: false, ...(status === 'failed' ? {} : { mostlyTrue: true }) };
  }
  // Our entities could not be listed, so none of them is known to be stale.
  const unlisted = about('port_failed');
  if (unlisted !== undefined) return { reason: unlisted.message, needsPerson: false };
  if (status === 'failed') return whyItEnded(report);
  if (deletionBlocked !== null && !isApprovable(deletionBlocked.reason)) {
    const { count, reason } = deletionBlocked;
    return { reason: `${count} deletions of ${blueprint} could not be decided (${reason})`, needsPerson: false };
  }
  if (deletionBlocked === null && deleted < stale) {
    return {
      reason: `${stale - deleted} entities of ${blueprint} could not be deleted`,
      needsPerson: false,
      mostlyTrue: true,
    };
  }
  return status === 'degraded' ? whyItEnded(report) : undefined;
}

/** Whether a message names a blueprint, and not only a longer name that contains it. */
function names(message: string, blueprint: string): boolean {
  return message.split(/[\s,;:()]+/).includes(blueprint);
}

/** How a resync ended that did not come to read a mapping. */
export function attemptWithoutMapping(report: RunReport): TruthAttempt {
  return missed(report, whyItEnded(report));
}

/** Why a run ended early, from the problem that ended it. */
function whyItEnded({ problems, status }: RunReport, otherwise = `the resync ended as ${status}`): Why {
  const forPerson = problems.find(({ code }) => FOR_A_PERSON.includes(code));
  const worst = forPerson ?? problems.find(({ severity }) => severity === 'error');
  return { reason: worst?.message ?? otherwise, needsPerson: forPerson !== undefined };
}
