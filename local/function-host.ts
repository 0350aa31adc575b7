/** A function's process: loads the handler once, as Lambda does, then answers one invocation after the other. */
import { setPriority } from 'node:os';
import type { Context } from 'aws-lambda';
import { describeError, RuntimeFailed } from '../shared/errors.ts';
import type { FunctionTold, Invoke, Invoked } from './function-messages.ts';
import { obeyParent, startOrSayWhyNot, tellParent, toldByParent } from './obey-parent.ts';

type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** What answers HTTP goes first when both want the processor: a copy must not be felt by a reader. */
const AFTER_READERS = 5;

obeyParent();
const told = toldByParent<FunctionTold>();
setPriority(AFTER_READERS);

await startOrSayWhyNot(async () => {
  const loaded = (await import(told.module)) as Readonly<Record<string, unknown>>;
  const handler = loaded[told.export];
  if (typeof handler !== 'function') throw new RuntimeFailed(`${told.module} exports no function ${told.export}`);
  process.on('message', (message: Invoke) => void answer(handler as Handler, message));
  return undefined;
});

async function answer(handler: Handler, { requestId, event, timeoutMs }: Invoke): Promise<void> {
  try {
    const result = await handler(event, contextOf(requestId, timeoutMs));
    tellParent({ type: 'invoked', requestId, result: result ?? null } satisfies Invoked);
  } catch (error) {
    tellParent({ type: 'threw', requestId, error: describeError(error) } satisfies Invoked);
  }
}

/** As on Lambda (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html). */
function contextOf(awsRequestId: string, timeoutMs: number): Context {
  const deadline = performance.now() + timeoutMs;
  return {
    functionName: told.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${told.name}`,
    memoryLimitInMB: String(told.memoryMb),
    awsRequestId,
    logGroupName: `/aws/lambda/${told.name}`,
    logStreamName: String(process.pid),
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
