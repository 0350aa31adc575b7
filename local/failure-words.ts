/** Why somebody did not answer as he should, in a few words for a person: without what he was asked, and without secrets. */
import { CopycatError, describeError } from '../shared/errors.ts';

export function failureInWords(error: unknown): string {
  const answer = error instanceof CopycatError ? error.facts.answer : undefined;
  if (typeof answer === 'string') return answer;
  const { message } = describeError(error);
  const { code } = ((error as Error).cause ?? error) as { readonly code?: unknown };
  return typeof code === 'string' && !message.includes(code) ? `${message} (${code})` : message;
}
