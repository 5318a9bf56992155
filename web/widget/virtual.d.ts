// Made by build/bundle.ts.

declare module 'virtual:framerate-kernel' {
  /** kernel.wasm, deflated, in base64. */
  const kernel: string;
  export default kernel;
}

declare module 'virtual:framerate-engine' {
  /** All of engine/engine.ts in one function that needs nothing around it: its source text is the worker's script. */
  export function createEngine(): typeof import('./engine/engine.ts');
}
