/**
 * copycat status: the status page in a terminal, of the mirror that is configured here, whether or not it runs, or of any by its URL; and
 * what operators did.
 *
 * Exit status: 0 when the mirror is online, 1 when it is malfunctioning or offline, does not run here, or can't be asked.
 */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { CHANNEL_POINTERS } from '../events/channel-pointer.ts';
import { readAddress } from '../local/analytics-address.ts';
import { analyticsDirectory, lockFile } from '../local/data-dir.ts';
import { holderOf, isLocked } from '../local/lock.ts';
import { mirrorHere } from '../local/mirror-here.ts';
import { type OperateConfig, readOperateConfig } from '../local/operate/config.ts';
import { operationsInWords } from '../local/operate/operation-words.ts';
import { readOperations } from '../local/operate/recorded.ts';
import { notRunning, type StatusReport, statusHere, statusOf } from '../local/operate/status-report.ts';
import { statusInWords } from '../local/operate/status-words.ts';
import { together } from '../local/operate/together.ts';
import { printableJson } from '../local/printable.ts';
import type { Bucket } from '../shared/bucket/bucket.ts';
import { type ClickHousePlace, parseClickHouseUrl } from '../shared/config/clickhouse-url.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { hostUrl, integer, optional } from '../shared/config/readers.ts';
import { type ChannelName, parseChannelName } from '../shared/nix/release.ts';
import { createHttpClient } from '../shared/upstream/http-client.ts';
import { userAgent } from '../shared/upstream/user-agent.ts';
import { onInterruption } from './interruption.ts';

interface Options {
  readonly url?: string;
  readonly operations?: string | true;
  readonly json: boolean;
}

const OPERATIONS = '20';
const SECOND = 1_000;

export const command = new Command('status')
  .description(
    'Says how the mirror is, as its status page does. Exit status 0: online, 1: malfunctioning or offline, or none runs here.',
  )
  .option('--url <url>', 'of another mirror, by its API')
  .option('--operations [count]', 'what operators did by these commands, the newest first')
  .option('--json', 'as JSON, as GET /api/status; with "running": false where none runs here', false)
  .addHelpText(
    'after',
    '\nExamples:\n  npx copycat status\n  npx copycat status --url https://mirror.example.org\n  npx copycat status --operations 50',
  )
  .action(async ({ url, operations, json }: Options) => {
    const [config, read] = together(
      () => readOperateConfig(inheritedEnvironment()),
      () =>
        readEnv(
          { '--url': optional(hostUrl()), '--operations': optional(integer(1, 1_000)) },
          { '--url': url, '--operations': operations === true ? OPERATIONS : operations },
        ),
    );
    const [signal, styled] = [onInterruption(), process.stdout.isTTY && process.stdout.hasColors()];
    if (read['--operations'] !== undefined) {
      const done = await readOperations(mirrorHere(config).state, read['--operations'], signal);
      process.stdout.write(json ? printableJson(done) : operationsInWords(done, styled));
      return;
    }
    const status = await (read['--url'] === undefined
      ? here(config, signal)
      : elsewhere(read['--url'], config, signal));
    process.stdout.write(json ? printableJson(status) : statusInWords(status, styled));
    if (status.state !== 'online') process.exitCode = 1;
  });

async function here(config: OperateConfig, signal: AbortSignal): Promise<StatusReport> {
  const { urls, ...buckets } = mirrorHere(config);
  const CHANNELS = config.CHANNELS.length > 0 ? config.CHANNELS : await channelsIn(buckets.bucket, signal);
  const status = await statusHere(
    { ...config, ...urls, CHANNELS, CLICKHOUSE_URL: await clickHouseOf(config) },
    buckets,
  );
  // Where both buckets are named, the mirror may run anywhere.
  const isOfHere = config.BUCKET === undefined || config.STATE === undefined;
  return isOfHere && !isRunningIn(resolve(config.DATA_DIR)) ? notRunning(status) : status;
}

/** A command that has the lock is no mirror. */
function isRunningIn(dataDir: string): boolean {
  const lock = lockFile(dataDir);
  return isLocked(lock) && holderOf(lock).command === undefined;
}

/** The embedded one while a mirror runs here; none where there is to be none. */
async function clickHouseOf({ CLICKHOUSE_URL, DATA_DIR }: OperateConfig): Promise<ClickHousePlace | undefined> {
  if (CLICKHOUSE_URL !== undefined) return CLICKHOUSE_URL === 'off' ? undefined : CLICKHOUSE_URL;
  const embedded = await readAddress(analyticsDirectory(resolve(DATA_DIR)));
  return embedded === undefined ? undefined : parseClickHouseUrl(embedded);
}

/** Those that have come to something here: where nobody says which, as on another machine. */
async function channelsIn(bucket: Pick<Bucket, 'list'>, signal: AbortSignal): Promise<readonly ChannelName[]> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(3 * SECOND)]);
  const names = Array.fromAsync(bucket.list(CHANNEL_POINTERS, { signal: patience }), ({ key }) =>
    parseChannelName(key.slice(CHANNEL_POINTERS.length).replace(/\.json$/, '')),
  );
  return names.catch(() => []); // the status says what is wrong with the bucket
}

async function elsewhere(url: string, { CONTACT }: OperateConfig, signal: AbortSignal): Promise<StatusReport> {
  const timeouts = { connectMs: 5 * SECOND, headersMs: 10 * SECOND, stallMs: 10 * SECOND };
  const client = createHttpClient({
    userAgent: userAgent(CONTACT),
    origins: [url],
    connections: 1,
    attempts: 2,
    timeouts,
  });
  try {
    return await statusOf(url, client, signal);
  } finally {
    await client.close();
  }
}
