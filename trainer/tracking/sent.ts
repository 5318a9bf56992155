import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the journal: what became of it at which server. Lines are added, never changed. */
const SENT = 'sent.jsonl';

/** A run at a server. Written before anything of the run is sent there. */
export interface Link {
  readonly experimentId: string;
  readonly runId: string;
  readonly artifactUri: string;
}

export interface Sent {
  readonly link: Link | null;
  /** So many events of the journal have arrived. */
  readonly events: number;
}

type Line = { readonly server: string } & ({ readonly link: Link } | { readonly events: number });

/** What of a run has arrived at a server. */
export function readSent(folder: string, server: string): Sent {
  let sent: Sent = { link: null, events: 0 };
  for (const text of read(folder).split('\n')) {
    const line = parse(text);
    if (line?.server !== server) continue;
    // Another link at the same server is another run: it has nothing yet.
    sent = 'link' in line ? { link: line.link, events: 0 } : { ...sent, events: line.events };
  }
  return sent;
}

export const writeLink = (folder: string, server: string, link: Link): void => append(folder, { server, link });
export const writeEvents = (folder: string, server: string, events: number): void => append(folder, { server, events });

function append(folder: string, line: Line): void {
  const cut = !/(^|\n)$/.test(read(folder)); // the line before, by a crash
  appendFileSync(join(folder, SENT), `${cut ? '\n' : ''}${JSON.stringify(line)}\n`);
}

function read(folder: string): string {
  try {
    return readFileSync(join(folder, SENT), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** @returns null for an empty line, and for one that a crash cut: what it said is then found out again. */
function parse(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
