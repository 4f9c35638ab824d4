import { type Command, InvalidArgumentError } from 'commander';
import { runCommand } from './run-command.ts';

const DEFAULT_NAME = 'komodor-port';

/** `rbac` */
export function addRbacCommand(program: Command): void {
  program
    .command('rbac')
    .description('Print the rights in Kubernetes that the mapping needs, for kubectl apply. Needs no cluster.')
    .option('--mapping <file>', 'the mapping: a file or a folder (default: the one that a resync would use)')
    .option('--namespace <name>', 'where the service runs', named(63, 'a namespace'), DEFAULT_NAME)
    .option('--service-account <name>', 'its ServiceAccount', named(253, 'a ServiceAccount'), DEFAULT_NAME)
    .option(
      '--write-back',
      'also what writing back to entities needs: Events, and the status of Entity and ClusterEntity',
    )
    .option('--json', 'print one JSON document on stdout: a List')
    .addHelpText('after', '\nExit code: 0 printed (nothing, when nothing is read from a cluster), 1 failed.')
    .action((options) => runCommand(options.json ?? false, async () => (await import('./rbac.ts')).rbac(options)));
}

/** Parses a name of Kubernetes. */
function named(length: number, what: string) {
  return (text: string): string => {
    if (text.length <= length && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text)) return text;
    throw new InvalidArgumentError(`The name of ${what} has at most ${length} small letters, digits and hyphens.`);
  };
}
