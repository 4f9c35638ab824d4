import { type Command, Option } from 'commander';
import { runCommand } from './run-command.ts';

/** `lint` and its old name, `validate`. */
export function addLintCommand(program: Command): void {
  program
    .command('lint')
    .description(
      'Check settings, mapping and blueprints, also on samples: what cannot work, and what probably does not.',
    )
    .option('--samples <source>', 'also try it on items: a JSON file, `live` (from Komodor) or `sandbox` (built in)')
    .option('--mapping <file>', 'the mapping: a file or a folder')
    .option('--blueprints <file>', 'the blueprints: a file or a folder')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'github']).default('text'))
    .option('--json', 'print one JSON document on stdout; logs go to stderr')
    .addHelpText(
      'after',
      '\nExit code: 1 when there are errors, else 0. Warnings alone do not fail. docs/check-mapping.md explains each code.',
    )
    .action((options) =>
      runCommand(options.json === true || options.format === 'json', async () =>
        (await import('./lint.ts')).lintFiles(options),
      ),
    );

  program
    .command('validate')
    .description('The old name of `lint`: check settings, mapping, blueprints and expressions, without any network.')
    .option('--json', 'print one JSON document on stdout; logs go to stderr')
    .addHelpText('after', '\nExit code: 1 when something cannot be used, else 0.')
    .action((options: { readonly json?: boolean }) =>
      runCommand(options.json ?? false, async () => (await import('./validate.ts')).validate(options)),
    );
}
