/** "Amélie" and "amelie", "WALL·E" and "walle" are the same word to somebody who types. */
export const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’·]/g, '');
