import { bearer } from './support.ts';

/** Reads a stream of events. */
export async function watch(address: string, headers: Record<string, string> = {}) {
  const leave = new AbortController();
  const answer = await fetch(address, { headers: { ...bearer, ...headers }, signal: leave.signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    answer,
    leave: () => leave.abort(),
    /** What was read so far. */
    text: () => text,
    /** Reads until the text holds this after `from`; `undefined`: to the end. */
    async read(part?: string, from = 0): Promise<string> {
      while (part === undefined || !text.slice(from).includes(part)) {
        const chunk = await reader?.read();
        if (chunk === undefined || chunk.done) break;
        text += chunk.value;
      }
      return text;
    },
  };
}

/** The data of the events of one name, in their order. */
export function eventsIn(
  text: string,
  name: string,
): readonly { readonly id: string | undefined; readonly data: unknown }[] {
  return text.split('\n\n').flatMap((block) => {
    const [, event] = /^event: (.+)$/m.exec(block) ?? [];
    const [, data] = /^data: (.+)$/m.exec(block) ?? [];
    const [, id] = /^id: (.+)$/m.exec(block) ?? [];
    return event === name && data !== undefined ? [{ id, data: JSON.parse(data) }] : [];
  });
}
