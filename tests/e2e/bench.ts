import type { RecommendQuery } from '../../shared/query.ts';
import { startLab } from '../../web/lab/client.ts';
import type { LabPlan, LabReport } from '../../web/lab/lab.ts';
import './door.ts';

declare global {
  interface Window {
    /** The engines in a worker, as the lab page runs them. */
    runLab(plan: LabPlan): Promise<LabReport[]>;
    /** Asks the app's own worker each question, one after the other. In milliseconds: there and back, as the page sees it, and what the worker says that the answer took. */
    timeDoor(queries: readonly RecommendQuery[]): Promise<{ roundTripMs: number[]; computeMs: number[] }>;
  }
}

window.runLab = async (plan) => {
  const reports = await startLab(plan, () => undefined, new AbortController().signal);
  if (!reports?.ok) throw new Error(reports?.error.message);
  return reports.value;
};

window.timeDoor = async (queries) => {
  const recommender = await window.openDoor();
  const roundTripMs: number[] = [];
  const computeMs: number[] = [];
  for (const query of queries) {
    const start = performance.now();
    const answer = await recommender.recommend(query);
    roundTripMs.push(performance.now() - start);
    if (!answer.ok) throw new Error(answer.error.message);
    computeMs.push(answer.value.computeMs);
  }
  return { roundTripMs, computeMs };
};
