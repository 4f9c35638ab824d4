import type { IncomingHttpHeaders } from 'node:http';

export interface SandboxRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** The parts of the path between slashes, each decoded on its own. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly bodyText: string;
  /** Parsed JSON; undefined when the body is empty or no JSON. */
  readonly body: unknown;
  readonly bodyBytes: number;
}

export interface SandboxResponse {
  readonly status: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of JSON. */
  readonly text?: string;
  /** Sent as they are: a body that is encoded already. */
  readonly bytes?: Buffer;
  readonly headers?: Record<string, string>;
  /** Sends the body bit by bit, in place of `body` and `text`, until one of the two sides ends it. */
  readonly stream?: (stream: AnswerStream) => void;
}

/** The body of an answer that goes on for long. */
export interface AnswerStream {
  /** @returns whether more can follow at once; otherwise wait for `drained` */
  write(text: string): boolean;
  drained(): Promise<void>;
  /** Ends the answer as if that were all. */
  end(): void;
  /** Breaks the connection. */
  reset(): void;
  /** Calls back once, when the answer has ended, whoever ended it. */
  onEnd(call: () => void): void;
}

export type Handler = (request: SandboxRequest) => SandboxResponse | Promise<SandboxResponse>;

export interface RequestRecord {
  readonly method: string;
  readonly path: string;
  readonly route: string;
  /** 0 when no answer was sent. */
  readonly status: number;
  readonly query: string;
  readonly bodyBytes: number;
}

export interface SandboxServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, in the order in which they were answered. */
  readonly log: RequestRecord[];
  /** Another address of the same server, with connections of its own: what goes with it shows who came through it. */
  openDoor(): Promise<Door>;
  /** Stops listening and drops open connections, at every door. */
  close(): Promise<void>;
}

export interface Door {
  /** As `url` of the server. */
  readonly url: string;
  /** Stops listening here and drops the connections that came through. */
  close(): Promise<void>;
}
