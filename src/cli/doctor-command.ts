import type { Command } from 'commander';
import { runCommand } from './run-command.ts';

/** `doctor` */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Look at everything that a run needs: settings, jq, Redis, Komodor, Port. Writes nothing.')
    .option('--json', 'print one JSON document on stdout; logs go to stderr')
    .addHelpText(
      'after',
      '\nExit code: 0 all is well (warnings too), 1 settings that cannot be used, 2 something failed.',
    )
    .action((options: { readonly json?: boolean }) =>
      runCommand(options.json ?? false, async () => (await import('./doctor.ts')).doctor(options)),
    );
}
