import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { minify } from 'terser';
import { build, type Plugin, type Rollup } from 'vite';

const widget = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const kernel = new URL('../../../shared/engine/kernel/kernel.wasm', import.meta.url);

export type Format = 'es' | 'iife';

/** Modules that are made, by name (virtual.d.ts). */
function virtual(modules: Readonly<Record<string, () => string | Promise<string>>>): Plugin {
  return {
    name: 'framerate-virtual',
    resolveId: (id) => (Object.hasOwn(modules, id) ? `\0${id}` : null),
    load: (id) => modules[id.slice(1)]?.() ?? null,
  };
}

/** Modules that the widget has its own of: smaller by what it does without (1.6 kB of brotli). */
const INSTEAD: Readonly<Record<string, string>> = {
  'shared/artifact/manifest.ts': 'engine/instead/manifest.ts',
  'shared/artifact/starsFile.ts': 'engine/instead/stars.ts',
  'shared/engine/expectedRating.ts': 'engine/instead/stars.ts',
};
const instead: Plugin = {
  name: 'framerate-instead',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!importer || importer.startsWith(widget('engine/instead/'))) return null;
    const found = await this.resolve(source, importer, { skipSelf: true });
    const own = found && INSTEAD[relative(root, found.id).replaceAll(sep, '/')];
    return own ? widget(own) : found;
  },
};

/** One entry as one script. */
async function bundle(entry: string, format: Format, name: string, plugins: Plugin[]): Promise<string> {
  const { output } = (await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins,
    build: {
      write: false,
      target: 'es2022',
      // The first of each that have light-dark(); older ones show the widget in the page's own colours.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        output: { format, name, codeSplitting: false },
      },
    },
  })) as Rollup.RollupOutput;
  return output[0].code.trim();
}

/** The widget's script, whole: its engine, which is its worker's script too, and the search kernel are inside. */
export async function bundleWidget(format: Format): Promise<string> {
  const engine = await bundle(widget('engine/engine.ts'), 'iife', 'engine', [
    instead,
    virtual({ 'virtual:framerate-kernel': async () => `export default ${JSON.stringify(deflateSync(await readFile(kernel), { level: 9 }).toString('base64'))}` }),
  ]);
  const script = await bundle(widget('framerate-widget.ts'), format, 'FrameRate', [
    virtual({ 'virtual:framerate-engine': () => `export function createEngine() {\n${engine}\nreturn engine;\n}` }),
  ]);
  // Once more, by another hand: what it still finds is 2 % of the whole.
  const { code } = await minify(script, { ecma: 2020, module: format === 'es', compress: { passes: 3 } });
  return code!;
}

/** The script of embed.html, which shows the widget in a frame. */
export const bundleEmbed = (): Promise<string> => bundle(widget('embed/embed.ts'), 'iife', 'embed', []);
