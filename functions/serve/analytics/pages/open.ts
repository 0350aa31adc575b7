/** The pages of figures. */
import { lateSection } from '../../late-section.ts';
import type { Section } from '../../respond.ts';
import { isPagePath } from './page-path.ts';
import type { PagesDeps } from './section.ts';

export const openPages = (deps: PagesDeps): Section =>
  lateSection(isPagePath, async () => (await import('./section.ts')).pagesSection(deps));
