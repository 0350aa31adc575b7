/** What the pages say of this mirror, wherever it was asked. */
import { VERSION } from '../../shared/upstream/user-agent.ts';
import type { Site } from '../../shared/web/site.ts';
import type { Asked } from './asked.ts';
import type { ServeConfig } from './config.ts';

export type SiteOf = (asked: Pick<Asked, 'mirrorUrl'>) => Site;

type SiteConfig = Pick<ServeConfig, 'MIRROR_NAME' | 'CONTACT' | 'SOURCE_URL' | 'ISSUES_URL' | 'SUPPORT_URL'>;

export const siteOf =
  (config: SiteConfig): SiteOf =>
  ({ mirrorUrl }) => ({
    name: config.MIRROR_NAME ?? new URL(mirrorUrl).host,
    mirrorUrl,
    version: VERSION,
    contact: config.CONTACT,
    sourceUrl: config.SOURCE_URL,
    issuesUrl: config.ISSUES_URL,
    supportUrl: config.SUPPORT_URL,
  });
