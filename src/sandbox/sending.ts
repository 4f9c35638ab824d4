import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FaultAction } from './faults.ts';
import type { AnswerStream, SandboxResponse } from './http.ts';

/** A fault that lets the answer begin. */
type Partly = Extract<FaultAction, { type: 'cut' | 'break' | 'stall' }>;

/** What a fault answers in place of the handler; undefined when it leaves that to the handler. */
export function faultResponse(fault: FaultAction | undefined): SandboxResponse | undefined {
  if (fault?.type === 'blank') return { status: 200, text: '' };
  if (fault?.type === 'garbage') {
    const { status = 200 } = fault;
    return { status, text: '<html><body>Welcome</body></html>', headers: { 'content-type': 'text/html' } };
  }
  if (fault?.type !== 'status') return undefined;
  const headers = {
    ...(fault.retryAfter !== undefined && { 'retry-after': fault.retryAfter }),
    ...(fault.rateReset !== undefined && { 'x-ratelimit-reset': fault.rateReset }),
  };
  // Without a body of its own it answers as a gateway does: text, not the API's error shape.
  if (fault.body === undefined) return { status: fault.status, text: `error ${fault.status}`, headers };
  return { status: fault.status, body: fault.body, headers };
}

/** Sends an answer, whole or as far as the fault lets it. */
export function send(answer: ServerResponse, response: SandboxResponse, fault?: FaultAction): void {
  if (response.stream !== undefined) {
    // Who has gone meanwhile will not say so again.
    if (answer.destroyed) return;
    answer.writeHead(response.status, response.headers);
    answer.flushHeaders();
    // Nothing says how long it will be, so that a share of it cannot be sent: it ends before it has begun.
    if (fault?.type === 'break') answer.destroy();
    else if (fault?.type === 'cut') answer.end();
    else if (fault?.type !== 'stall') response.stream(streamOf(answer));
    return;
  }
  const text = response.text ?? (response.body === undefined ? '' : JSON.stringify(response.body));
  const whole = response.bytes ?? Buffer.from(text);
  const partly = fault?.type === 'cut' || fault?.type === 'break' || fault?.type === 'stall' ? fault : undefined;
  const bytes = partly === undefined ? whole : whole.subarray(0, sentBytes(partly, whole.byteLength));
  const type = response.text === undefined ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
  // An answer that breaks off promises more than it holds, even when all of it came.
  const promised =
    partly === undefined || partly.type === 'cut' ? bytes.byteLength : Math.max(whole.byteLength, bytes.byteLength + 1);
  answer.writeHead(response.status, { 'content-type': type, 'content-length': promised, ...response.headers });
  if (partly === undefined || partly.type === 'cut') answer.end(bytes);
  else if (partly.type === 'stall') answer.write(bytes);
  else answer.write(bytes, () => answer.destroy());
  // Without a body nothing would be sent at all.
  if (partly !== undefined && bytes.byteLength === 0) answer.flushHeaders();
}

function streamOf(answer: ServerResponse): AnswerStream {
  return {
    write: (text) => !answer.destroyed && !answer.writableEnded && answer.write(text),
    drained: () =>
      new Promise((resolve) => {
        if (answer.destroyed || !answer.writableNeedDrain) return resolve();
        const goOn = () => {
          answer.off('drain', goOn);
          answer.off('close', goOn);
          resolve();
        };
        answer.once('drain', goOn);
        answer.once('close', goOn);
      }),
    end: () => void answer.end(),
    reset: () => void answer.destroy(),
    onEnd: (call) => void answer.once('close', call),
  };
}

function sentBytes({ percent = 50 }: Partly, whole: number): number {
  return Math.min(whole, Math.floor((whole * percent) / 100));
}

/** Breaks a connection. `resetAndDestroy` throws on a socket that is no TCP socket any more. */
export function reset(socket: Socket): void {
  if (!socket.destroyed) socket.resetAndDestroy();
}
