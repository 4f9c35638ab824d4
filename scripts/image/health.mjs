// The image's health check: asks the program in this container whether it lives, or with the argument `ready` whether it
// can work. Exit code 0: yes. Node.js does it because the image has no curl.
const TIMEOUT_MS = 4_000;
const ANY_ADDRESS = ['0.0.0.0', '::', '*', ''];

try {
  process.loadEnvFile(); // as the program does; the environment's own values win
} catch {
  // There is no .env.
}
const { HTTP_HOST = '', HTTP_PORT, APPLICATION__PORT } = process.env;
const address = HTTP_HOST.trim().replace(/^\[(.*)\]$/, '$1');
const host = ANY_ADDRESS.includes(address) ? '127.0.0.1' : address;
const port = HTTP_PORT || APPLICATION__PORT || '8000';
const check = process.argv[2] === 'ready' ? 'ready' : 'live';
try {
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const answer = await fetch(`http://${authority}/health/${check}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  console.log(`${answer.status} ${await answer.text()}`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(`No answer: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
