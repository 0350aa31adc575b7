/** What figures mean, in sentences: for `/what-is-counted`, `/api/summary`, `/api` and the description of the API. */
export const DEFINITIONS = {
  request:
    'What a client asked of the binary cache, of channels and of releases. Pages, this API and what is not understood do not count.',
  download:
    'A GET of a NAR without Range, answered 200, 302 or 307, by Nix, Lix, Snix or Tvix. Not a HEAD, a 206 or a 304, nor the rest of one that broke off. A redirect counts when it is given.',
  found: 'A request for a narinfo that was answered with one, or with a 304: all but misses and errors.',
  bytes:
    'What was written to the client; of a redirect, the size of the object that it leads to. What upstream gave in place of this mirror is left out of the summary, is a result of its own in traffic, and is part of what is counted by package, country and size.',
  store:
    'A request for nix-cache-info: a Nix store asks for it once in seven days, so a week of them is about as many stores.',
  threshold:
    'What was downloaded (a program: asked) less often than this in the time that is looked at is not named, so that no figure points at somebody. 0: nothing is left out.',
} as const;
