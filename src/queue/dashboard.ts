import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Job, Queue } from 'bullmq';
import { summarize } from '../core/report.ts';
import type { RunQueue, RunRecord } from '../core/run-queue.ts';
import { QUEUES } from './redis-keys.ts';
import type { RedisQueue } from './redis-queue.ts';

/** A fastify plugin. */
export type Dashboard = ReturnType<FastifyAdapter['registerPlugin']>;

/**
 * Pages that show the queues, and change nothing in them.
 * @param basePath the path of the pages as a browser sees it, e.g. `/admin/queues`: with the prefix of a proxy
 */
export function createDashboard(queue: RedisQueue, basePath: string): Dashboard {
  const adapter = new FastifyAdapter().setBasePath(basePath);
  createBullBoard({
    queues: queue.queues.map((each) =>
      each.name === QUEUES.runs ? new RunsAdapter(each, queue) : new BullMQAdapter(each, { readOnlyMode: true }),
    ),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'komodor-port', hideDocsLink: true } },
  });
  const pages = adapter.registerPlugin();
  return (app, options, done) => {
    // BullMQ's own calls would wait until Redis is back. A page must answer at once.
    app.addHook('onRequest', async (_request, reply) => {
      const { ready, detail } = await queue.health();
      if (!ready) await reply.code(503).header('retry-after', '5').send({ error: detail });
    });
    app.addHook('onSend', async (_request, _reply, payload) =>
      typeof payload === 'string' ? withoutExternalLinks(payload) : payload,
    );
    pages(app, options, done);
  };
}

/** Removes links to other hosts: the page loads a font from one, which would tell that host who opens the page. */
function withoutExternalLinks(page: string): string {
  return page.startsWith('<!') ? page.replace(/<link [^>]*href="(?:https?:)?\/\/[^>]*>/gi, '') : page;
}

/** The jobs of this queue hold only run ids. This adapter shows what the run's record says. */
class RunsAdapter extends BullMQAdapter {
  readonly #runs: Pick<RunQueue, 'find'>;

  constructor(queue: Queue, runs: Pick<RunQueue, 'find'>) {
    super(queue, { readOnlyMode: true });
    this.#runs = runs;
  }

  override async getJob(id: string): Promise<Job | undefined> {
    const job = await super.getJob(id);
    return job && this.#withRunDetails(job);
  }

  override async getJobs(...range: Parameters<BullMQAdapter['getJobs']>): Promise<Job[]> {
    return Promise.all((await super.getJobs(...range)).map((job) => this.#withRunDetails(job)));
  }

  async #withRunDetails(job: Job): Promise<Job> {
    const run = job.id === undefined ? undefined : await this.#runs.find(job.id);
    return run === undefined ? job : Object.assign(job, runDetails(run));
  }
}

/** The fields of a run to show. The job that they are put into is a copy, so nothing is written to Redis. */
function runDetails(run: RunRecord) {
  const { mode, trigger, kinds, approveDeletions } = run.order;
  const common = {
    ...{ mode, trigger, kinds: kinds.length === 0 ? 'all' : kinds, requestedAt: run.requestedAt },
    ...(approveDeletions.length > 0 && { approveDeletions }),
  };
  const status = run.state === 'finished' ? run.report.status : run.state;
  const name = `${mode} (${trigger}): ${status}`;
  if (run.state === 'queued') return { name, data: common };
  const data = { ...common, startedAt: run.startedAt };
  if (run.state === 'running') return { name, data: { ...data, progress: run.progress } };
  return { name, data, returnvalue: summarize(run.report) };
}
