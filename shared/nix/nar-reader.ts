/**
 * Reads a NAR as it arrives, strictly: the archive that it accepts is one that Nix would write, byte for byte (nix:
 * src/libutil/archive.cc). Memory does not grow with the archive, only with how deep its directories go.
 */
import { flawOfName, flawOfTarget, MOST_DEPTH, MOST_NAME_BYTES, MOST_TARGET_BYTES, narWords } from './nar-format.ts';
import { type NarInput, narInput } from './nar-input.ts';

/**
 * What a NAR is made of, in the order of its bytes. A directory is `directory`, then for each entry `entry` and the events of
 * its node, then `directory-end`; a regular file is `regular`, then its `contents` in pieces, none when it is empty.
 */
export type NarEvent =
  | { readonly kind: 'directory' }
  /** The file name is bytes: nothing says that it is UTF-8. */
  | { readonly kind: 'entry'; readonly name: Buffer }
  | { readonly kind: 'directory-end' }
  | {
      readonly kind: 'regular';
      readonly executable: boolean;
      /** Bytes. */
      readonly size: number;
      /** Where in the archive its contents begin. */
      readonly narOffset: number;
    }
  /** A piece of the chunk that was read, not a copy. */
  | { readonly kind: 'contents'; readonly bytes: Uint8Array }
  | { readonly kind: 'symlink'; readonly target: Buffer };

export interface NarParser {
  /** @throws {Malformed} with `facts.offset`, and then for ever. */
  push(chunk: Uint8Array): readonly NarEvent[];
  /** @throws {Malformed} when the archive is not whole. */
  end(): void;
}

/** For whoever reads chunks in a loop of his own. */
export function narParser(): NarParser {
  const input = narInput();
  let events: NarEvent[] = [];
  let state: 'open' | 'whole' | 'refused' = 'open';
  const parsing = archive(input, (event) => events.push(event));
  const advance = (): void => {
    if (state === 'open') {
      state = 'refused'; // unless it returns
      state = parsing.next().done ? 'whole' : 'open';
    }
    if (state === 'refused') input.refuse('refused before');
    if (state === 'whole' && input.waiting > 0) input.refuse('bytes after the end');
  };
  return {
    push(chunk) {
      input.add(chunk);
      events = [];
      advance();
      return events;
    },
    end() {
      advance();
      if (state !== 'whole') input.refuse('cut off');
    },
  };
}

/** @throws {Malformed} that says at which byte. */
export async function* readNar(source: AsyncIterable<Uint8Array>): AsyncGenerator<NarEvent, undefined> {
  const parser = narParser();
  for await (const chunk of source) yield* parser.push(chunk);
  parser.end();
  return undefined;
}

const MAGIC = narWords('nix-archive-1');
const NODE = narWords('(', 'type');
const EXECUTABLE_CONTENTS = narWords('', 'contents'); // after the word `executable`
const TARGET = narWords('target');
const ENTRY = narWords('(', 'name');
const ENTRY_NODE = narWords('node', '(', 'type');
const CLOSE = narWords(')');
const MOST_WORD_BYTES = 16;
const NO_NAME = Buffer.alloc(0);
const OUT_OF_ORDER = 'names are not in order';

/** A generator that yields whenever it needs another chunk. */
type Parsing<T = void> = Generator<undefined, T, undefined>;
type Emit = (event: NarEvent) => void;

/** The grammar, without recursion: what is open is a list of the last names of the open directories. */
function* archive(input: NarInput, emit: Emit): Parsing {
  yield* need(() => input.expect(MAGIC));
  yield* need(() => input.expect(NODE));
  const open: Buffer[] = [];
  do {
    const type = yield* oneOf(input, ['regular', 'directory', 'symlink']);
    if (type === 'directory') {
      if (open.length === MOST_DEPTH) input.refuse('too many directories in each other');
      open.push(NO_NAME);
      emit({ kind: 'directory' });
    } else {
      yield* type === 'regular' ? regular(input, emit) : symlink(input, emit);
      yield* need(() => input.expect(CLOSE));
      if (open.length > 0) yield* need(() => input.expect(CLOSE)); // the entry that it was
    }
    yield* nextEntry(input, open, emit);
  } while (open.length > 0);
}

/** Goes on to the next entry of the innermost directory, or of the one around it when that one ends here, and so on. */
function* nextEntry(input: NarInput, open: Buffer[], emit: Emit): Parsing {
  while (open.length > 0) {
    if ((yield* oneOf(input, ['entry', ')'])) === 'entry') {
      yield* need(() => input.expect(ENTRY));
      const last = open.at(-1) ?? NO_NAME;
      const name = yield* need(() =>
        input.string(
          MOST_NAME_BYTES,
          (text) => flawOfName(text) ?? (text.compare(last) > 0 ? undefined : OUT_OF_ORDER),
        ),
      );
      open[open.length - 1] = name;
      emit({ kind: 'entry', name });
      yield* need(() => input.expect(ENTRY_NODE));
      return;
    }
    open.pop();
    emit({ kind: 'directory-end' });
    if (open.length > 0) yield* need(() => input.expect(CLOSE)); // the entry that it was
  }
}

function* regular(input: NarInput, emit: Emit): Parsing {
  const executable = (yield* oneOf(input, ['contents', 'executable'])) === 'executable';
  if (executable) yield* need(() => input.expect(EXECUTABLE_CONTENTS));
  const size = yield* need(() => input.number());
  emit({ kind: 'regular', executable, size, narOffset: input.offset });
  for (let left = size; left > 0; ) {
    const bytes = yield* need(() => input.some(left));
    left -= bytes.length;
    emit({ kind: 'contents', bytes });
  }
  yield* need(() => input.padding(size));
}

function* symlink(input: NarInput, emit: Emit): Parsing {
  yield* need(() => input.expect(TARGET));
  const target = yield* need(() => input.string(MOST_TARGET_BYTES, flawOfTarget));
  emit({ kind: 'symlink', target });
}

function* oneOf<const T extends string>(input: NarInput, words: readonly T[]): Parsing<T | undefined> {
  const among = (text: Buffer) => words.find((word) => word === text.toString('latin1'));
  const flawOf = (text: Buffer) => (among(text) === undefined ? `expected one of ${words.join(' ')}` : undefined);
  return among(yield* need(() => input.string(MOST_WORD_BYTES, flawOf)));
}

function* need<T>(read: () => T | undefined): Parsing<T> {
  for (;;) {
    const found = read();
    if (found !== undefined) return found;
    yield;
  }
}
