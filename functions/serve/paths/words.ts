/** States and reasons as a person reads them, each with its tone. */
import type { ManifestReason } from '../../../events/release-manifest.ts';
import type { Tone } from '../../../shared/web/state-mark.ts';
import type { State } from './standing.ts';

export const STATES: Readonly<Record<State, { readonly tone: Tone; readonly word: string; readonly is: string }>> = {
  here: { tone: 'good', word: 'here', is: 'here' },
  waiting: { tone: 'busy', word: 'waiting', is: 'not here yet' },
  blocked: { tone: 'warn', word: 'blocked', is: 'not here yet' },
  unavailable: { tone: 'bad', word: 'unavailable', is: 'not to be had' },
  failing: { tone: 'bad', word: 'failing', is: 'not here yet' },
  asked: { tone: 'busy', word: 'on its way', is: 'on its way' },
  unlisted: { tone: 'calm', word: 'never listed', is: 'not known here' },
};

/** Completes "it is …". */
export const REASONS: Readonly<Record<ManifestReason, string>> = {
  missing: 'missing upstream',
  corrupt: 'corrupt upstream',
  untrusted: 'signed by no key that this mirror trusts',
  unsupported: 'in a form that this mirror cannot check',
  'too-large': 'larger than what this mirror takes',
  failing: 'not to be had at the moment: upstream or this mirror is in trouble',
  blocked: 'held back by another path',
  withdrawn: 'being brought anew, because it was damaged here',
};
