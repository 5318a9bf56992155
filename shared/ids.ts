declare const brand: unique symbol;

/** An item's name in the source data: stable across trainings. A number stays a number, text stays text. */
export type ItemId = (string | number) & { readonly [brand]: 'ItemId' };

/** An item's row in the factors of one model: changes at every training, so it never leaves the device. */
export type ItemRow = number & { readonly [brand]: 'ItemRow' };

// The only casts between plain values and branded ones.
export const itemId = (value: string | number): ItemId => value as ItemId;
export const itemRow = (value: number): ItemRow => value as ItemRow;
