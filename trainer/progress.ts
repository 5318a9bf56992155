/** Tells a person on stderr what a long run is at: one line that renews itself in a terminal, plain lines elsewhere. */
export class Progress {
  readonly #start = performance.now();
  readonly #live: boolean;
  #open = false;

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {
    this.#live = out.isTTY === true;
  }

  /** A state that the next one replaces; shown in terminals only. */
  update(text: string): void {
    if (!this.#live) return;
    this.out.write(`\r\x1b[2K${this.#clock()} ${text}`);
    this.#open = true;
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
