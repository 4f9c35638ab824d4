/**
 * Runs a command and sets the exit code. Of a known error one line per problem is printed, without a stack.
 * @param json whether the output, also that of a failure, must be one JSON document on stdout
 */
export async function runCommand(json: boolean, command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    // Loaded only now: it takes what reads settings, to hide secrets.
    const { endWithFailure } = await import('./command.ts');
    process.exitCode = endWithFailure(error, json);
  }
}
