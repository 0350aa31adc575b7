/**
 * Every message that the embedded queues of a mirror were ever sent, in a table beside theirs that triggers fill (fauxqs 2.4.1:
 * persistence.js): a queue alone forgets what leaves it. It is laid out before the mirror is started for the first time, and read
 * when it is down.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { queueDirectory } from '../../local/data-dir.ts';
import { startSqsServer } from '../../local/sqs-server.ts';
import { inheritedEnvironment } from '../../shared/config/env.ts';
import { silentLog } from '../../shared/log.ts';

export interface Sent {
  readonly id: string;
  /** The queue's name: `copycat-dev-copy`. */
  readonly queue: string;
  readonly body: string;
  /** How often it was received. */
  readonly receives: number;
  /** It has left the queue. */
  readonly gone: boolean;
  /** What it carries besides its body, as names and texts; nothing once it is gone. */
  readonly attributes: Readonly<Record<string, string>>;
}

const KEY = 'message_id = NEW.message_id AND queue = NEW.queue_name';
const LEDGER = `
  CREATE TABLE chaos_ledger (message_id TEXT, queue TEXT, body TEXT, receives INTEGER DEFAULT 0, gone INTEGER DEFAULT 0,
    PRIMARY KEY (message_id, queue));
  CREATE TRIGGER chaos_sent AFTER INSERT ON sqs_messages BEGIN
    INSERT INTO chaos_ledger (message_id, queue, body) VALUES (NEW.message_id, NEW.queue_name, NEW.body);
  END;
  CREATE TRIGGER chaos_received AFTER UPDATE OF approximate_receive_count ON sqs_messages BEGIN
    UPDATE chaos_ledger SET receives = MAX(receives, NEW.approximate_receive_count) WHERE ${KEY};
  END;
  CREATE TRIGGER chaos_gone AFTER DELETE ON sqs_messages BEGIN
    UPDATE chaos_ledger SET gone = 1 WHERE ${KEY.replaceAll('NEW.', 'OLD.')};
  END`;

/** @param dataDir of a mirror that has never run */
export async function layOutLedger(dataDir: string): Promise<void> {
  const told = { environment: inheritedEnvironment(), log: silentLog, onLine: () => undefined };
  const server = await startSqsServer({ directory: queueDirectory(dataDir), ...told }); // it makes the tables
  await server.stop();
  withTables(dataDir, (tables) => tables.exec(LEDGER));
}

/** In the order of their coming. The mirror must not be running. */
export function readLedger(dataDir: string): readonly Sent[] {
  const query = `SELECT chaos_ledger.*, message_attributes FROM chaos_ledger
    LEFT JOIN sqs_messages ON sqs_messages.message_id = chaos_ledger.message_id AND queue_name = queue ORDER BY chaos_ledger.rowid`;
  return withTables(dataDir, (tables) =>
    tables
      .prepare(query)
      .all()
      .map((row) => ({
        id: String(row.message_id),
        queue: String(row.queue),
        body: String(row.body),
        receives: Number(row.receives),
        gone: row.gone === 1,
        attributes: attributesIn(row.message_attributes),
      })),
  );
}

type Attributes = Readonly<Record<string, { readonly StringValue?: string }>>;

function attributesIn(json: unknown): Readonly<Record<string, string>> {
  const attributes = JSON.parse(typeof json === 'string' ? json : '{}') as Attributes;
  return Object.fromEntries(Object.entries(attributes).map(([name, { StringValue = '' }]) => [name, StringValue]));
}

function withTables<T>(dataDir: string, use: (tables: DatabaseSync) => T): T {
  const tables = new DatabaseSync(join(queueDirectory(dataDir), 'fauxqs.db'));
  try {
    return use(tables);
  } finally {
    tables.close();
  }
}
