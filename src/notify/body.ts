import { createHmac } from 'node:crypto';
import { type Notice, wholeLines } from './notice.ts';

/** Teams refuses messages over 28 KB, which is the lowest limit of the chats that we know. */
const MAX_BYTES = 24 * 1024;

/** Hosts of Microsoft Teams: its incoming webhooks, and the addresses of its workflows. */
const TEAMS = /(^|\.)(webhook\.office\.com|office365\.com|logic\.azure\.com|powerplatform\.com|powerautomate\.com)$/i;

/** A notice as the JSON text that is posted to a host. Without its lists when it would be too large with them. */
export function bodyFor(host: string, notice: Notice): string {
  const shorter = { ...notice, blocked: notice.blocked.map((held) => ({ ...held, sample: [] })), problems: [] };
  const shortest = { ...shorter, blocked: [], text: wholeLines(notice.text, 1_000) };
  const candidates = [notice, shorter, shortest].map((each) => JSON.stringify(dressedFor(host, each)));
  return candidates.find((body) => Buffer.byteLength(body) <= MAX_BYTES) ?? JSON.stringify({ text: notice.event });
}

/** Slack and Mattermost show `text`. Teams shows cards only, and wants to be told that it is a message. */
function dressedFor(host: string, notice: Notice): object {
  if (!TEAMS.test(host)) return notice;
  const blocks = notice.text.split('\n').map((text) => ({ type: 'TextBlock', text, wrap: true }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: blocks,
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { ...notice, type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

/** The value of `X-Signature`: HMAC-SHA256 over the body as it is sent, in hexadecimal digits. */
export function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
