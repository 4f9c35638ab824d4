const MAX_LENGTH = 200;

/** The first line of what jq wrote to its error output, without the places in our own program text that it names. */
export function firstLineOf(stderr: string): string {
  const line = stderr.trim().split('\n', 1)[0] ?? '';
  const message = line
    .replace(/^jq: (?:error|parse error)(?: \(at [^)]*\))?:? ?/, '')
    .replace(/ \(Unix shell quoting issues\?\)/, '')
    .replace(/ at (?:<top-level>|<stdin>)?,? ?line \d+(?:, column \d+)?:?/, '');
  return message === '' ? 'jq gave no reason' : message.slice(0, MAX_LENGTH);
}
