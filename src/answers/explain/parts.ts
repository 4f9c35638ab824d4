import type { Kinds } from '../../core/kinds.ts';
import type { Catalog, Mapper } from '../../core/ports.ts';
import type { PreparedCatalog } from '../../core/prepared-catalog.ts';
import type { PortApi } from '../../port/api.ts';
import type { OurNames } from '../../port/ownership.ts';

/** The parts of the program that an explanation needs. */
export interface ExplainParts {
  readonly kinds: Kinds;
  readonly mapper: Mapper;
  /** The mapping of the files, for when Port cannot be asked for its own. */
  readonly files: { readonly fileMapping: Pick<PreparedCatalog, 'mapping'>; readonly fileOrigin: string };
  /** A catalog that never writes. */
  catalog(): Catalog;
  readonly portApi: PortApi;
  readonly ourNames: OurNames;
  now(): Date;
  withoutSecrets<T>(document: T): T;
}
