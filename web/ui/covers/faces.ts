/** A type face that every device has in some form. Lengths are in ems of its own size. */
export interface Face {
  readonly stack: string;
  readonly weight: number;
  readonly tracking: number;
  /** Height of a line. */
  readonly lead: number;
  readonly capitals: boolean;
  /** Its width beside the width table's. */
  readonly width: number;
}

export const GROTESK: Face = {
  stack:
    '"Helvetica Neue", Helvetica, "Arial Nova", Roboto, "Nimbus Sans", "Liberation Sans", Arial, system-ui, sans-serif',
  weight: 700,
  tracking: -0.03,
  lead: 0.94,
  capitals: false,
  width: 1,
};

export const CONDENSED: Face = {
  stack:
    '"HelveticaNeue-CondensedBold", "Avenir Next Condensed", "Roboto Condensed", "Arial Narrow", "Bahnschrift Condensed", "Liberation Sans Narrow", "Nimbus Sans Narrow", sans-serif-condensed, Impact, sans-serif',
  weight: 700,
  tracking: -0.01,
  lead: 0.84,
  capitals: true,
  width: 0.84,
};

export const SERIF: Face = {
  stack:
    '"Bodoni 72", Didot, "Noto Serif Display", "Bodoni MT", ui-serif, "New York", "Noto Serif", Georgia, "Liberation Serif", serif',
  weight: 600,
  tracking: -0.025,
  lead: 0.94,
  capitals: false,
  width: 0.98,
};
