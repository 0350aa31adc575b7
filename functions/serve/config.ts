/** What serve needs to be told. */
import { readEnv } from '../../shared/config/env.ts';
import { integer, level, text } from '../../shared/config/readers.ts';

export const readServeConfig = () =>
  readEnv({
    BUCKET: text(),
    CACHE_PRIORITY: integer(0, 1_000, 41),
    LOG_LEVEL: level('info'),
  });
