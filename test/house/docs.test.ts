import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CODES } from '../../src/core/errors.ts';
import type { IncompleteReason } from '../../src/core/model.ts';
import type { BlockReason } from '../../src/core/report.ts';
import { type ProjectFile, pages, readProjectFile, sources } from './files.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The name that a heading has in a link, as code hosts make it. */
function anchorsOf({ text }: ProjectFile): ReadonlySet<string> {
  const headings = text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm);
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
  return new Set([...headings].map(([, heading]) => slug(heading ?? '')));
}

/** Links of a page that lead nowhere. */
function deadLinks(page: ProjectFile): readonly string[] {
  const links = [...page.text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, link]) => link ?? '',
  );
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const path = file === '' ? page.path : join(dirname(page.path), file);
      if (!existsSync(root(path))) return true;
      return anchor !== undefined && !anchorsOf(readProjectFile(path)).has(anchor);
    })
    .map((link) => `${page.path}: ${link}`);
}

describe('links', () => {
  it('lead somewhere, on every page', () => expect(pages.flatMap(deadLinks)).toEqual([]));

  it('that lead nowhere are found', () => {
    expect(
      deadLinks({ path: 'docs/x.md', text: '[a](nowhere.md) [b](errors.md#nothing) [c](errors.md) [d](https://x)' }),
    ).toHaveLength(2);
  });

  it('reach every page of docs from the README, every decision from their index', () => {
    const linkedFrom = (path: string) => {
      const links = readProjectFile(path).text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g);
      return [...links].map(([, link]) => join(dirname(path), link ?? ''));
    };
    const decisions = pages.filter(({ path }) => path.startsWith('docs/adr/') && path !== 'docs/adr/README.md');
    expect(decisions.length).toBeGreaterThan(5);
    expect(linkedFrom('docs/adr/README.md')).toEqual(expect.arrayContaining(decisions.map(({ path }) => path)));
    const others = pages.filter(
      ({ path }) => path !== 'README.md' && !decisions.some((decision) => decision.path === path),
    );
    expect(linkedFrom('README.md')).toEqual(expect.arrayContaining(others.map(({ path }) => path)));
  });
});

describe('docs/errors.md', () => {
  it('explains every code and no other', () => {
    const headings = [...readProjectFile('docs/errors.md').text.matchAll(/^### `([a-z_]+)`$/gm)].map(
      ([, code]) => code,
    );
    expect(headings.sort()).toEqual(Object.keys(CODES).sort());
  });

  it('says of each what it means, in the program’s own words, and what to do', () => {
    const sections = readProjectFile('docs/errors.md').text.split(/^### /m).slice(1);
    for (const section of sections) {
      const code = /^`([a-z_]+)`/.exec(section)?.[1] ?? '';
      expect(section).toContain(Object.entries(CODES).find(([known]) => known === code)?.[1]);
      expect(section).toMatch(/^\*\*Do:\*\* \S.{20}/m);
    }
  });
});

describe('docs/deletion.md', () => {
  /** The words that begin the rows of the tables under a heading. */
  const rowsUnder = (heading: string) => {
    const section = readProjectFile('docs/deletion.md').text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    return [...section.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, word]) => word).sort();
  };

  it('explains every reason for which deletions are held back', () => {
    const reasons: Readonly<Record<BlockReason, true>> = {
      threshold: true,
      emptied: true,
      unmapped: true,
      incomplete: true,
      contradicted: true,
      unconfirmed: true,
      rejected: true,
      disabled: true,
      not_selected: true,
      aborted: true,
    };
    expect(rowsUnder('Why deletions are held back')).toEqual(Object.keys(reasons).sort());
  });

  it('explains every way in which a read can turn out not to be complete', () => {
    const reasons: Readonly<Record<IncompleteReason, true>> = {
      request_failed: true,
      malformed_page: true,
      repeated_cursor: true,
      not_advancing: true,
      more_but_empty: true,
      totals_disagree: true,
      full_page_without_cursor: true,
      too_many_pages: true,
      empty_list: true,
      clusters_unknown: true,
      cluster_unknown: true,
      contradicted: true,
      kind_unknown: true,
      forbidden: true,
      changed_while_reading: true,
      folder_missing: true,
      folder_empty: true,
      folder_unreadable: true,
      document_broken: true,
    };
    expect(rowsUnder('When a read counts as complete')).toEqual(Object.keys(reasons).sort());
  });
});

describe('docs/sandbox.md', () => {
  const page = readProjectFile('docs/sandbox.md').text;

  it('names every fault that the stand-ins know', () => {
    const stand = sources.filter(({ path }) => path.startsWith('src/sandbox/'));
    const asked = stand.flatMap(({ text }) => [
      ...text.matchAll(/\bask\('([a-z-]+)'\)|\.named\('[a-z]+', '([a-z-]+)'\)/g),
    ]);
    const known = new Set(asked.map(([, komodor, port]) => komodor ?? port));
    expect(known.size).toBeGreaterThan(15);
    const explained = [...page.matchAll(/^\| `([a-z-]+)(?: [^`]*)?` \|/gm)].map(([, name]) => name);
    for (const name of known) expect(explained).toContain(name);
  });
});
