import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin, type Rollup } from 'vite';
import { APP_POLICY, POSTERS_PAGE, POSTERS_POLICY } from '../../contentSecurityPolicy.ts';

/** More than this is no part of the shell: it is fetched when it is asked for. */
const MOST_BYTES = 400_000;
/** Nor are the lab and what it alone runs, however small: hardly anybody opens it. */
const LAB = /^assets\/(Lab|lab\.worker|ort)[.-]/;
const SEARCH_WORKER = /^assets\/worker-[\w-]{8}\.js$/;
const WORKER = join(import.meta.dirname, '../worker/sw.ts');

/**
 * Makes the app work without a network and on hosts that cannot set headers: sw.js with the list of its files, and a policy in
 * the page. And writes the page a second time, with the policy under which posters show.
 */
export function offlineShell(): Plugin {
  let publicFolder = '';
  return {
    name: 'offline-shell',
    apply: 'build',
    enforce: 'post',
    configResolved: ({ publicDir }) => void (publicFolder = publicDir),
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) => [
        { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: APP_POLICY }, injectTo: 'head-prepend' },
        // On their way with the page's script, which asks for both as soon as it runs.
        ...Object.keys(bundle).filter((name) => SEARCH_WORKER.test(name)).map((name) => ({ tag: 'link', attrs: { rel: 'modulepreload', href: `./${name}` }, injectTo: 'head' as const })),
        { tag: 'link', attrs: { rel: 'preload', as: 'fetch', crossorigin: '', href: './models/index.json' }, injectTo: 'head' },
      ],
    },
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const page = bundle['index.html'];
        if (page?.type !== 'asset') return; // not the app
        const posters = withPosters(String(page.source));
        this.emitFile({ type: 'asset', fileName: POSTERS_PAGE, source: posters });
        const digest = createHash('sha256').update(page.source).update(posters);
        const files: string[] = [POSTERS_PAGE];
        for (const [name, file] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
          const size = file.type === 'chunk' ? file.code.length : file.source.length;
          if (name !== 'index.html' && name !== POSTERS_PAGE && size <= MOST_BYTES && !LAB.test(name)) files.push(name);
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

/** The mark says to the app which of the two it is on: what stands in the address, a host may change. */
function withPosters(page: string): string {
  const escape = (policy: string): string => policy.replaceAll("'", '&#39;'); // as Vite writes it
  const posters = page.replace(escape(APP_POLICY), escape(POSTERS_POLICY)).replace('<html ', '<html data-posters ');
  if (!posters.includes(escape(POSTERS_POLICY)) || !posters.includes('data-posters')) throw new Error('The page is not as it was: neither its policy nor its <html> may have changed its form.');
  return posters;
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
