/**
 * What a former runtime had received when it died becomes visible again at once, not after the rest of its visibility
 * timeout (90 minutes for copies).
 *
 * That is safe because there is one runtime per DATA_DIR, and this runs before its first function starts: whoever had
 * received a message is gone. Messages that were handed back to come again later come now; they are only tried early.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** @param directory where fauxqs 2.4.1 (persistence.js) keeps its database; it must not be running. */
export function releaseInFlight(directory: string): number {
  const file = join(directory, 'fauxqs.db');
  if (!existsSync(file)) return 0;
  const database = new DatabaseSync(file);
  try {
    const { changes } = database
      .prepare(
        'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE receipt_handle IS NOT NULL',
      )
      .run();
    return Number(changes);
  } finally {
    database.close();
  }
}
