/** The API, wired to this process's configuration. */
import type { Tell } from '../analytics/topic.ts';
import type { ServeConfig } from '../config.ts';
import type { Section } from '../respond.ts';
import type { SiteOf } from '../site-of.ts';
import type { StatusReader } from '../status/open.ts';

export interface OpenApiDeps extends Pick<StatusReader, 'status'> {
  readonly tell: Tell;
  readonly siteOf: SiteOf;
  readonly date: () => Date;
}

/** To be asked last: of the paths below `/api/` that nobody else knows, it says so. */
export function openApi(config: ServeConfig, deps: OpenApiDeps): Section {
  let opened: Promise<Section> | undefined;
  /** Nix never needs it, so a function that starts does not wait for it. */
  const open = async (): Promise<Section> => {
    const { apiSection } = await import('./section.ts');
    const { ANALYTICS_THRESHOLD: threshold, METRICS_TOKEN } = config;
    return apiSection({ ...deps, threshold, metrics: METRICS_TOKEN !== undefined });
  };
  return async (asked) => {
    if (!isOfApi(asked.path)) return undefined;
    opened ??= open();
    return (await opened)(asked);
  };
}

const isOfApi = (path: string): boolean => path === '/api' || path === '/metrics' || path.startsWith('/api/');
