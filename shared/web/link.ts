/** Links to where an operator says: only to what a browser opens as a page or a mail, whatever was configured. */
import { html, type Markup } from './markup.ts';

const PAGE = /^https?:\/\//i;
const MAILBOX = /^[^\s@:/?#]+@[^\s@:/?#]+$/;

/** @param text what stands there; default the address as a person writes it. */
export function link(address: string, text?: string): Markup {
  if (PAGE.test(address)) return html`<a href="${address}">${text ?? address.replace(PAGE, '').replace(/\/$/, '')}</a>`;
  if (MAILBOX.test(address)) return html`<a href="mailto:${address}">${text ?? address}</a>`;
  return html`${text === undefined || text === address ? address : `${text}: ${address}`}`;
}
