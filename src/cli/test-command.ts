import { type Command, Option } from 'commander';
import { runCommand } from './run-command.ts';

/** `test` */
export function addTestCommand(program: Command): void {
  program
    .command('test')
    .argument('[path]', 'a file of mapping tests, or a folder (default: the folder tests beside the mapping)')
    .description('Run mapping tests: what becomes of an item, against what is expected. Needs no network.')
    .option('--update', 'let failing tests expect what the mapping gives now; comments stay')
    .addOption(new Option('--format <format>', 'print for a machine').choices(['tap', 'junit']).conflicts('json'))
    .option('--json', 'print one JSON document on stdout; logs go to stderr')
    .addHelpText('after', '\nExit code: 0 all passed, 1 files or settings that cannot be used, 2 a test failed.')
    .action((path: string | undefined, options) =>
      runCommand(options.json ?? false, async () => (await import('./test.ts')).test(path, options)),
    );
}
