import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { copyBlock } from './copy-block.ts';
import { figureTable } from './figure-table.ts';
import { layout, type Page } from './layout.ts';
import { html } from './markup.ts';
import { pageAnswer } from './page-answer.ts';
import { pageHeaders } from './page-headers.ts';
import { section } from './section.ts';
import type { Site } from './site.ts';
import { stateMark } from './state-mark.ts';

const site: Site = {
  name: 'cache.example.org',
  mirrorUrl: 'https://cache.example.org',
  version: '1.2.3',
  contact: 'ops@example.org',
  sourceUrl: 'https://example.org/source',
  issuesUrl: 'https://example.org/issues',
};

const page: Page = {
  title: 'Status',
  tone: 'good',
  mood: 'awake',
  current: '/',
  band: html`<h1>all is well</h1>`,
  sections: '',
};

describe('layout', () => {
  it('allows the one style sheet that it brings, and nothing else', () => {
    const text = String(layout(page, site));
    const [, sheet = ''] = /<style>(.*?)<\/style>/s.exec(text) ?? [];
    const hash = createHash('sha256').update(sheet).digest('base64');
    expect(pageHeaders['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
    expect(pageHeaders['content-security-policy']).toMatch(/^default-src 'none';/);
    expect(pageHeaders['content-security-policy']).not.toContain('unsafe');
    expect(text).not.toMatch(/<script|\sstyle=|\son[a-z]+=/i);
  });

  it('says which page of the navigation it is', () => {
    expect(String(layout(page, site))).toContain('<a href="/" aria-current="page">Status</a>');
  });

  it('says its length in bytes', () => {
    const { headers, body } = pageAnswer(page, site, { 'cache-control': 'no-store' });
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
    expect(body).toContain('·'); // more bytes than characters
  });

  it('lets nothing through unescaped, whatever it is called', () => {
    const nasty = fc.string({ unit: fc.constantFrom('"', "'", '<', '>', '&', 'x', ' ', '/', '=') });
    fc.assert(
      fc.property(nasty, (rest) => {
        const name = `"><script>${rest}`;
        const hostile: Site = {
          ...site,
          name,
          version: name,
          contact: name,
          sourceUrl: `https://example.org/${name}`,
          issuesUrl: `javascript:${name}`,
          supportUrl: name,
        };
        const table = figureTable({
          caption: name,
          columns: [{ heading: name }, { heading: name }],
          rows: [[name, name]],
        });
        const sections = section({ id: 'a', heading: name, note: name }, [
          table,
          copyBlock(name, name),
          stateMark('bad', name),
        ]);
        const text = String(
          layout({ ...page, title: name, band: name, sections, catFact: name, requestId: name }, hostile),
        );
        expect(text).not.toContain('<script');
        expect(text).not.toMatch(/href="(?!https?:|mailto:|[/#])/);
      }),
      { numRuns: 50 },
    );
  });

  it('has one file that writes unescaped text', async () => {
    const root = path.resolve(import.meta.dirname, '../..');
    const found: string[] = [];
    for (const room of ['shared', 'functions', 'local', 'scripts', 'events']) {
      for (const entry of await readdir(path.join(root, room), { recursive: true })) {
        if (!entry.endsWith('.ts') || entry.endsWith('.test.ts')) continue;
        const text = await readFile(path.join(root, room, entry), 'utf8');
        if (/\braw\b.*from 'hono|\braw\(/.test(text)) found.push(path.join(room, entry));
      }
    }
    expect(found).toEqual(['shared/web/stylesheet.ts']);
  });
});
