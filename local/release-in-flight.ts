/**
 * What was received and will be answered by nobody becomes visible again, not after the rest of its visibility timeout (90
 * minutes for copies). Both write into the tables of fauxqs 2.4.1 (persistence.js), whose API has no way to; it must not be
 * running. Messages that were handed back to come again later come now, or soon; they are only tried early.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * What a former runtime had received when it died, at once. That is safe because there is one runtime per DATA_DIR, and this runs
 * before its first function starts: whoever had received a message is gone. Answers how many they were.
 *
 * @param directory where fauxqs keeps its database
 */
export const releaseInFlight = (directory: string): number =>
  update(directory, 'SET receipt_handle = NULL, visibility_deadline = NULL WHERE receipt_handle IS NOT NULL');

/**
 * When only the queues' process has died: answers of it were lost on their way, and so were deletes and hand-backs that came
 * meanwhile. Which messages it were nobody knows, but functions may still work on the others: who answers by `deadline` (ms) is done,
 * and what is worked on for longer is delivered twice, which is once.
 */
export const returnSoon = (directory: string, deadline: number): number =>
  update(
    directory,
    'SET visibility_deadline = ?1 WHERE receipt_handle IS NOT NULL AND visibility_deadline > ?1',
    deadline,
  );

function update(directory: string, change: string, ...values: readonly number[]): number {
  const file = join(directory, 'fauxqs.db');
  if (!existsSync(file)) return 0;
  const database = new DatabaseSync(file);
  try {
    return Number(database.prepare(`UPDATE sqs_messages ${change}`).run(...values).changes);
  } finally {
    database.close();
  }
}
