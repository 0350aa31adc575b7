/**
 * Bundles each function into a zip of its own: one script, its source map, and lzma-native's compiled parts for both
 * architectures, which no bundler can take in.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { build } from 'esbuild';
import { ZipFile } from 'yazl';
import { inlineTexts } from './inline-texts.ts';

/** What a bundled script can't hold: loaded from `node_modules` in the zip, with what it requires itself. */
const NATIVE = 'lzma-native';
/** Platforms that functions run on: Lambda's two, and whoever tries a zip on an x64 machine. */
const PREBUILDS = /^prebuilds\/linux-(x64|arm64)\/node\./;

/** CommonJS packages inside an ES module ask for `require`. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

export interface Bundled {
  readonly name: string;
  /** Absolute path of the zip. */
  readonly zip: string;
}

/**
 * @param handlers function name → its handler as in serverless.yml (`functions/copy/handler.handler`)
 * @param into the folder that gets `<name>.zip`; what was there goes
 */
export async function bundleFunctions(
  root: string,
  handlers: ReadonlyMap<string, string>,
  into: string,
): Promise<Bundled[]> {
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  return Promise.all([...handlers].map(([name, handler]) => bundle(root, name, handler, into)));
}

async function bundle(root: string, name: string, handler: string, into: string): Promise<Bundled> {
  const script = handler.replace(/\.[^./]+$/, '');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`${script}.ts`],
    outfile: `${script}.js`,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    keepNames: true, // the names of errors are logged
    sourcemap: 'linked',
    sourcesContent: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: BANNER },
    mainFields: ['module', 'main'], // the SDK's modules can be shaken
    external: [NATIVE],
    plugins: [inlineTexts],
    logLevel: 'warning',
  });
  const zip = new ZipFile();
  const options = { mtime: new Date(0) }; // the same source, the same zip
  for (const file of outputFiles) zip.addBuffer(Buffer.from(file.contents), path.relative(root, file.path), options);
  zip.addBuffer(Buffer.from('{"type":"module"}\n'), 'package.json', options);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  if (imports.some((imported) => imported.path === NATIVE)) await addPackage(zip, NATIVE, root, new Set(), options);
  const file = path.join(into, `${name}.zip`);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  return { name, zip: file };
}

/** Adds a package as it is installed, with what it depends on. Only what runs: no sources to compile, no documents. */
async function addPackage(
  zip: ZipFile,
  name: string,
  from: string,
  added: Set<string>,
  options: { readonly mtime: Date },
): Promise<void> {
  if (added.has(name)) return;
  added.add(name);
  const folder = await folderOf(name, from);
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as { dependencies?: object };
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of files) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const relative = path.relative(folder, file);
    if (!isNeeded(relative)) continue;
    zip.addBuffer(await readFile(file), path.posix.join('node_modules', name, relative), {
      ...options,
      mode: 0o100644,
    });
  }
  for (const dependency of Object.keys(manifest.dependencies ?? {}))
    await addPackage(zip, dependency, folder, added, options);
}

function isNeeded(relative: string): boolean {
  if (relative.startsWith('prebuilds/')) return PREBUILDS.test(relative);
  return !/^(node_modules|deps|src|test|bin|\.github)\//.test(relative) && /\.(c?js|json|node)$/.test(relative);
}

/** Where a package lies that `from` would load: the nearest `node_modules` that has it. */
async function folderOf(name: string, from: string): Promise<string> {
  const searched = createRequire(path.join(from, 'package.json')).resolve.paths(`${name}/package.json`) ?? [];
  for (const folder of searched) {
    const found = await readdir(path.join(folder, name)).catch(() => undefined);
    if (found) return path.join(folder, name);
  }
  throw new Error(`${name} is not installed`);
}
