import { PANEL } from '../layout';
import { size } from './arguments';
import { addPanels } from './micro';

/**
 * One panel's rows of out = A · Bᵀ, A and B being packed (micro.ts). Arguments: A, B, panels of B, depth, out (f32, by
 * rows, 8 · panels of B wide).
 */
export function outerPanels(task: usize): void {
  const b = size(1);
  const panels = size(2);
  const depth = size(3);
  const stride = panels * PANEL * 4;
  const panelBytes = depth << 5;
  const a = size(0) + task * panelBytes;
  const out = size(4) + task * PANEL * stride;
  memory.fill(out, 0, <usize>PANEL * stride);
  for (let q: usize = 0; q < panels; q++) addPanels(out + (q << 5), stride, a, b + q * panelBytes, depth);
}
