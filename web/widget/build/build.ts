import { createHash } from 'node:crypto';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';
import { bundleEmbed, bundleWidget, type Format } from './bundle.ts';

/** Builds dist/widget: the scripts, their types and the pages beside them; prints sizes and what `integrity` takes. */
const out = new URL('../../../dist/widget/', import.meta.url);
const FILES: readonly [name: string, format: Format][] = [
  ['framerate-widget.js', 'es'],
  ['framerate-widget.iife.js', 'iife'],
];
/** 30 KiB, of each as brotli, which is what a visitor downloads: covers are 9 of it, the engine 11, the search kernel 3. */
const MOST_BYTES = 30 * 1024;

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const [name, format] of FILES) {
  const code = await bundleWidget(format);
  const packed = brotliCompressSync(code);
  await writeFile(new URL(name, out), code);
  await writeFile(new URL(`${name}.br`, out), packed);
  const integrity = `sha384-${createHash('sha384').update(code).digest('base64')}`;
  process.stdout.write(`widget/${name}  ${Buffer.byteLength(code)} bytes, ${packed.length} as brotli\n  integrity="${integrity}"\n`);
  if (packed.length > MOST_BYTES) throw new Error(`${name} is larger than ${MOST_BYTES} bytes. See what came along.`);
}
await copyFile(new URL('../types.ts', import.meta.url), new URL('framerate-widget.d.ts', out));
await copyFile(new URL('../examples.html', import.meta.url), new URL('examples.html', out));
await copyFile(new URL('../embed/embed.html', import.meta.url), new URL('embed.html', out));
await writeFile(new URL('embed.js', out), await bundleEmbed());
