/** The documents that the service answers with. */
export type { Explanation } from '../../src/answers/explain/document.ts';
export type { FoundNames as Found } from '../../src/answers/found-names.ts';
export type { HeldDocument, HeldSet } from '../../src/answers/held/document.ts';
export type { LintDocument } from '../../src/answers/lint/lint.ts';
export type { MapDocument } from '../../src/answers/map-document.ts';
export type { MappingDocument } from '../../src/answers/mapping-answers.ts';
export type { ChangesDocument as ChangesPage } from '../../src/answers/recorded-run.ts';
export type { StatusDocument as Status } from '../../src/answers/status.ts';
export type { JournalRow } from '../../src/core/journal.ts';
export type { RunReport } from '../../src/core/report.ts';
export type { TimelineEntry, TimelinePage } from '../../src/core/timeline.ts';
export type { LiveRun } from '../../src/server/run-schemas.ts';
