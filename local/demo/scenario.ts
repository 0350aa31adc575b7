/** What happens at the demo's upstream while one watches: a channel moves, a path is repaired, and so on to its end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DemoUpstreamProcess, Outlook } from './upstream-process.ts';

export type Move =
  | { readonly kind: 'advance'; readonly channel: string; readonly release: string }
  | { readonly kind: 'repair'; readonly hash: string; readonly name: string };

/** The channel that moves first: its update is small. */
const FIRST = 'nixos-unstable-small';

/** What comes next, by what has been; undefined when the story is over. What is missing stays so. Pure. */
export function nextMove({ channels, broken }: Pick<Outlook, 'channels' | 'broken'>): Move | undefined {
  const corrupt = broken.find(({ kind }) => kind === 'corrupt');
  const hasBegun = channels.some(({ at }) => at > 0);
  if (corrupt && hasBegun) return { kind: 'repair', hash: corrupt.hash, name: corrupt.name };
  const open = channels
    .filter(({ at, releases }) => at + 1 < releases.length)
    .sort((a, b) => a.at - b.at || Number(b.channel === FIRST) - Number(a.channel === FIRST));
  const [next] = open;
  return next && { kind: 'advance', channel: next.channel, release: next.releases[next.at + 1] ?? '' };
}

export interface ScenarioOptions {
  readonly upstream: Pick<DemoUpstreamProcess, 'outlook' | 'advance' | 'repair'>;
  readonly everyMs: number;
  readonly say: (text: string) => void;
}

/** Ends with the story, or with the signal's reason. */
export async function playScenario({ upstream, everyMs, say }: ScenarioOptions, signal: AbortSignal): Promise<void> {
  for (;;) {
    const move = nextMove(await upstream.outlook(signal));
    if (!move) return say('upstream has no more news in this demo; remove its folder to begin anew');
    await delay(everyMs, undefined, { signal });
    if (move.kind === 'advance') {
      await upstream.advance(move.channel, signal);
      say(`upstream has moved ${move.channel} to ${move.release}: see how the mirror follows`);
    } else {
      await upstream.repair(move.hash, signal);
      say(
        `upstream has repaired ${move.name}: the mirror will ask again by itself, and what waited for it will appear`,
      );
    }
  }
}
