/** Whether ClickHouse answers a query, with the credentials that it is given: plain HTTP, so that a probe needs no client. */
import type { ClickHousePlace } from '../config/clickhouse-url.ts';
import type { Ask } from './probe.ts';

/** An answer that was no 200; its status is all that is kept of it. */
class Refused extends Error {
  readonly facts: { readonly status: number };
  constructor(status: number) {
    super(`ClickHouse answered ${status}`);
    this.facts = { status };
  }
}

export const askClickHouse =
  ({ origin, user, password }: ClickHousePlace): Ask =>
  async (signal) => {
    const headers: Record<string, string> = {};
    if (user !== undefined) headers['x-clickhouse-user'] = user;
    if (password !== undefined) headers['x-clickhouse-key'] = password;
    const answer = await fetch(`${origin}/?query=SELECT%201`, { headers, redirect: 'manual', signal });
    if (answer.status === 200) {
      const said = await firstBytes(answer);
      if (said.trim() === '1') return;
      throw new Refused(520);
    }
    await answer.body?.cancel();
    throw new Refused(answer.status);
  };

/** Enough to tell a `1` from anything else. */
async function firstBytes({ body }: Response): Promise<string> {
  if (!body) return '';
  for await (const chunk of body) return Buffer.from(chunk).subarray(0, 16).toString('latin1'); // leaving the loop lets go of the rest
  return '';
}
