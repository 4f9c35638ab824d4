import type { JournalTarget } from '../../src/compose.ts';
import { CollectedRows } from '../../src/core/collected-rows.ts';
import type { PortStore } from '../../src/sandbox/port/store.ts';
import { differences, SeenChanges } from '../journal/seen-changes.ts';
import type { Violation } from './oracle.ts';
import type { TakenFault } from './schedule.ts';

/** How the action ended that the rows are about. */
interface Ending {
  readonly taken: readonly TakenFault[];
  /** Whether it was stopped or killed in the middle. */
  readonly broken: boolean;
  readonly killed: boolean;
  readonly slow: boolean;
  /** Whether live events were worked off beside a resync. */
  readonly mixed: boolean;
}

/** What the program records of one action, and what Port's stand-in sees of it. */
export class ActionRecord {
  readonly #run = new CollectedRows();
  readonly #live = new CollectedRows();
  readonly #seen: SeenChanges;
  readonly #runId: string;

  constructor(store: PortStore, runId: string) {
    this.#seen = new SeenChanges(store);
    this.#runId = runId;
  }

  get run(): JournalTarget {
    return { writer: this.#run, detail: 'values' };
  }

  get live(): JournalTarget {
    return { writer: this.#live, detail: 'values' };
  }

  /** Rule 4: the rows are what the stand-in saw, as far as the program can know it. */
  check({ taken, broken, killed, slow, mixed }: Ending): readonly Violation[] {
    const disturbed = taken.some(({ side, route }) => side === 'port' && ['bulk', 'delete', 'search'].includes(route));
    const lossy = broken || killed || slow || mixed || disturbed;
    return [
      ...differences(this.#run.all(), this.#seen, this.#runId, { lossy, partial: killed, values: !mixed }),
      // Events about one entity may go on side by side, and then their rows have no order.
      ...differences(this.#live.all(), this.#seen, null, { lossy, partial: killed, values: false }),
    ].map((what) => ({ rule: 4, what: `the record: ${what}` }));
  }
}
