import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/server/problems.ts';
import { startServer } from './support.ts';

const ROUTES = [
  'get /health/live',
  'get /health/ready',
  'get /metrics',
  'get /v1/doctor',
  'get /v1/fields',
  'get /v1/runs/{id}/problems',
  'post /v1/runs',
  'get /v1/runs',
  'get /v1/entities',
  'get /v1/entities/{blueprint}/{identifier}',
  'get /v1/entities/{blueprint}/{identifier}/history',
  'get /v1/status',
  'get /v1/timeline',
  'get /v1/events',
  'post /v1/map',
  'post /v1/lint',
  'post /v1/test',
  'get /v1/items',
  'get /v1/mapping',
  'put /v1/mapping',
  'get /v1/runs/{id}',
  'delete /v1/runs/{id}',
  'get /v1/runs/{id}/events',
  'get /v1/runs/{id}/changes',
  'get /v1/runs/{id}/held',
  'get /v1/runs/{id}/changes.ndjson',
  'get /v1/runs/{id}/changes.csv',
  'get /v1/runs/{id}/report.html',
  'post /resync',
  'post /webhooks/komodor',
  'post /webhooks/komodor/{secret}',
  'post /webhooks/resync',
  'post /integration/webhook',
  'post /integration/webhook/flux',
];

describe('the OpenAPI document', () => {
  it('describes every route of the contract', async () => {
    const { app } = await startServer();
    const answer = await app.inject({ url: '/openapi.json' });
    expect(answer.headers['content-type']).toContain('application/json');
    const document = answer.json();
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'komodor-port', version: '1.2.3' });
    const routes = Object.entries<object>(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).toEqual([...ROUTES].sort());
  });

  it('says of every operation what it is, and names only security schemes that it has', async () => {
    const { app } = await startServer();
    const document = (await app.inject({ url: '/openapi.json' })).json();
    const schemes = Object.keys(document.components.securitySchemes);
    for (const operations of Object.values<object>(document.paths)) {
      for (const operation of Object.values(operations)) {
        expect(operation.summary).toBeTruthy();
        const { default: problem, ...answers } = operation.responses;
        expect(problem.content).toHaveProperty([
          'application/problem+json',
          'schema',
          'properties',
          'code',
          'enum',
          '0',
        ]);
        expect(Object.keys(answers).length).toBeGreaterThan(0);
        for (const requirement of operation.security ?? []) expect(schemes).toContain(Object.keys(requirement)[0]);
      }
    }
  });

  it('has the fields of a run request and of a report', async () => {
    const { app } = await startServer();
    const { paths } = (await app.inject({ url: '/openapi.json' })).json();
    expect(JSON.stringify(paths['/v1/runs'].post.requestBody)).toContain('"approveDeletions"');
    expect(JSON.stringify(paths['/v1/runs/{id}'].get.responses)).toContain('"deletionBlocked"');
    expect(paths['/v1/runs/{id}/events'].get.responses['200'].content).toHaveProperty('text/event-stream');
  });

  it('can be read in a browser, over plain HTTP', async () => {
    const { app } = await startServer();
    for (const url of ['/docs', '/docs/']) {
      const answer = await app.inject({ url });
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(answer.headers['content-security-policy']).not.toMatch(/upgrade-insecure-requests|https?:/);
      expect(answer.body).not.toMatch(/(href|src)="(https?:)?\/\//);
      const script = /src="([^"]*swagger-ui-bundle\.js)"/.exec(answer.body)?.[1] ?? '';
      const asset = new URL(script, `http://x${url}`).pathname;
      expect((await app.inject({ url: asset })).statusCode).toBe(200);
    }
  });
});

describe('docs/http.md', () => {
  const page = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8');

  it('lists every problem code as the code has it', () => {
    const rows = Object.entries(PROBLEMS).map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`);
    const table = /<!-- problems -->([\s\S]*)<!-- \/problems -->/.exec(page)?.[1] ?? '';
    expect(table.trim().split('\n').slice(2)).toEqual(rows);
  });

  it('names every route', () => {
    for (const route of ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      expect(page).toContain(`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
    }
  });
});
