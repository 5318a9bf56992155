import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Plugin } from 'vite';

const compress = promisify(brotliCompress);

const TEXT_OR_CODE = /\.(html|js|css|svg|wasm|webmanifest)$/;
/** The best quality takes a minute for ONNX Runtime, and saves little more. */
const LARGE_BYTES = 1_000_000;

/** Puts a `.br` beside each file that gets smaller by it: what the site's server sends to whoever takes it. */
export function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    enforce: 'post',
    configResolved: ({ root, build }) => void (folder = resolve(root, build.outDir)),
    closeBundle: async () => {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXT_OR_CODE.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const bytes = await readFile(path);
        const quality = bytes.byteLength < LARGE_BYTES ? 11 : 9;
        const packed = await compress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength } });
        if (packed.byteLength < bytes.byteLength) await writeFile(`${path}.br`, packed);
      }
    },
  };
}
