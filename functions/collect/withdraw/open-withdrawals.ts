/** The withdrawals that somebody has noted and nobody has carried out to the end. */
import { readable } from '../../../events/record.ts';
import { hashOfWithdrawalKey, parseWithdrawal, WITHDRAWALS, type Withdrawal } from '../../../events/withdrawal.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';

export async function openWithdrawals(
  state: Pick<Bucket, 'list' | 'get'>,
  signal: AbortSignal,
): Promise<readonly Withdrawal[]> {
  const open: Withdrawal[] = [];
  for await (const { key } of state.list(WITHDRAWALS, { signal })) {
    const hash = hashOfWithdrawalKey(key);
    const record = hash && readable(parseWithdrawal, await getText(state, key, signal));
    if (record && record.hash === hash && record.awaySince === undefined) open.push(record);
  }
  return open;
}
