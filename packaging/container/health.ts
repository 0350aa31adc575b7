/** Whether the mirror in this container answers: exit status 0 or 1. */
import { readEnv } from '../../shared/config/env.ts';
import { integer } from '../../shared/config/readers.ts';

const LONGEST_MS = 4_000; // less than what HEALTHCHECK waits

const { PORT } = readEnv({ PORT: integer(1, 65_535, 8080) });
const isWell = await fetch(`http://127.0.0.1:${PORT}/healthz`, { signal: AbortSignal.timeout(LONGEST_MS) }).then(
  ({ ok }) => ok,
  () => false,
);
process.exitCode = isWell ? 0 : 1;
