import type { Kind, Mapping } from '../../core/model.ts';
import { checkDeclared, checkRequired, checkTargets, checkUnused, checkWrittenBlueprints } from './check-blueprints.ts';
import { checkClusters } from './check-clusters.ts';
import { checkFailing, checkOptionalFields } from './check-failing.ts';
import { checkBareWords, checkExpressions, checkFiles, checkSelectors } from './check-files.ts';
import { checkCollisions, checkEncoded } from './check-identifiers.ts';
import { checkOcean } from './check-ocean.ts';
import { checkEffect, checkGuards, checkReads } from './check-reads.ts';
import { checkComputedBlueprints, checkFit, checkNull, checkSelected } from './check-values.ts';
import { type FindLine, type LintFinding, placed, type Said, sorted } from './finding.ts';
import { type Given, type KnownBlueprint, type LintInput, prepareInput } from './input.ts';
import { knownShape } from './known-blueprints.ts';
import { type Observed, observe } from './observe.ts';

type Check = (given: Given) => readonly Said[];
type SampleCheck = (given: Given, observed: readonly Observed[]) => readonly Said[];

/** What can be told without samples. */
const CHECKS: readonly Check[] = [
  checkFiles,
  checkSelectors,
  checkExpressions,
  checkBareWords,
  checkWrittenBlueprints,
  checkDeclared,
  checkTargets,
  checkRequired,
  checkUnused,
  checkGuards,
  checkEffect,
  checkReads,
  checkOcean,
  checkClusters,
];

/** What samples tell. */
const SAMPLE_CHECKS: readonly SampleCheck[] = [
  checkFailing,
  checkFit,
  checkComputedBlueprints,
  checkNull,
  checkSelected,
  checkEncoded,
  checkCollisions,
];

/** The answer of `lint`. */
export interface LintDocument {
  readonly status: 'completed' | 'failed';
  /** Where the mapping comes from. */
  readonly mapping: string;
  /** Where the samples come from, and how many there were of each kind; null: there were none. */
  readonly samples: { readonly from: string; readonly kinds: { readonly [kind: Kind]: number } } | null;
  readonly findings: readonly LintFinding[];
}

/**
 * Checks a mapping against its blueprints and, if there are any, against samples.
 * @param told what the caller has found: on settings, in Port
 */
export async function lint(
  input: LintInput,
  findLine: FindLine,
  signal: AbortSignal,
  told: readonly Said[] = [],
): Promise<LintDocument> {
  const given = await prepareInput(input);
  const { samples } = given;
  const said = [...told, ...CHECKS.flatMap((check) => check(given))];
  if (samples !== undefined) {
    const mapping = samples.from === 'sandbox' ? withoutPlaces(given.mapping) : given.mapping;
    const observed = await observe(given, mapping, samples.rows, signal);
    const whole = await withComputedBlueprints(given, observed);
    said.push(...SAMPLE_CHECKS.flatMap((check) => check(whole, observed)));
  }
  const seen = new Set(said.filter(({ code }) => code === 'null_unguarded').map(({ path }) => path));
  const guessed = await checkOptionalFields(given, signal);
  said.push(...guessed.filter(({ path }) => !seen.has(path)));
  const findings = sorted(said.map((one) => placed(one, given.origin, findLine)));
  return {
    status: findings.some(({ severity }) => severity === 'error') ? 'failed' : 'completed',
    mapping: given.origin.name,
    samples: samples === undefined ? null : { from: samples.from, kinds: countsOf(samples.rows) },
    findings,
  };
}

/** Asks for the blueprints whose names expressions computed. */
async function withComputedBlueprints(given: Given, observed: readonly Observed[]): Promise<Given> {
  const names = new Set(observed.flatMap(({ row }) => (row.entity === undefined ? [] : [row.entity.blueprint])));
  const found = new Map<string, KnownBlueprint>();
  for (const name of names) {
    const shape = given.blueprint(name) === undefined ? await given.lookUp?.(name) : undefined;
    if (shape !== undefined) found.set(name, knownShape(shape));
  }
  return { ...given, blueprint: (name) => given.blueprint(name) ?? found.get(name) };
}

/** The sandbox has other clusters and namespaces than those that the selectors name. */
function withoutPlaces(mapping: Mapping): Mapping {
  const entries = mapping.entries.map((entry) => {
    const { clusters: _, namespaces: __, ...selector } = entry.selector;
    return { ...entry, selector };
  });
  return { ...mapping, entries };
}

function countsOf(rows: ReadonlyMap<Kind, readonly unknown[]>): { readonly [kind: Kind]: number } {
  return Object.fromEntries([...rows].map(([kind, list]) => [kind, list.length]));
}

/** The document without secrets: what fails on a sample may quote it. */
export function withoutSecrets(document: LintDocument, redact: (text: string) => string): LintDocument {
  const findings = document.findings.map((finding) => ({
    ...finding,
    message: redact(finding.message),
    advice: redact(finding.advice),
  }));
  return { ...document, findings };
}
