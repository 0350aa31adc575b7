/**
 * Upstream fails in every way that it can by itself (serve.py: faulty objects, 503, 429, resets), and in all others behind a proxy
 * that spoils what it passes on. Patience is short, so that messages die: each with its reason, and what it was about comes all the same.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { throwDice } from '../../support/dice.ts';
import { openWorld } from '../../support/world.ts';
import { openFaultProxy, type Shares } from '../fault-proxy.ts';
import type { Day } from './day.ts';
import { liveThrough } from './live.ts';

const UPSTREAM = [
  '--faults',
  'all',
  '--latency-ms',
  '10',
  '--rate-503',
  '0.03',
  '--rate-429',
  '0.03',
  '--rate-reset',
  '0.05',
];
/** Nobody waits for long for one message: what is buried is asked for again when that is due. */
const IMPATIENT = { COPY_PATIENCE: '5s', COPY_PATIENCE_RECEIVES: '3' };
const CODES = ['UPSTREAM_FAILED', 'CONFLICT'];

interface Size {
  readonly storms: number;
  /** Before the channels move on. */
  readonly stormMs: number;
  readonly awayMs: number;
  readonly shares: Shares;
}

const SIZES: Readonly<Record<'short' | 'long', Size>> = {
  short: { storms: 3, stormMs: 4_000, awayMs: 1_000, shares: { cache: 0.35, channels: 0.15 } },
  long: { storms: 6, stormMs: 12_000, awayMs: 6_000, shares: { cache: 0.5, channels: 0.3 } },
};

export const badUpstream: Day = {
  name: 'bad-upstream',
  trouble: 'upstream fails in every way there is',
  impossible: () => undefined,
  async run({ shared, ...told }) {
    await using opened = new AsyncDisposableStack();
    const world = await openWorld(shared, UPSTREAM);
    opened.defer(() => world.close());
    const { storms, stormMs, awayMs, shares } = SIZES[told.size];
    const proxy = await openFaultProxy(world.upstream.url, throwDice(told.seed));
    opened.defer(() => proxy.close());
    proxy.spoil({ ...shares, channels: 0 }); // until it has begun
    return await liveThrough({
      ...told,
      day: 'bad-upstream',
      world,
      environment: { ...proxy.environment, ...IMPATIENT },
      codes: CODES,
      async trouble() {
        for (let storm = 0; storm < storms; storm += 1) {
          await delay(stormMs);
          proxy.spoil(shares);
          told.signal?.throwIfAborted();
          await world.upstream.advance();
          if (storm % 2 === 0) await proxy.beAway(awayMs);
        }
        await world.upstream.repairAll();
        await proxy.clearUp();
        if (proxy.strayed.length > 0) throw new Error('a redirect of upstream’s to another host was followed');
        return proxy.counts();
      },
    });
  },
};
