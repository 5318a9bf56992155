import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { build, type Plugin, type Rollup } from 'vite';

const widget = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
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
    virtual({ 'virtual:framerate-kernel': async () => `export default ${JSON.stringify(deflateSync(await readFile(kernel), { level: 9 }).toString('base64'))}` }),
  ]);
  return bundle(widget('framerate-widget.ts'), format, 'FrameRate', [
    virtual({ 'virtual:framerate-engine': () => `export function createEngine() {\n${engine}\nreturn engine;\n}` }),
  ]);
}

/** The script of embed.html, which shows the widget in a frame. */
export const bundleEmbed = (): Promise<string> => bundle(widget('embed/embed.ts'), 'iife', 'embed', []);
