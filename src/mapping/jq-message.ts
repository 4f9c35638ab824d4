const MAX_LENGTH = 200;

/** The first line of jq's error output, without positions in our program text. */
export function firstLineOf(stderr: string): string {
  const line = stderr.trim().split('\n', 1)[0] ?? '';
  const message = line
    .replace(/^jq: (?:error|parse error)(?: \(at [^)]*\))?:? ?/, '')
    .replace(/ \(Unix shell quoting issues\?\)/, '')
    .replace(/ at (?:<top-level>|<stdin>)?,? ?line \d+(?:, column \d+)?:?/, '');
  return message === '' ? 'jq gave no reason' : message.slice(0, MAX_LENGTH);
}
