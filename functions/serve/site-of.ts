/** What the pages say of this mirror. */
import { DEFAULTS } from '../../shared/config/defaults.ts';
import type { Site } from '../../shared/web/site.ts';
import type { Asked } from './asked.ts';

export const siteOf = ({ mirrorUrl }: Pick<Asked, 'mirrorUrl'>): Site => ({
  name: new URL(mirrorUrl).host,
  mirrorUrl,
  version: '0.1.0',
  contact: DEFAULTS.CONTACT,
  sourceUrl: DEFAULTS.CONTACT,
  issuesUrl: `${DEFAULTS.CONTACT}/issues`,
});
