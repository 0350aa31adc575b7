/** Debian's chromium under playwright's hand: no download, a profile of its own, and all that a page says on its console. */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
];
/** Build output: for people to look at. */
const SCREENSHOTS = path.resolve(import.meta.dirname, '../../.build/screenshots');
/** It takes longer while the machine does something else. */
const LOAD_MS = 20_000;

export interface View {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
  readonly script?: boolean;
}

export interface Shown {
  readonly page: Page;
  /** What the browser complained of: the console's messages, errors of the page, requests that failed. */
  readonly complaints: readonly string[];
  /** Addresses that it asked for. */
  readonly requests: readonly string[];
}

export interface Browser {
  /** Opens a page, runs `look` on it, and closes it. */
  show(url: string, view: View, look: (shown: Shown) => Promise<void>): Promise<void>;
  /** The whole page, as a file whose folder is named at the end. */
  picture(page: Page, name: string): Promise<void>;
  close(): Promise<void>;
}

/** `describe` where there is a chromium; skipped loudly elsewhere. */
export function describeWithChromium(name: string, define: () => void): void {
  if (existsSync(CHROMIUM)) {
    describe(name, define);
    return;
  }
  process.stderr.write(`SKIPPED, for there is no ${CHROMIUM}: ${name}\n`);
  describe.skip(name, () => it(`needs ${CHROMIUM}`, () => undefined));
}

/** @param suite of which its pictures are. */
export async function openBrowser(suite: string): Promise<Browser> {
  const profile = await makeFolder();
  const pictures = path.join(SCREENSHOTS, suite);
  await rm(pictures, { recursive: true, force: true });
  await mkdir(pictures, { recursive: true });
  const started = await chromium.launch({
    executablePath: CHROMIUM,
    chromiumSandbox: process.getuid?.() !== 0, // it refuses to have one as root
    args: [...FLAGS, `--crash-dumps-dir=${profile}`, '--disable-component-update'],
    env: { HOME: profile, TMPDIR: profile },
    timeout: 30_000,
  });
  return {
    async show(url, { width, scheme, script = false }, look) {
      const context: BrowserContext = await started.newContext({
        viewport: { width, height: 800 },
        colorScheme: scheme,
        javaScriptEnabled: script,
        reducedMotion: 'reduce',
      });
      try {
        const page = await context.newPage();
        const complaints: string[] = [];
        const requests: string[] = [];
        page.on('console', (message) => {
          // Of a page that is itself a refusal, the browser says so.
          const isRefusal = message.location().url === url && message.text().startsWith('Failed to load resource');
          if (!isRefusal) complaints.push(`${message.type()}: ${message.text()}`);
        });
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
        page.on('request', (request) => requests.push(request.url()));
        await page.goto(url, { timeout: LOAD_MS });
        await look({ page, complaints, requests });
      } finally {
        await context.close();
      }
    },
    async picture(page, name) {
      await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
    },
    async close() {
      process.stderr.write(`pictures: ${path.relative(process.cwd(), pictures)}\n`);
      await started.close();
      await removeFolder(profile);
    },
  };
}
