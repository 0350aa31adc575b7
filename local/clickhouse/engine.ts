/**
 * The engine: chdb, which is ClickHouse in a library, on a directory that only this process uses. A statement runs on threads of its
 * own, so that the event loop goes on; it can't be called off once it runs, and ends by `max_execution_time`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StatementFailed } from '../../shared/errors.ts';
import { ENGINE_FILE, LIMITS } from './engine-file.ts';
import { textLiteral } from './literal.ts';
import { type Context, preludeOf } from './prelude.ts';
import type { Insert, Query } from './statement.ts';

export interface Engine {
  /** @throws {StatementFailed} */
  run(statement: Query, context: Context & { readonly format: string }): Promise<Outcome>;
  /** @param rows a file, named from `incoming`. @throws {StatementFailed} */
  insert(statement: Insert, context: Context, rows: string): Promise<Outcome>;
  /** A directory for files of rows. */
  readonly incoming: string;
}

export interface Outcome {
  readonly body: Uint8Array;
  readonly rows: number;
  readonly bytes: number;
}

/** As much of chdb as is used here. */
interface Chdb {
  readonly Session: new (path: string, options?: { readonly connectionArgs?: readonly string[] }) => Connection;
}
interface Connection {
  queryAsync(sql: string, options: { readonly format: string }): Promise<Result>;
  close(): void;
}
interface Result {
  readonly rowsRead: number;
  readonly bytesRead: number;
  bytes(): Uint8Array;
}

/** Files of rows are named from here: in the directory's own name a star would be a pattern. */
const INCOMING = 'incoming';

/**
 * Changes this process's working directory.
 * @param module `chdb`. @throws when it can't be loaded, which is so where it has no build for the machine.
 */
export async function openEngine(directory: string, module: string): Promise<Engine> {
  const { Session } = (await import(module)) as Chdb;
  const data = join(resolve(directory), 'clickhouse');
  mkdirSync(data, { recursive: true });
  process.chdir(directory);
  rmSync(INCOMING, { recursive: true, force: true });
  mkdirSync(INCOMING, { mode: 0o700 });
  writeFileSync('engine.xml', ENGINE_FILE);
  const first = new Session(data, { connectionArgs: [`--config-file=${resolve('engine.xml')}`] }); // holds the directory
  await first.queryAsync('SELECT 1', { format: 'Null' });

  async function ask(prelude: string, sql: string, format: string): Promise<Outcome> {
    const connection = new Session(data);
    try {
      if (prelude) await connection.queryAsync(prelude, { format: 'Null' });
      const result = await connection.queryAsync(sql, { format });
      return { body: result.bytes(), rows: result.rowsRead, bytes: result.bytesRead };
    } catch (error) {
      throw failed(error);
    } finally {
      connection.close();
    }
  }

  return {
    incoming: INCOMING,
    run: ({ sql }, context) => ask(preludeOf(context, LIMITS), sql, context.format),
    insert({ into, settings, format }, context, rows) {
      const from = `FROM INFILE ${textLiteral(join(INCOMING, rows))} COMPRESSION 'none'`;
      return ask(preludeOf(context, LIMITS, settings), `${into}\n${from} FORMAT ${format}`, 'Null');
    },
  };
}

const UNKNOWN_EXCEPTION = 1002;

/** With the file that rows came in left out: it is nobody's who asks. */
function failed(error: unknown): StatementFailed {
  const { clickhouseCode: number = UNKNOWN_EXCEPTION, message } = error as { clickhouseCode?: number; message: string };
  const said = message.replace(/: \(in file\/uri .*?\)(?=: )/g, '');
  const whole = /^Code: \d+\. /.test(said) ? said : `Code: ${number}. DB::Exception: ${said} (UNKNOWN_EXCEPTION)`;
  return new StatementFailed(number, whole, error);
}
