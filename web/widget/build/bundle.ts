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

/** Modules that the widget has its own of: smaller by what it does without (2.2 kB of brotli). */
const INSTEAD: Readonly<Record<string, string>> = {
  'shared/artifact/digest.ts': 'engine/instead/digest.ts',
  'shared/artifact/manifest.ts': 'engine/instead/manifest.ts',
  'shared/artifact/sha256Fallback.ts': 'engine/instead/sha256Fallback.ts',
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

/** Why a model is refused: the widget has a sentence of its own for each (words.ts); `framerate verify` says more. */
const SPOKEN = new Set(['TRUNCATED', 'BAD_MAGIC', 'BAD_DIGEST', 'BAD_ARTIFACT', 'UNSUPPORTED_VERSION', 'OUT_OF_MEMORY']);

/** Leaves the long sentences of such errors out. */
const briefly: Plugin = {
  name: 'framerate-briefly',
  enforce: 'post',
  transform(code, id) {
    if (!/\/shared\/.*\.ts$/.test(id)) return null;
    let brief = code;
    // From the last one on, so that places stay where they are.
    for (const { start, end } of sentences(this.parse(code)).reverse()) brief = `${brief.slice(0, start)}""${brief.slice(end)}`;
    return { code: brief, map: null };
  },
};

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where `new FrameRateError('…', message)` has such a message, in order. */
function sentences(node: unknown): Span[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, callee, arguments: given } = node as { type?: string; callee?: { name?: string }; arguments?: (Span & { value?: unknown })[] };
  const inside = Object.values(node).flatMap(sentences);
  const [code, message] = type === 'NewExpression' && callee?.name === 'FrameRateError' ? given! : [];
  return message && typeof code?.value === 'string' && SPOKEN.has(code.value) ? [...inside, message] : inside;
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
    instead,
    briefly,
    virtual({ 'virtual:framerate-kernel': async () => `export default ${JSON.stringify(deflateSync(await readFile(kernel), { level: 9 }).toString('base64'))}` }),
  ]);
  const script = await bundle(widget('framerate-widget.ts'), format, 'FrameRate', [
    virtual({ 'virtual:framerate-engine': () => `export function createEngine() {\n${engine}\nreturn engine;\n}` }),
  ]);
  return smaller(await smaller(script, format), format);
}

/** By another hand than Vite's, which finds 2 % more; and in its own work a little again. */
async function smaller(script: string, format: Format): Promise<string> {
  const { code } = await minify(script, { ecma: 2020, module: format === 'es', compress: { passes: 3 } });
  return code!;
}

/** The script of embed.html, which shows the widget in a frame. */
export const bundleEmbed = (): Promise<string> => bundle(widget('embed/embed.ts'), 'iife', 'embed', []);
