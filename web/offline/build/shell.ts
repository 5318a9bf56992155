import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin, type Rollup } from 'vite';

/** More than this is no part of the shell: it is fetched when it is asked for. */
const MOST_BYTES = 400_000;
/** Nor are the lab and what it alone runs, however small: hardly anybody opens it. */
const LAB = /^assets\/(Lab|lab\.worker|ort)[.-]/;
const WORKER = join(import.meta.dirname, '../worker/sw.ts');

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

/** Makes the app work without a network and on hosts that cannot set headers: sw.js with the list of its files, and a policy in the page. */
export function offlineShell(): Plugin {
  let publicFolder = '';
  return {
    name: 'offline-shell',
    apply: 'build',
    enforce: 'post',
    configResolved: ({ publicDir }) => void (publicFolder = publicDir),
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY }, injectTo: 'head-prepend' },
    ],
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const page = bundle['index.html'];
        if (page?.type !== 'asset') return; // not the app
        const digest = createHash('sha256').update(page.source);
        const files: string[] = [];
        for (const [name, file] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
          const size = file.type === 'chunk' ? file.code.length : file.source.length;
          if (name !== 'index.html' && size <= MOST_BYTES && !LAB.test(name)) files.push(name);
        }
        for (const name of publicFolder ? (await readdir(publicFolder)).sort() : []) {
          files.push(name);
          digest.update(await readFile(join(publicFolder, name)));
        }
        const version = digest.update(files.join('\n')).digest('hex').slice(0, 12);
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: await bundleWorker({ version, files }) });
      },
    },
  };
}

async function bundleWorker(shell: { version: string; files: readonly string[] }): Promise<string> {
  // A classic script: not every browser takes a module for a service worker.
  const [{ output }] = (await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: { SHELL: JSON.stringify(shell) },
    build: { write: false, target: 'es2022', lib: { entry: WORKER, formats: ['iife'], name: 'sw' } },
  })) as Rollup.RollupOutput[];
  return output[0].code;
}
