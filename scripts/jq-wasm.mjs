// jq's command line around the WebAssembly jq, for machines without a usable native one (src/mapping/resolve-jq.ts).
// Understands what node-jq and the probe need: flags, then the program as the last argument, documents on stdin.
import { loadJq } from 'jq-wasm';

const INTERNAL_ERROR = 5;

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Resolves when the text has been handed to the system, so that a large answer is not cut off by our exit. */
function write(stream, text) {
  return text === '' ? undefined : new Promise((resolve) => stream.write(`${text}\n`, resolve));
}

async function main(args) {
  const jq = await loadJq();
  if (args[0] === '--version') return { stdout: jq.version, stderr: '', exitCode: 0 };
  const program = args.at(-1);
  if (program === undefined) return { stdout: '', stderr: 'jq: error: no program given', exitCode: 2 };
  const input = await readAll(process.stdin);
  try {
    return jq.raw(input, program, args.slice(0, -1));
  } catch (error) {
    // An exhausted stack or memory surfaces as an exception of the WebAssembly machine.
    return {
      stdout: '',
      stderr: `jq: error: ${error instanceof Error ? error.message : error}`,
      exitCode: INTERNAL_ERROR,
    };
  }
}

process.stdout.on('error', () => process.exit(INTERNAL_ERROR));
const { stdout, stderr, exitCode } = await main(process.argv.slice(2));
await write(process.stdout, stdout);
await write(process.stderr, stderr);
process.exitCode = exitCode;
