import type { Kind } from '../core/model.ts';
import type { ItemsDocument } from './find-samples.ts';
import type { MapDocument } from './map-document.ts';
import type { TestDocument } from './mapping-tests/run.ts';

/** The mapping in use, as text. */
export interface MappingDocument {
  /** Where it comes from. */
  readonly origin: string;
  readonly source: 'port' | 'file';
  readonly digest: string;
  /** YAML */
  readonly mapping: string;
}

/** What came of a wish to write a mapping to Port. */
export type WriteOutcome =
  | { readonly type: 'written'; readonly digest: string }
  /** The files are the truth here: they would be written back. */
  | { readonly type: 'in_files' }
  | { readonly type: 'no_plan' }
  | { readonly type: 'unfit_plan'; readonly why: string }
  | { readonly type: 'changed'; readonly why: string };

/** Which items are wanted to try a mapping on. */
export interface ItemsQuestion extends Pick<ItemsDocument, 'kind' | 'from'> {
  /** A part of any text in the item; empty: whichever come first. */
  readonly q: string;
}

/** Answers about mappings, for the HTTP routes. */
export interface MappingAnswers {
  items(question: ItemsQuestion, signal: AbortSignal): Promise<ItemsDocument>;
  /** Runs mapping tests. @param tests YAML @throws AppError `mapping_file_invalid` */
  test(tests: string, mapping: string | undefined, signal: AbortSignal): Promise<TestDocument>;
  /** Maps items. @throws AppError `mapping_file_invalid` */
  map(kind: Kind, items: readonly unknown[], mapping: string | undefined, signal: AbortSignal): Promise<MapDocument>;
  /** Checks a mapping that came with a request. @throws AppError `mapping_file_invalid` when it cannot be used as a whole */
  check(mapping: string): void;
  /** @throws AppError when Port cannot be asked */
  read(signal: AbortSignal): Promise<MappingDocument>;
  /**
   * Writes a mapping to Port, after a plan of exactly this mapping.
   * @param plan the plan's run id, or its digest (`mapping.plan` of its report)
   * @throws AppError when the mapping cannot be used, or Port cannot be asked
   */
  write(mapping: string, plan: string, signal: AbortSignal): Promise<WriteOutcome>;
}
