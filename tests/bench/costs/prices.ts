/** Usage times list prices, which stand in `deploy/prices.json` and nowhere else. Pure. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { Usage } from './usage.ts';

const price = v.object({
  usd: v.pipe(v.number(), v.gtValue(0)),
  per: v.pipe(v.number(), v.gtValue(0)),
  unit: v.pipe(v.string(), v.nonEmpty()),
});
const schema = v.strictObject({
  note: v.string(),
  region: v.string(),
  asOf: v.pipe(v.string(), v.isoDate()),
  prices: v.strictObject({
    ...{ lambdaRequests: price, gbSeconds: price, s3Writes: price, s3Reads: price, sqsRequests: price, logGb: price },
    ...{ egressGb: price, storedGbMonths: price, customMetrics: price, alarmMetrics: price, cdnRequests: price },
  }),
});

export type PriceList = v.InferOutput<typeof schema>;

export const readPrices = (): PriceList =>
  v.parse(schema, JSON.parse(readFileSync(new URL('../../../deploy/prices.json', import.meta.url), 'utf8')));

/** In US dollars. */
export const costOf = (usage: Usage, { prices }: PriceList): number =>
  Object.values(costsOf(usage, { prices })).reduce((all, one) => all + one, 0);

/** Each of what is billed by itself. */
export const costsOf = (usage: Usage, { prices }: Pick<PriceList, 'prices'>): Usage =>
  Object.fromEntries(
    Object.entries(prices).map(([name, { usd, per }]) => [name, (usage[name as keyof Usage] * usd) / per]),
  ) as unknown as Usage;
