/** `/api`: the API for people: what can be asked, what figures mean, and how to begin. */
import { copyBlock, ours } from '../../../shared/web/copy-block.ts';
import { factsTable } from '../../../shared/web/facts-table.ts';
import { aside, figureTable } from '../../../shared/web/figure-table.ts';
import type { Page } from '../../../shared/web/layout.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { section } from '../../../shared/web/section.ts';
import { DEFINITIONS } from '../analytics/definitions.ts';
import { OPERATIONS, type Operation } from './openapi/operations.ts';

/** @param threshold as configured */
export const indexPage = (mirrorUrl: string, threshold: number): Page => ({
  title: 'API',
  tone: 'calm',
  mood: 'awake',
  current: '/api',
  band: html`<h1 class="title">API</h1>
<p class="lead">All that these pages show, as JSON and CSV. Without a key, from any page.</p>`,
  sections: [
    section(
      {
        id: 'begin',
        heading: 'Begin here',
        note: html`<p><a href="/api/openapi.json">OpenAPI 3.1</a>, for programs that write programs.</p>`,
      },
      [
        copyBlock('A month of packages', html`curl -s "${ours(mirrorUrl)}/api/packages?range=30d&limit=10"`),
        copyBlock('The same as CSV', html`curl -s "${ours(mirrorUrl)}/api/packages.csv?range=30d&limit=10"`),
        copyBlock('A badge', html`https://img.shields.io/endpoint?url=${ours(mirrorUrl)}/api/badges/glibc/downloads`),
      ],
    ),
    ...GROUPS.map(groupSection),
    section(
      { id: 'words', heading: 'What figures mean', note: html`<p><a href="/what-is-counted">What is counted</a></p>` },
      factsTable(
        'Words and their meaning',
        Object.entries(DEFINITIONS).map(([word, words]) => [
          word,
          html`${words}${word === 'threshold' && ` Here it is ${threshold}.`}`,
        ]),
      ),
    ),
    section(
      { id: 'rules', heading: 'Rules' },
      html`<ul class="plainly"><li>Times are UTC in ISO 8601; stretches of time are half-open. Names of fields stay; new ones may be added.</li>
<li><code>range</code> is 24h, 7d, 30d or 1y. An unknown parameter, or one given twice, is refused.</li>
<li>A refusal is <code>application/problem+json</code>, and names the parameter.</li>
<li>Answers have an <code>ETag</code>; figures are a minute old at most, unless <code>meta.fresh</code> is false: then they are as of <code>meta.generated</code>.</li></ul>`,
    ),
  ],
});

const GROUPS = ['Figures', 'The mirror', 'Badges', 'For programs'] as const;

function groupSection(group: Operation['group']): Markup {
  const all = OPERATIONS.filter((one) => one.group === group);
  const csvOf = (path: string) => all.find((one) => one.path === `${path}.csv`)?.path;
  const hasCsv = all.some(({ path }) => csvOf(path) !== undefined);
  return section(
    { id: group.toLowerCase().replaceAll(' ', '-'), heading: group },
    figureTable({
      caption: group,
      cards: true,
      columns: ['Path', 'What', 'Parameters', ...(hasCsv ? ['CSV'] : [])].map((heading) => ({ heading })),
      rows: all
        .filter(({ path }) => !path.endsWith('.csv'))
        .map(({ path, summary, description, parameters, secured = false }) => [
          linked(path, secured),
          html`${summary}${description !== undefined && aside(description)}`,
          parametersOf(path, parameters),
          ...(hasCsv ? [linkedCsv(csvOf(path))] : []),
        ]),
    }),
  );
}

const isTemplate = (path: string): boolean => path.includes('{');
const linked = (path: string, secured: boolean): Markup =>
  isTemplate(path) || secured ? html`<code>${path}</code>` : html`<a href="${path}"><code>${path}</code></a>`;
const linkedCsv = (path: string | undefined): Markup =>
  path === undefined ? html`–` : isTemplate(path) ? html`.csv` : html`<a href="${path}">.csv</a>`;

const parametersOf = (path: string, parameters: Operation['parameters']): readonly Markup[] | string => {
  const names = Object.keys(parameters).filter((name) => !path.includes(`{${name}}`));
  return names.length === 0 ? '–' : names.map((name, at) => html`${at > 0 && ', '}<code>${name}</code>`);
};
