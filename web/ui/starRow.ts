import { MAX_STARS } from './scale.ts';

/** One star in a box of 24 × 24. */
export const STAR = 'M12 2.4l2.9 6.2 6.8.8-5 4.7 1.3 6.7-6-3.3-6 3.3 1.3-6.7-5-4.7 6.8-.8z';

/** Closer to where it began than this, a touch is a tap. */
const TAP_PX = 4;

/** As it stands beside the stars: "4½". */
export function starsText(stars: number): string {
  const whole = Math.floor(stars);
  return stars === whole ? String(whole) : `${whole || ''}½`;
}

/** A row of stars, to those who touch it. */
export interface StarRow {
  /** What is rated now. */
  value(): number | null;
  /** To be shown while a pointer is down; null: no longer. */
  preview(stars: number | null): void;
  rate(stars: number | null): void;
  /** The range, which has the focus afterwards. */
  input(): HTMLInputElement;
}

/** What pointers and keys do to a row of stars, as listeners of the row. Arrows, Home and End are the range's own. */
export function starListeners(row: StarRow) {
  let pointer: { readonly startX: number; slid: boolean; stars: number } | null = null;

  function show(event: PointerEvent): void {
    const element = event.currentTarget as HTMLElement;
    const { left, right, width } = element.getBoundingClientRect();
    const x = getComputedStyle(element).direction === 'rtl' ? right - event.clientX : event.clientX - left;
    pointer!.stars = Math.max(0, Math.min(MAX_STARS, Math.ceil((x / width) * 2 * MAX_STARS) / 2));
    row.preview(pointer!.stars);
  }

  function leave(): void {
    pointer = null;
    row.preview(null);
  }

  return {
    onpointerdown(event: PointerEvent): void {
      if (event.button !== 0 || !event.isPrimary) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      pointer = { startX: event.clientX, slid: false, stars: 0 };
      show(event);
    },
    onpointermove(event: PointerEvent): void {
      if (!pointer) return;
      pointer.slid ||= Math.abs(event.clientX - pointer.startX) > TAP_PX;
      if (pointer.slid) show(event);
    },
    onpointerup(): void {
      if (!pointer) return;
      const { slid, stars } = pointer;
      const again = !slid && stars === row.value();
      row.rate(again ? null : stars || null);
      leave();
      row.input().focus({ preventScroll: true, focusVisible: false });
    },
    /** The browser took the gesture for scrolling. */
    onpointercancel: leave,
    /** A touch becomes a mouse press in the end, which would take the focus from the range. */
    onmousedown(event: MouseEvent): void {
      event.preventDefault();
    },
    onkeydown(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^[1-5]$/.test(event.key)) row.rate(Number(event.key));
      else if (['0', 'Delete', 'Backspace'].includes(event.key)) row.rate(null);
      else return;
      event.preventDefault();
    },
  };
}
