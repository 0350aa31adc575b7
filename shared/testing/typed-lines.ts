/** The commands of copycat that a text tells a reader to type, and whether the program would take them. */
import { type Command, CommanderError } from 'commander';

/** Of Markdown, or of a help: each as its words after `copycat`. Of a pipe or a comment beside it nothing. */
export function typedLines(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/\bnpx copycat ([^`\n]*)/g)].flatMap(([, rest = '']) => {
    const words = wordsOf(rest);
    return words.length > 0 && /^(?:-|[a-z])/.test(words[0] ?? '') ? [words] : [];
  });
}

/** As a shell has it, up to whatever ends a command. */
function wordsOf(rest: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of rest.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (/^(?:#|\||;|&&|\()/.test(word)) break;
    const end = /[;,:.)]+$/.exec(word)?.[0] ?? '';
    words.push(word.slice(0, word.length - end.length).replace(/^(['"])(.*)\1$/, '$2'));
    if (end !== '') break;
  }
  return words;
}

/** Takes words as the program would, and does nothing. @returns what it complains of, or undefined */
export async function complaintOf(program: Command, words: readonly string[]): Promise<string | undefined> {
  idle(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? undefined : error.message;
    throw error;
  }
}

function idle(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
  for (const own of command.commands) idle(own);
}
