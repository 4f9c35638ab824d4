import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { listenLocally, must } from '../processes.ts';

/** A repository that Flux reads over HTTP, with a working copy to commit in. */
export interface GitServer {
  /** What a GitRepository names. */
  readonly url: string;
  read(path: string): Promise<string>;
  /** Writes the files (undefined: removes one) and makes one commit of them. @returns its hash */
  commit(message: string, files: Readonly<Record<string, string | undefined>>): Promise<string>;
  close(): Promise<void>;
}

const NAME = 'komodor-port.git';
const AUTHOR = ['-c', 'user.name=Lab', '-c', 'user.email=lab@example.com', '-c', 'commit.gpgsign=false'];

/** Serves a repository that begins with copies of these paths of the checkout, and of nothing else. */
export async function startGitServer(directory: string, root: string, paths: readonly string[]): Promise<GitServer> {
  const bare = join(directory, NAME);
  const work = join(directory, 'work');
  await must(['git', 'init', '--quiet', '--bare', '--initial-branch=main', bare]);
  await must(['git', 'clone', '--quiet', bare, work]);
  const git = (...args: string[]) => must(['git', '-C', work, ...AUTHOR, ...args]);
  for (const path of paths) await cp(join(root, path), join(work, path), { recursive: true });

  async function push(message: string): Promise<string> {
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
    await git('push', '--quiet', 'origin', 'HEAD:main');
    return (await git('rev-parse', 'HEAD')).trim();
  }

  await push('Begin');
  const server = createServer((request, response) => answer(directory, request, response));
  const port = await listenLocally(server);
  return {
    url: `http://127.0.0.1:${port}/${NAME}`,
    read: (path) => readFile(join(work, path), 'utf8'),
    async commit(message, files) {
      for (const [path, content] of Object.entries(files)) {
        const file = join(work, path);
        await mkdir(dirname(file), { recursive: true });
        if (content === undefined) await rm(file);
        else await writeFile(file, content);
      }
      return push(message);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Hands a request to `git http-backend`, which speaks CGI. */
function answer(directory: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://git');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      // git reads as much as is said here; a body in chunks says nothing, and git then reads to its end.
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.once('error', () => response.destroy());
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    for (const line of head.subarray(0, end).toString().split('\r\n')) {
      const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? [];
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  child.stdout.once('end', () => response.end());
}
