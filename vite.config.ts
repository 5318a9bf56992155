import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { compressed } from './web/offline/build/compress.ts';
import { offlineShell } from './web/offline/build/shell.ts';

/** What is needed from the start comes as one file: together it packs better than in pieces, and none has to be waited for. */
const together = (name: string) => ({ output: { codeSplitting: { groups: [{ name, tags: ['$initial' as const] }] } } });

export default defineConfig({
  root: 'web/app',
  // Relative addresses: the app works under any path of a static host.
  base: './',
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } }), offlineShell(), compressed()],
  worker: { format: 'es', rolldownOptions: together('worker') },
  build: {
    outDir: '../../dist/app',
    emptyOutDir: true,
    target: 'es2022',
    // A stylesheet or script inlined as data: would break the strict CSP.
    assetsInlineLimit: 0,
    rolldownOptions: together('index'),
  },
  test: {
    root: '.',
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/support/sampleModel.ts',
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
