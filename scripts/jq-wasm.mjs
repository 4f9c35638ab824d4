// jq as WebAssembly in a worker thread, for machines without a usable native one (src/mapping/wasm-jq.ts).
// Says { ready } once, with its folder in /proc where there is one. Then it takes { program, input } and answers
// { stdout, stderr, exitCode, memory }, or { crashed } as the last thing it does.
import { readlinkSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { loadJq } from 'jq-wasm';

function crash(message) {
  parentPort.postMessage({ crashed: message });
  process.exit();
}

// jq-wasm gathers the output in an array that it doubles without end; jq's own memory ends at 256 MiB by itself.
// Throwing would not do: jq takes it for a disk that is full, and prints on.
const { maxOutputBytes, tooMuchOutput } = workerData;
globalThis.Uint8Array = class extends Uint8Array {
  constructor(...args) {
    if (typeof args[0] === 'number' && args[0] > maxOutputBytes) crash(tooMuchOutput);
    super(...args);
  }
};
// The machine below jq says there what comes back as an exception as well.
console.error = () => undefined;

// The memory of the machine below jq, which only grows.
let memory;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const made = await instantiate(...args);
  const { exports } = made.instance ?? made;
  memory = Object.values(exports).find((one) => one instanceof WebAssembly.Memory);
  return made;
};

const jq = await loadJq();

/** The link tells which thread asks. */
function ownFolderInProc() {
  try {
    return `/proc/${readlinkSync('/proc/thread-self')}`;
  } catch {
    return null;
  }
}

parentPort.postMessage({ ready: ownFolderInProc() });
parentPort.on('message', ({ program, input }) => {
  try {
    const outcome = jq.raw(input, program, ['--compact-output']);
    parentPort.postMessage({ ...outcome, memory: memory?.buffer.byteLength ?? 0 });
  } catch (error) {
    // An exhausted stack or memory; the machine is in no known state afterwards.
    crash(error instanceof Error ? error.message : String(error));
  }
});
