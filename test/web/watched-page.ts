import type { Page, Response } from 'playwright-core';
import { API_TOKEN, CREDENTIALS, WEBHOOK_SECRET } from '../service/stage.ts';

const SECRETS = [CREDENTIALS.apiKey, CREDENTIALS.clientSecret, API_TOKEN, WEBHOOK_SECRET];
/** Runs before the page's own scripts. Console errors are collected, so a report becomes one. */
const REPORT_POLICY = `addEventListener('securitypolicyviolation', (report) =>
  console.error('policy: ' + report.violatedDirective + ' ' + report.blockedURI + ' ' + report.sourceFile + ':' + report.lineNumber));`;

export interface Watched {
  /** What must not be: console errors, policy reports, exceptions, requests to others, secrets in answers. */
  problems(): Promise<readonly string[]>;
}

/** Collects what a page must not do. `expected`: errors that the test provokes, such as a 401 in the console. */
export async function watchPage(page: Page, origin: string, expected: readonly RegExp[] = []): Promise<Watched> {
  const found: string[] = [];
  const answers: Promise<void>[] = [];
  await page.addInitScript(REPORT_POLICY);
  page.on('console', (message) => {
    const text = `${message.text()} (${message.location().url})`;
    if (message.type() === 'error' || /content.security.policy/i.test(text)) found.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => found.push(`exception: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!/^(data|blob|about):/.test(url) && new URL(url).origin !== origin)
      found.push(`request to another host: ${url}`);
  });
  page.on('response', (response) => {
    answers.push(secretsIn(response).then((secrets) => void found.push(...secrets)));
  });
  return {
    async problems() {
      await Promise.all(answers);
      return found.filter((text) => !expected.some((pattern) => pattern.test(text)));
    },
  };
}

async function secretsIn(response: Response): Promise<readonly string[]> {
  const type = response.headers()['content-type'] ?? '';
  // A stream has no end to wait for; test/secrets reads it.
  if (type.includes('event-stream')) return [];
  const text = await response.text().catch(() => '');
  return SECRETS.filter((secret) => text.includes(secret)).map((secret) => `secret ${secret} in ${response.url()}`);
}
