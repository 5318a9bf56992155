/** Tells a person on stderr what a long run is at: one line that renews itself in a terminal, plain lines elsewhere. */
export class Progress {
  readonly #start = performance.now();
  readonly #live: boolean;
  #open = false;
  /** What is tracked, since when, and how far it was then. */
  #tracked: { text: string; since: number; from: number } | null = null;

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {
    this.#live = out.isTTY === true;
  }

  /** A state that the next one replaces; shown in terminals only. */
  update(text: string): void {
    if (!this.#live) return;
    this.out.write(`\r\x1b[2K${this.#clock()} ${text}`);
    this.#open = true;
  }

  /** How far a long step is, and how long it will still take if it goes on as it did. @param text names the step. @param detail what it is at. */
  track(text: string, done: number, total: number, detail?: string): void {
    const now = performance.now();
    if (this.#tracked?.text !== text) this.#tracked = { text, since: now, from: done };
    const { since, from } = this.#tracked;
    const left = done > from ? `, ${duration(((now - since) / (done - from)) * (total - done))} left` : '';
    this.update(`${text} ${Math.floor((100 * done) / total)} %${left}${detail === undefined ? '' : `: ${detail}`}`);
  }

  /** A line that stays. */
  say(text: string): void {
    if (this.#open) this.out.write('\r\x1b[2K');
    this.#open = false;
    this.out.write(`${this.#clock()} ${text}\n`);
  }

  #clock(): string {
    return `${((performance.now() - this.#start) / 1000).toFixed(1).padStart(6)} s`;
  }
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
