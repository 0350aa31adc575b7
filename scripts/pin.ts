/**
 * pin, unpin: what collect keeps whatever else is retained.
 *
 * Exit status: 0; 1 when it failed, when what is to be unpinned is not pinned, or when not all of what is pinned is here (it is pinned
 * all the same); 2 when it was called wrongly or the configuration is wrong.
 */
import './require-node.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { nameOfPin } from '../events/pins.ts';
import { addPin, lackOf, parsePinned, readPins, removePin } from '../functions/collect/pins.ts';
import { mirrorHere } from '../local/mirror-here.ts';
import { printable, printableJson } from '../local/printable.ts';
import { type Bucket, getText } from '../shared/bucket/bucket.ts';
import { BUCKET_KEYS } from '../shared/bucket/keys.ts';
import { LEASE_KEY, parseLease } from '../shared/bucket/lease-record.ts';
import { readEnv } from '../shared/config/env.ts';
import { optional, text } from '../shared/config/readers.ts';
import { describeError, Malformed } from '../shared/errors.ts';
import { configOrComplaint, WRONG_CONFIG } from './complaint.ts';
import { onInterruption } from './interruption.ts';
import { writtenDown } from './written-down.ts';

interface Options {
  readonly list: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly note?: string;
}

const WHAT = 'a store path (/nix/store/…) with its closure, or a release (nixos/unstable/nixos-26.11pre…)';

export const pinCommand = (): Command =>
  new Command('pin')
    .description(
      'Keeps a store path with its closure, or a release, whatever else is retained. It brings nothing: exit status 1 also when not all of it is here.',
    )
    .argument('[what]', WHAT)
    .option('--note <text>', 'why, for people')
    .option('--list', 'say what is pinned', false)
    .option('--dry-run', 'say whether all of it is here, and pin nothing', false)
    .option('--json', 'as JSON; with --list an array', false)
    .addHelpText(
      'after',
      "\nExamples:\n  npx copycat pin nixos/26.05/nixos-26.05.1871.a1b2c3d --note 'for the workshop'\n  npx copycat pin --list",
    )
    .action(async (what: string | undefined, options: Options) => {
      process.exitCode = await (options.list ? list(options) : pin(what, options));
    });

export const unpinCommand = (): Command =>
  new Command('unpin')
    .description(
      'Takes a pin away. What nobody else needs is condemned by the next collection. Exit status 1 also when it is not pinned.',
    )
    .argument('<what>', WHAT)
    .option('--dry-run', 'say whether it is pinned, and change nothing', false)
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  npx copycat unpin nixos/unstable/nixos-26.11pre1077996.6774f7bc2537')
    .action(async (what: string, options: Options) => {
      process.exitCode = await unpin(what, options);
    });

const pin = (what: string | undefined, { note, dryRun, json }: Options): Promise<number> =>
  withBuckets(async ({ bucket, state }, signal) => {
    const pinned = parsePinned(what ?? '');
    if (!dryRun)
      await writtenDown('pin', state, signal, async () => {
        await addPin({ what: pinned, at: new Date().toISOString(), ...(note ? { note } : {}) }, state, signal);
        await untilNobodySweeps(state, signal);
      });
    const lack = await lackOf(pinned, bucket, signal);
    const name = nameOfPin({ what: pinned });
    const words = `${name} ${dryRun ? 'would be' : 'is'} pinned${lack ? `, but ${lack}` : ''}\n`;
    process.stdout.write(json ? printableJson({ pin: name, pinned: !dryRun, lack: lack ?? null }) : words);
    return lack ? 1 : 0;
  });

const list = ({ json }: Options): Promise<number> =>
  withBuckets(async ({ state }, signal) => {
    const { pins } = await readPins(state, signal);
    const lines = pins.map((one) => [one.at.slice(0, 10), nameOfPin(one), one.note].filter(Boolean).join('  '));
    const told = pins.map((one) => ({ pin: nameOfPin(one), at: one.at, note: one.note ?? null }));
    process.stdout.write(json ? printableJson(told) : lines.map((line) => `${printable(line)}\n`).join(''));
    if (pins.length === 0) process.stderr.write('nothing is pinned\n');
    return 0;
  });

const unpin = (what: string, { dryRun, json }: Options): Promise<number> =>
  withBuckets(async ({ state }, signal) => {
    const pinned = parsePinned(what);
    const name = nameOfPin({ what: pinned });
    const wasPinned = dryRun
      ? (await readPins(state, signal)).pins.some((one) => nameOfPin(one) === name)
      : await writtenDown('unpin', state, signal, () => removePin(pinned, state, signal));
    if (json) process.stdout.write(printableJson({ pin: name, wasPinned, dryRun }));
    else if (wasPinned) process.stdout.write(`${name} ${dryRun ? 'would not be' : 'is not'} pinned any more\n`);
    if (!wasPinned) process.stderr.write(`${what} is not pinned\n`);
    return wasPinned ? 0 : 1;
  });

/** A slice that was under way has looked at the pins before; what it takes is only known when it has ended. */
async function untilNobodySweeps(state: Pick<Bucket, 'get'>, signal: AbortSignal): Promise<void> {
  for (;;) {
    const lease = await getText(state, LEASE_KEY, signal);
    const { holder, expires } = parseLease(lease ?? '');
    if (!holder.endsWith('/collect') || Date.parse(expires) <= Date.now()) return;
    await sleep(1_000, undefined, { signal });
  }
}

async function withBuckets(
  work: (buckets: { readonly bucket: Bucket; readonly state: Bucket }, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const mirror = configOrComplaint(() =>
    mirrorHere(
      readEnv({ DATA_DIR: text('./data'), BUCKET: optional(text()), STATE: optional(text()), ...BUCKET_KEYS }),
    ),
  );
  if (!mirror) return WRONG_CONFIG;
  try {
    return await work(mirror, onInterruption());
  } catch (error) {
    process.stderr.write(`${describeError(error).message}\n`);
    return error instanceof Malformed ? WRONG_CONFIG : 1;
  }
}
