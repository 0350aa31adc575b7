/** `/analytics`: what was asked of this mirror, and what it did. Each section has its own answer, and all are asked for at once. */
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import type { Page } from '../../../../shared/web/layout.ts';
import { html } from '../../../../shared/web/markup.ts';
import { isTold, type Tell } from '../topic.ts';
import {
  CHANNEL_UPDATES,
  CLIENTS,
  COPIES,
  COUNTRIES,
  FAILURES,
  HEADLINE,
  LATENCY,
  LATENCY_BY_ROUTE,
  LOG_DELAY,
  PACKAGES,
  RISING,
  SIZES,
  STORES,
  TRAFFIC,
} from '../topics.ts';
import { answerTimeSection } from './answer-time.ts';
import { channelsSection } from './channels.ts';
import { clientsColumn } from './clients.ts';
import { copiesRange, copiesSection } from './copies.ts';
import { countriesColumn } from './countries.ts';
import { looksOf, staleLine, upTo } from './figures-band.ts';
import { type Freshness, freshnessOf, saidAt } from './freshness.ts';
import { headlineStats } from './headline.ts';
import { RANGE_WORDS, rangeLinks } from './ranges.ts';
import { risingColumn } from './rising.ts';
import { sentSection } from './sent.ts';
import { sizesSection } from './sizes.ts';
import { storesSection } from './stores.ts';
import type { View } from './told-section.ts';
import { topPackagesSection } from './top-packages.ts';
import { trafficSection } from './traffic.ts';

export interface Made {
  readonly page: Page;
  readonly freshness: Freshness;
}

export async function analyticsPage(range: RangeName, tell: Tell, given: View): Promise<Made> {
  const told = await askAll(range, tell);
  const freshness = freshnessOf(Object.values(told));
  const view = { ...given, saidAt: saidAt(freshness) };
  const isEmpty = isTold(told.headline) && told.headline.found.requests === 0;
  const page: Page = {
    title: `Analytics, ${RANGE_WORDS[range].long}`,
    ...looksOf(freshness),
    current: '/analytics',
    band: html`<h1 class="title">What was downloaded</h1>
<p class="lead">In ${RANGE_WORDS[range].long}${upTo(told.logDelay, view.now)}. <a href="/what-is-counted">What is counted</a></p>
${isEmpty && html`<p class="small soft">Nothing yet. Everything has its place below, and fills as requests come.</p>`}${staleLine(freshness, view.now)}${rangeLinks('/analytics', range)}`,
    figures: headlineStats(told.headline, range),
    sections: html`${trafficSection(told.traffic, range, view)}
${answerTimeSection({ series: told.latency, byRoute: told.byRoute }, range, view)}
${topPackagesSection(told.packages, range, view)}
<section class="columns">${risingColumn(told.rising, view)}${clientsColumn(told.clients, range, view)}${countriesColumn(told.countries, range, view)}</section>
${sentSection(told.traffic, range, view)}
${sizesSection(told.sizes, range, view)}
${storesSection(told.stores, view)}
${channelsSection(told.channels, range, view)}
${copiesSection({ copies: told.copies, failures: told.failures }, range, view)}`,
  };
  return { page, freshness };
}

/** At once: none of them throws, and each has its own time. */
async function askAll(range: RangeName, tell: Tell) {
  const asked = {
    headline: tell(HEADLINE, { range }),
    traffic: tell(TRAFFIC, { range }),
    latency: tell(LATENCY, { range, route: 'narinfo' }),
    byRoute: tell(LATENCY_BY_ROUTE, { range }),
    packages: tell(PACKAGES, { range }),
    rising: tell(RISING, {}),
    clients: tell(CLIENTS, { range }),
    countries: tell(COUNTRIES, { range }),
    sizes: tell(SIZES, { range }),
    stores: tell(STORES, { range: '1y' }),
    channels: tell(CHANNEL_UPDATES, { range }),
    copies: tell(COPIES, { range: copiesRange(range) }),
    failures: tell(FAILURES, { range }),
    logDelay: tell(LOG_DELAY, {}),
  };
  return {
    headline: await asked.headline,
    traffic: await asked.traffic,
    latency: await asked.latency,
    byRoute: await asked.byRoute,
    packages: await asked.packages,
    rising: await asked.rising,
    clients: await asked.clients,
    countries: await asked.countries,
    sizes: await asked.sizes,
    stores: await asked.stores,
    channels: await asked.channels,
    copies: await asked.copies,
    failures: await asked.failures,
    logDelay: await asked.logDelay,
  };
}
