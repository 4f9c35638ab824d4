import type { Answers } from './openapi.ts';

type Fixed<T> = T extends readonly (infer Item)[]
  ? readonly Fixed<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Fixed<T[Key]> }
    : T;

/** What a route answers: `GET /v1/status`. Nothing of it is changed in the page. */
export type Answer<Route extends keyof Answers> = Fixed<Answers[Route]>;

export type Status = Answer<'GET /v1/status'>;
export type TimelinePage = Answer<'GET /v1/timeline'>;
export type TimelineEntry = TimelinePage['entries'][number];

export type Run = Answer<'GET /v1/runs/{id}'>;
/** A run that has not finished. */
export type LiveRun = Extract<Run, { readonly progress: unknown }>;
export type RunReport = Exclude<Run, LiveRun>;
export type ChangesPage = Answer<'GET /v1/runs/{id}/changes'>;
export type JournalRow = ChangesPage['rows'][number];
export type HeldDocument = Answer<'GET /v1/runs/{id}/held'>;
export type HeldSet = HeldDocument['held'][number];
export type ProblemsDocument = Answer<'GET /v1/runs/{id}/problems'>;
export type FieldsDocument = Answer<'GET /v1/fields'>;

export type MappingDocument = Answer<'GET /v1/mapping'>;
export type MapDocument = Answer<'POST /v1/map'>;
export type LintDocument = Answer<'POST /v1/lint'>;
export type ItemsDocument = Answer<'GET /v1/items'>;
export type TestDocument = Answer<'POST /v1/test'>;

export type Found = Answer<'GET /v1/entities'>;
export type Explanation = Answer<'GET /v1/entities/{blueprint}/{identifier}'>;
