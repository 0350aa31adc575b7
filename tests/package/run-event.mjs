// Runs one event through an unpacked function, as Lambda would: `run-event.mjs <handler file> <event file>`; prints the result.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const [, , handlerFile, eventFile] = process.argv;
const { handler } = await import(pathToFileURL(handlerFile).href);
const ends = Date.now() + 30_000;
const context = {
  functionName: 'packaged',
  awsRequestId: 'packaged',
  getRemainingTimeInMillis: () => ends - Date.now(),
};
const result = await handler(JSON.parse(await readFile(eventFile, 'utf8')), context);
process.stdout.write(`\n${JSON.stringify(result)}\n`, () => process.exit(0));
