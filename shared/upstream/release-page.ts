/**
 * The page at a release prefix: the only place where upstream lists a release's files with their SHA-256
 * (nixos-channel-scripts: mirror-nixos-branch.pl).
 *
 *     <p>Released on 2026-05-29 20:26:40 UTC from <a href='…'>Git commit <tt>af08…c1f1</tt></a> from 2026-05-28 … via …</p>
 *     <table>…<tr><td><a href='…'>store-paths.xz</a></td><td align='right'>4884</td><td><tt>1cba…4a8c</tt></td></tr>…
 *
 * Tags, attributes and whitespace may change as they like; what we take from the page may not.
 */
import { Malformed } from '../errors.ts';
import { checkFileName, type ReleaseFile } from '../nix/release-file.ts';

export interface ReleasePage {
  /** The Git commit of Nixpkgs: 40 lower-case hex digits. */
  readonly revision: string;
  /** Older pages give no time zone; theirs is read as UTC. */
  readonly releasedAt: Date;
  /** When that commit was made; the same of its time zone. Older pages do not say. */
  readonly committedAt?: Date;
  /** In the page's order; at least one, no name twice. */
  readonly files: readonly ReleaseFile[];
}

/** @throws {Malformed} with `facts.field`: revision, released, files, row, name, size or sha256. */
export function parseReleasePage(html: string): ReleasePage {
  const { text, rows } = readMarkup(html);
  const [, revision] = /\bGit commit ([0-9a-f]{40})\b/.exec(text) ?? refuse('revision', 'names no Git commit');
  const [, day, time] =
    /\bReleased on (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\b/.exec(text) ??
    refuse('released', 'does not say when it was released');
  const releasedAt = new Date(`${day}T${time}Z`);
  if (Number.isNaN(releasedAt.getTime())) refuse('released', 'has an impossible date');
  const committed = /\bGit commit [0-9a-f]{40} from (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\b/.exec(text);
  const committedAt = new Date(committed ? `${committed[1]}T${committed[2]}Z` : Number.NaN);

  const files = rows.filter((row) => row.length > 0).map(readFile); // the heading has no <td>
  if (files.length === 0) refuse('files', 'lists no file');
  if (new Set(files.map(({ name }) => name)).size < files.length) refuse('files', 'lists a name twice');
  const page = { revision: revision ?? '', releasedAt, files };
  return Number.isNaN(committedAt.getTime()) ? page : { ...page, committedAt };
}

function readFile(row: readonly string[]): ReleaseFile {
  const [name = '', size = '', sha256 = '', ...more] = row;
  if (row.length < 3 || more.length > 0) refuse('row', `has a row of ${row.length} columns`);
  checkFileName(name);
  if (!/^\d{1,15}$/.test(size)) refuse('size', `gives no size for ${name}`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) refuse('sha256', `gives no SHA-256 for ${name}`);
  return { name, size: Number(size), sha256 };
}

interface Markup {
  /** All text, with single spaces; a tag counts as one. */
  readonly text: string;
  /** The text of each `<td>`, row by row. */
  readonly rows: readonly (readonly string[])[];
}

/** One pass from tag to tag; every character is looked at a fixed number of times, whatever the page holds. */
function readMarkup(html: string): Markup {
  const texts: string[] = [];
  const rows: string[][] = [];
  let inCell = false;
  for (const { tag, text } of tags(html)) {
    texts.push(text);
    if (tag === 'tr') rows.push([]);
    const row = rows.at(-1);
    if (!row) continue;
    if (tag === 'td') row.push('');
    if (BOUNDS_CELL.test(tag)) inCell = tag === 'td';
    if (inCell) row.push((row.pop() ?? '') + text);
  }
  return { text: spaced(texts.join(' ')), rows: rows.map((cells) => cells.map((cell) => spaced(cell).trim())) };
}

const BOUNDS_CELL = /^\/?(td|th|tr|table|tbody|thead|body)$/;

/** Each tag's name in lower case, with its slash, and the text that follows it; first the text before any tag. */
function* tags(html: string): Generator<{ readonly tag: string; readonly text: string }> {
  for (let at = 0, tag = ''; ; ) {
    const start = html.indexOf('<', at);
    yield { tag, text: html.slice(at, start === -1 ? undefined : start) };
    const end = start === -1 ? -1 : html.indexOf('>', start);
    if (end === -1) return;
    tag = /^\/?[a-z0-9]*/i.exec(html.slice(start + 1, Math.min(end, start + 20)))?.[0].toLowerCase() ?? '';
    at = end + 1;
  }
}

const spaced = (text: string): string => text.replace(/\s+/g, ' ');

function refuse(field: string, what: string): never {
  throw new Malformed(`the release page ${what}`, { field });
}
