import { wrap } from 'comlink';
import type { ContractRun } from './contracts.worker.ts';

declare global {
  interface Window {
    /** The contracts, in a worker as the app's engine is. */
    contracts: ContractRun;
  }
}

const worker = new Worker(new URL('./contracts.worker.ts', import.meta.url), { type: 'module' });
worker.addEventListener('error', ({ message }) => console.error(message));
window.contracts = wrap<ContractRun>(worker);
