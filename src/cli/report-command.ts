import type { Command } from 'commander';
import { runCommand } from './run-command.ts';

/** Adds `report`. */
export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('Write what a run did as one HTML page, to look at and to pass on.')
    .argument('<run>', "the file of a plan or a resync (--out), - for stdin, a run's id, or latest")
    .requiredOption('--out <file>', 'where to write the page')
    .option('--url <url>', "the service's address, for a run's id (default: PUBLIC_URL, else this machine)")
    .option('--json', 'print one JSON document on stdout: where the page is')
    .addHelpText(
      'after',
      "\nA run's id is asked of the running service, with API_TOKEN. docs/last-run.md has examples." +
        '\nExit code: 0 written, however the run ended; 1 there is no such run or file, or the service cannot be asked.',
    )
    .action((run, options) =>
      runCommand(options.json === true, async () => (await import('./report.ts')).writeReport(run, options)),
    );
}
