import { type Command, Option } from 'commander';
import { ACTIONS, OUTCOMES } from '../core/change-rows.ts';
import { runCommand } from './run-command.ts';

/** Adds `changes`. */
export function addChangesCommand(program: Command): void {
  program
    .command('changes')
    .description('Show what a run changed, entity by entity: old -> new, why, and what Port refused.')
    .argument('<run>', "the file of a plan or a resync (--out), - for stdin, a run's id, or latest")
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'ndjson', 'csv']))
    .option('--json', 'the same as --format json')
    .addOption(new Option('--action <action>', 'only these').choices(ACTIONS))
    .addOption(new Option('--outcome <outcome>', 'only what ended like this').choices(OUTCOMES))
    .option('--blueprint <blueprint>', 'only entities of this blueprint')
    .option('--q <text>', 'only entities with this in their identifier or title')
    .option('--url <url>', "the service's address, for a run's id (default: PUBLIC_URL, else this machine)")
    .addHelpText(
      'after',
      "\nA run's id is asked of the running service, with API_TOKEN. docs/last-run.md has examples." +
        '\nExit code: 0 shown, however the run ended; 1 there is no such run or file, or the service cannot be asked.',
    )
    .action((run, options) =>
      runCommand(options.json === true || options.format === 'json', async () =>
        (await import('./changes.ts')).showChanges(run, options),
      ),
    );
}
