import type { Command } from 'commander';
import { runCommand } from './run-command.ts';

/** Adds `explain`. */
export function addExplainCommand(program: Command): void {
  program
    .command('explain')
    .argument('<blueprint>', 'the blueprint of the entity, as Port calls it')
    .argument('<identifier>', 'its identifier, its title, or a part of them')
    .description('Say why an entity looks as it does, is missing, or would be deleted. Writes nothing.')
    .option('--url <url>', "the service's address, for the entity's history (default: PUBLIC_URL, else this machine)")
    .option('--json', 'print one JSON document on stdout; logs go to stderr')
    .addHelpText(
      'after',
      '\nExit code: 0 current or about to be written, 2 anything else, 1 failed. docs/why-missing.md explains each verdict.',
    )
    .action((blueprint: string, identifier: string, options) =>
      runCommand(options.json ?? false, async () =>
        (await import('./explain.ts')).explainEntity({ blueprint, identifier }, options),
      ),
    );
}
