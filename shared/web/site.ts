/** What every page knows of the mirror that it belongs to, and which pages there are. */
export interface Site {
  /** What the mirror calls itself: `MIRROR_NAME`, or the host that was asked. */
  readonly name: string;
  /** Without a slash at its end. */
  readonly mirrorUrl: string;
  readonly version: string;
  /** An address of a page or a mailbox. */
  readonly contact: string;
  readonly sourceUrl: string;
  readonly issuesUrl: string;
  readonly supportUrl?: string | undefined;
}

/** In the order in which they are shown. What is not built yet is not linked. */
export const NAVIGATION = [
  { path: '/', name: 'Status' },
  { path: '/analytics', name: 'Analytics' },
  { path: '/packages', name: 'Packages' },
  { path: '/channels', name: 'Channels' },
  { path: '/paths', name: 'Paths' },
  { path: '/api', name: 'API' },
] as const;

export type PagePath = (typeof NAVIGATION)[number]['path'];
