/** `/`: the verdict, the parts, the channels, how to use it, and the rest. */
import type { Page } from '../../../shared/web/layout.ts';
import type { Site } from '../../../shared/web/site.ts';
import { aboutSection, troubleSection } from './about-section.ts';
import { band, LOOKS } from './band.ts';
import { channelsSection } from './channels-section.ts';
import { partsSection } from './parts-section.ts';
import type { Status } from './status.ts';
import { type UseLines, useSection } from './use-section.ts';

export interface StatusPage extends Omit<UseLines, 'mirrorUrl'> {
  readonly status: Status;
  readonly site: Site;
  readonly now: Date;
  readonly catFact: string;
  readonly requestId: string;
  readonly forwardsMisses: boolean;
}

export const statusPage = ({ status, site, now, catFact, requestId, forwardsMisses, ...lines }: StatusPage): Page => ({
  title: `${site.name} is ${status.state} · Copycat`,
  ...LOOKS[status.state],
  current: '/',
  band: band(status, site, now),
  sections: [
    partsSection(status, now),
    channelsSection(status, now),
    useSection({ ...lines, mirrorUrl: site.mirrorUrl }),
    aboutSection(forwardsMisses),
    troubleSection(site),
  ],
  catFact,
  requestId,
});
