/** Imported first: says what to do where Node is too old, before anything else fails in a less helpful way. */
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write(`Copycat needs Node ${NEEDED}, and this is ${process.version}. npx copycat brings its own.\n`);
  process.exit(2);
}
