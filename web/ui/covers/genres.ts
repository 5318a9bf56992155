import { CONDENSED, GROTESK, SERIF } from './faces.ts';
import type { Face } from './faces.ts';

export interface Palette {
  /** The sheet. */
  readonly ground: string;
  /** The title on it: at least 4.5 to 1. */
  readonly ink: string;
  /** The motif's two colours. */
  readonly a: string;
  readonly b: string;
}

export interface GenreStyle {
  readonly face: Face;
  readonly palettes: readonly Palette[];
  /** Every line of the title is set to the full width, like wood type. */
  readonly block?: true;
}

/** A palette as one text, its colours in the order of Palette. */
function p(colours: string): Palette {
  const [ground, ink, a, b] = colours.split(' ');
  return { ground, ink, a, b };
}

/** Most telling first: a film's first match sets palette, face and motif. */
export const GENRES = {
  'Film-Noir': {
    face: CONDENSED,
    palettes: [p('#131415 #F1F0EA #E9E6DA #565B60'), p('#D6D7D3 #121314 #121314 #7D8286')],
  },
  Western: {
    face: CONDENSED,
    palettes: [p('#E9A23B #2B1409 #B23A17 #7A2A14'), p('#6E2511 #FBE7C4 #EDA63F #C4592A')],
    block: true,
  },
  Musical: {
    face: SERIF,
    palettes: [p('#C2205A #FFF6F0 #FFC83D #3B1140'), p('#3B1140 #FFE6EF #FF5C8A #FFC83D')],
  },
  War: {
    face: CONDENSED,
    palettes: [p('#454A33 #F3EDD8 #E0563F #80866A'), p('#D3C9AE #26241B #A6352A #6A6A4C')],
    block: true,
  },
  Horror: {
    face: CONDENSED,
    palettes: [p('#0E0D0D #F4EFE6 #CC1A22 #7A1119'), p('#A80F18 #FFF3E6 #100E0E #5E0910')],
    block: true,
  },
  Documentary: {
    face: GROTESK,
    palettes: [p('#D9DEDB #14211D #D8341F #84918B'), p('#1E3C36 #E7EFE9 #E9C14B #5F8379')],
  },
  Animation: {
    face: GROTESK,
    palettes: [
      p('#2443D0 #FFFFFF #FFD02E #FF6B5E'),
      p('#FFD02E #17204D #E8442E #2546D8'),
      p('#0F7C6C #FFF8E5 #FFC24A #FF7F66'),
    ],
  },
  'Sci-Fi': {
    face: GROTESK,
    palettes: [
      p('#0B1030 #E8F0FF #5CC8FF #3D4F9C'),
      p('#E3E8EC #0E1A2B #F04E12 #8FA3B8'),
      p('#0D2B30 #E2F5EF #FF7A4D #2F6F74'),
      p('#3B2A66 #F3EEFF #FFB04A #7B66BF'),
    ],
  },
  Fantasy: {
    face: SERIF,
    palettes: [p('#2A1B4E #F5E9FF #F0C04A #7E5BC2'), p('#0F3D3E #EAF6E9 #E9B44C #4FA391')],
  },
  Mystery: {
    face: SERIF,
    palettes: [p('#15303A #E9F1E4 #E0B83F #3E6B73'), p('#443560 #F6EFE0 #E7B75F #7C6A99')],
  },
  Romance: {
    face: SERIF,
    palettes: [
      p('#F0BDB4 #4A1020 #D0303F #8A1B38'),
      p('#8A1B38 #FFE9E2 #F2899A #D93A4C'),
      p('#F4D9C6 #3A1A3E #B83A6B #6A3A7C'),
    ],
  },
  Crime: {
    face: CONDENSED,
    palettes: [
      p('#1C2230 #F3E7D3 #D6423A #5B6780'),
      p('#D9DCD8 #17191C #BE2A22 #4B535B'),
      p('#E4B92F #17150F #17150F #A8371F'),
    ],
  },
  Children: {
    face: GROTESK,
    palettes: [p('#F6D9B8 #2A2250 #E5493D #1F938A'), p('#7CC9E8 #13294B #D42F44 #13294B')],
  },
  Adventure: {
    face: GROTESK,
    palettes: [p('#0E544E #FBEFD0 #F2A33A #23897A'), p('#F2B441 #1D2A2E #0F6B63 #DD4F26')],
  },
  Thriller: {
    face: CONDENSED,
    palettes: [
      p('#E8601C #1C0B05 #1C0B05 #FFF1DC'),
      p('#10201E #E7F2E8 #C4E04A #2E5A50'),
      p('#D5D9DD #15181C #D62F1F #6B747E'),
    ],
  },
  Action: {
    face: CONDENSED,
    palettes: [
      p('#C81F19 #FFF6E9 #170F0E #FFB000'),
      p('#12161B #FFE9C7 #F0412A #F7A600'),
      p('#F5B70F #16130C #16130C #D03A1B'),
    ],
  },
  Comedy: {
    face: GROTESK,
    palettes: [
      p('#F7C531 #231A12 #E0402A #FFFFFF'),
      p('#F58A6E #2A0E12 #8A1F2E #2A0E12'),
      p('#2C7A5B #FFF6DC #FFC93C #F26B4E'),
      p('#8FD0C6 #12302F #C9402A #12302F'),
    ],
  },
  Drama: {
    face: SERIF,
    palettes: [
      p('#263A4F #F2EDE2 #E3A857 #6F8AA3'),
      p('#CFCDC4 #23262B #9C3D2E #5D6B73'),
      p('#5A2A34 #F6E5DA #E8926F #97525D'),
      p('#2F4A3E #F0EDDC #DDB26A #71907F'),
    ],
  },
  IMAX: { face: GROTESK, palettes: [p('#1A2026 #F1F4F6 #7FC4FF #4A5966')] },
} satisfies Record<string, GenreStyle>;

export type Genre = keyof typeof GENRES;

/** For a film without a genre that we know. */
export const NO_GENRE: GenreStyle = {
  face: GROTESK,
  palettes: [p('#39424A #F1F3F4 #B4BEC6 #6B757D')],
};

const ORDER = Object.keys(GENRES) as Genre[];

/** Those of the film's genres that have a look, most telling first. */
export function knownGenres(genres: readonly string[]): Genre[] {
  return ORDER.filter((genre) => genres.includes(genre));
}
