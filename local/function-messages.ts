/** What a function's process and its parent tell each other. */
import type { ErrorDescription } from '../shared/errors.ts';

/** How the process is started. */
export interface FunctionTold {
  readonly name: string;
  /** The handler's module, as a URL, and the name of its export. */
  readonly module: string;
  readonly export: string;
  readonly memoryMb: number;
}

export interface Invoke {
  readonly type: 'invoke';
  readonly requestId: string;
  readonly event: unknown;
  readonly timeoutMs: number;
}

export type Invoked =
  | { readonly type: 'invoked'; readonly requestId: string; readonly result: unknown }
  | { readonly type: 'threw'; readonly requestId: string; readonly error: ErrorDescription };
