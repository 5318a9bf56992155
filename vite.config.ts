import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { compressed } from './web/offline/build/compress.ts';
import { offlineShell } from './web/offline/build/shell.ts';

export default defineConfig({
  root: 'web/app',
  // Relative addresses: the app works under any path of a static host.
  base: './',
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } }), offlineShell(), compressed()],
  worker: { format: 'es' },
  build: {
    outDir: '../../dist/app',
    emptyOutDir: true,
    target: 'es2022',
    // A stylesheet or script inlined as data: would break the strict CSP.
    assetsInlineLimit: 0,
    // What the first page needs comes as one file: together it packs better than in pieces.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }] } } },
  },
  test: {
    root: '.',
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/support/sampleModel.ts',
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
