import type { Command } from 'commander';
import { runCommand } from './run-command.ts';

/** `map` */
export function addMapCommand(program: Command): void {
  program
    .command('map')
    .argument('[file]', "JSON of one item, a list, or an answer of Komodor's API (default: stdin)")
    .description('Map items as Komodor gives them, and show what each expression made of them. Writes nothing.')
    .option('--kind <kind>', 'of which kind the items are')
    .option('--mapping <file>', 'the mapping: a file or a folder (default: the one that a resync would use)')
    .option('--diff <file>', 'another mapping: show only what it makes different')
    .option('--cluster <name>', 'the cluster that was asked for the items, where they do not name it (issues, deploys)')
    .option('--json', 'print one JSON document on stdout; logs go to stderr')
    .addHelpText('after', '\nExit code: 0 everything was mapped, 1 bad input or settings, 2 an item or a field failed.')
    .action((file: string | undefined, options) =>
      runCommand(options.json ?? false, async () => (await import('./map.ts')).map(file, options)),
    );
}
