/** The commands of copycat, by name: each is loaded when it is meant. In the order of the help. */
import type { Commands } from './run-program.ts';

export const COMMANDS: Commands = {
  start: () => import('./start.ts'),
  demo: () => import('./demo.ts'),
  plan: () => import('./plan.ts'),
  backfill: () => import('./backfill.ts'),
  replay: () => import('./replay.ts'),
  queues: () => import('./queues.ts'),
  status: () => import('./status.ts'),
  migrate: () => import('./migrate.ts'),
  analytics: () => import('./analytics.ts'),
  collect: async () => ({ command: (await import('./collect.ts')).collectCommand() }),
  pin: async () => ({ command: (await import('./pin.ts')).pinCommand() }),
  unpin: async () => ({ command: (await import('./pin.ts')).unpinCommand() }),
  verify: () => import('./verify.ts'),
  export: () => import('./export.ts'),
  check: () => import('./check.ts'),
};
