import { createInlineJournal } from '../../src/queue/inline-journal.ts';
import { describeJournal } from './journal.contract.ts';

describeJournal('in-process', async (options) => createInlineJournal({ log: () => undefined, ...options }));
