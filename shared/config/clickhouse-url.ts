/** `CLICKHOUSE_URL`: where ClickHouse answers HTTP, perhaps with a user and a password, which are never shown. */
export interface ClickHousePlace {
  /** `http://clickhouse:8123` */
  readonly origin: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** The path's one part: `http://clickhouse:8123/copycat`. */
  readonly database: string | undefined;
}

/** @throws {RangeError} that repeats nothing of it. */
export function parseClickHouseUrl(text: string): ClickHousePlace {
  const url = URL.parse(text);
  const [, database = ''] = /^\/([A-Za-z0-9_]*)$/.exec(url?.pathname ?? '') ?? [];
  const plain = url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && url.pathname === `/${database}`;
  if (!plain) throw new RangeError('not an address of ClickHouse');
  return {
    origin: url.origin,
    user: decoded(url.username),
    password: decoded(url.password),
    database: database || undefined,
  };
}

function decoded(part: string): string | undefined {
  if (part === '') return undefined;
  const text = decodeURIComponent(part);
  if (!/^[\x20-\x7e]*$/.test(text)) throw new RangeError('not what a header can carry');
  return text;
}
