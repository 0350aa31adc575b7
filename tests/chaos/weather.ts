/** What goes wrong around a mirror while it is killed: objects of upstream turn bad and good again, and MinIO dies. */
import { setTimeout as delay } from 'node:timers/promises';
import type { S3Server } from '../services/s3-server.ts';
import type { Dice } from '../support/dice.ts';
import type { Upstream } from '../support/upstream.ts';

export interface Weather {
  /** Something happens now, or not. */
  change(): Promise<void>;
  /** Upstream has nothing bad any more, and it stays so. */
  clearUp(): Promise<void>;
  /** Resolves when MinIO is there. @throws when it did not come back. */
  storage(): Promise<void>;
  /** How often which happened. */
  figures(): { readonly faultFlips: number; readonly storageKills: number };
}

export interface WeatherOptions {
  readonly upstream: Pick<Upstream, 'setFault' | 'repairAll'>;
  /** Kinds of faults that upstream has. */
  readonly kinds: readonly [string, ...string[]];
  readonly minio: Pick<S3Server, 'kill' | 'start'> | undefined;
  readonly dice: Dice;
}

const BAD_AT_FIRST = 0.7;
const FLIPS = 0.5;
const STORAGE_DIES = 0.2;
const STORAGE_AWAY_MS = [200, 2_000] as const;

export async function startWeather({ upstream, kinds, minio, dice }: WeatherOptions): Promise<Weather> {
  const bad = new Set(kinds.filter(() => dice.happens(BAD_AT_FIRST)));
  for (const kind of bad) await upstream.setFault(kind, true);
  let isClear = false;
  let faultFlips = 0;
  let storageKills = 0;
  let isAway = false;
  let back: Promise<void> = Promise.resolve();

  async function flip(kind: string): Promise<void> {
    if (!bad.delete(kind)) bad.add(kind);
    await upstream.setFault(kind, bad.has(kind));
    faultFlips += 1;
  }

  async function dieAndReturn({ kill, start }: Pick<S3Server, 'kill' | 'start'>, awayMs: number): Promise<void> {
    isAway = true;
    await kill();
    await delay(awayMs);
    await start();
    isAway = false;
  }

  return {
    async change() {
      // All dice are thrown whatever comes of it, so that the same seed goes on the same way.
      const [flips, kind, dies, awayMs] = [
        dice.happens(FLIPS),
        dice.pick(kinds),
        dice.happens(STORAGE_DIES),
        dice.between(...STORAGE_AWAY_MS),
      ];
      if (flips && !isClear) await flip(kind);
      if (!dies || !minio || isAway) return;
      storageKills += 1;
      back = dieAndReturn(minio, awayMs);
      back.catch(() => undefined); // heard by who waits for it
    },
    async clearUp() {
      isClear = true;
      await upstream.repairAll();
    },
    storage: () => back,
    figures: () => ({ faultFlips, storageKills }),
  };
}
