/** The API, wired to this process's configuration. */
import type { Tell } from '../analytics/topic.ts';
import type { ServeConfig } from '../config.ts';
import { lateSection } from '../late-section.ts';
import type { Section } from '../respond.ts';
import type { SiteOf } from '../site-of.ts';
import type { StatusReader } from '../status/open.ts';

export interface OpenApiDeps extends Pick<StatusReader, 'status'> {
  readonly tell: Tell;
  readonly siteOf: SiteOf;
  readonly date: () => Date;
}

/** To be asked last: of the paths below `/api/` that nobody else knows, it says so. */
export const openApi = (config: ServeConfig, deps: OpenApiDeps): Section =>
  lateSection(isOfApi, async () => {
    const { apiSection } = await import('./section.ts');
    const { ANALYTICS_THRESHOLD: threshold, METRICS_TOKEN } = config;
    return apiSection({ ...deps, threshold, metrics: METRICS_TOKEN !== undefined });
  });

const isOfApi = (path: string): boolean => path === '/api' || path === '/metrics' || path.startsWith('/api/');
