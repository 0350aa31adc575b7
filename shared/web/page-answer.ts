/** A page as serve answers it. */
import { layout, type Page } from './layout.ts';
import { pageHeaders } from './page-headers.ts';
import type { Site } from './site.ts';

export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param headers in lower case; `cache-control` at least. */
export function pageAnswer(
  page: Page,
  site: Site,
  headers: Readonly<Record<string, string>> & { readonly 'cache-control': string },
  status = 200,
): PageAnswer {
  const body = String(layout(page, site));
  return { status, headers: { ...pageHeaders, 'content-length': String(Buffer.byteLength(body)), ...headers }, body };
}
