/** What serve needs to be told. */
import { DEFAULTS } from '../../shared/config/defaults.ts';
import { readEnv } from '../../shared/config/env.ts';
import { integer, level, text } from '../../shared/config/readers.ts';

export const readServeConfig = () =>
  readEnv({
    BUCKET: text(),
    CACHE_PRIORITY: integer(0, 1_000, DEFAULTS.CACHE_PRIORITY),
    LOG_LEVEL: level('info'),
  });
