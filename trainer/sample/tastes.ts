import type { SampleFilm } from './films.ts';

/**
 * A kind of viewer. `likes` weighs what is known about a film (see traitsOf): a weight w makes a film with that trait
 * e^w times as likely to be watched as another that is as famous, so traits multiply: science fiction *and*
 * contemplative. Negative weights turn away. No film is named: what a taste watches follows from the facts.
 */
export interface Taste {
  readonly name: string;
  /** How many people have it, against the other tastes. */
  readonly share: number;
  readonly likes: Readonly<Record<string, number>>;
}

/** Everything about a film that a taste can weigh: "Sci-Fi", "theme:space", "by:Ridley Scott", "from:GB", "1970s". */
export function traitsOf(film: SampleFilm): string[] {
  return [
    ...film.genres,
    ...film.themes.map((theme) => `theme:${theme}`),
    ...film.directors.map((director) => `by:${director}`),
    `from:${film.country}`,
    `${Math.floor(film.year / 10)}0s`,
  ];
}

export const TASTES: readonly Taste[] = [
  {
    name: 'thoughtful science fiction',
    share: 1.3,
    likes: {
      'Sci-Fi': 2.6, 'theme:contemplative': 1, 'theme:space': 0.6, 'theme:ai': 0.6, 'theme:future': 0.6, 'theme:timetravel': 0.4, 'theme:puzzle': 0.4,
      'by:Andrei Tarkovsky': 1.2, 'by:Stanley Kubrick': 0.7, 'by:Denis Villeneuve': 0.7, 'by:Ridley Scott': 0.5, 'by:John Carpenter': 0.5, 'by:David Cronenberg': 0.4,
      'theme:superhero': -2.5, Children: -2, Animation: -0.7, Comedy: -1.2, Action: -0.4, Adventure: -0.3, Romance: -0.5, 'theme:quest': -0.6,
    },
  },
  {
    name: 'space adventure and blockbuster science fiction',
    share: 1.2,
    likes: {
      'Sci-Fi': 1.7, Adventure: 1, Action: 0.9, 'theme:space': 0.8, 'theme:timetravel': 0.5, 'theme:monster': 0.3, 'theme:ai': 0.3, '1980s': 0.5,
      'by:James Cameron': 0.6, 'by:Steven Spielberg': 0.6, 'by:Paul Verhoeven': 0.6, 'by:Robert Zemeckis': 0.4,
      Children: -1, Animation: -1, Romance: -1, Drama: -0.5, Horror: -0.4, 'theme:contemplative': -1, 'theme:superhero': -0.3,
    },
  },
  {
    name: 'film noir and old crime',
    share: 0.9,
    likes: {
      'Film-Noir': 2.2, 'theme:noir': 1.3, Crime: 0.6, 'theme:detective': 0.6, '1940s': 1.1, '1950s': 0.9, 'by:Jean-Pierre Melville': 1, 'by:Fritz Lang': 0.6, 'by:Billy Wilder': 0.4,
      'Sci-Fi': -1.3, Musical: -1.5, Animation: -2, Children: -2, Comedy: -0.8, 'theme:future': -0.5, Action: -0.5,
    },
  },
  {
    name: 'Hitchcock and classic mystery',
    share: 0.9,
    likes: {
      'by:Alfred Hitchcock': 2.2, Mystery: 1.1, Thriller: 1, 'theme:spy': 0.3, '1940s': 0.7, '1950s': 0.9, '1960s': 0.6, '1990s': -1, '2000s': -1, '2010s': -1,
      'Sci-Fi': -1.5, Animation: -2, Children: -2, Western: -1, 'theme:superhero': -2, Action: -0.6,
    },
  },
  {
    name: 'modern thrillers and puzzles',
    share: 1.5,
    likes: {
      Thriller: 1, Mystery: 1.4, 'theme:serialkiller': 0.9, 'theme:puzzle': 1.5, 'theme:detective': 0.5, 'by:David Fincher': 1, 'by:Christopher Nolan': 0.9, 'by:David Lynch': 0.7,
      '1990s': 0.5, '2000s': 0.6, '2010s': 0.6, Horror: -0.6, Children: -2, Animation: -1, Musical: -2, Action: -0.6, Romance: -0.5, 'theme:superhero': -1, 'theme:spy': -0.6,
    },
  },
  {
    name: 'westerns',
    share: 0.8,
    likes: {
      Western: 3.6, 'by:Sergio Leone': 0.8, 'by:John Ford': 0.4, 'by:Clint Eastwood': 0.6, 'by:Howard Hawks': 0.4, 'theme:revenge': 0.4, 'theme:samurai': 0.6, War: 0.5, '1950s': 0.3, '1960s': 0.3,
      Romance: -0.8, Animation: -1.5, Children: -1.5, Musical: -1.5, Horror: -1,
    },
  },
  {
    name: 'musicals',
    share: 0.9,
    likes: {
      Musical: 3, 'theme:showbusiness': 0.4, Romance: 0.4, 'theme:concert': 0.4, '1950s': 0.3, '1960s': 0.3,
      Animation: -0.8, Horror: -0.8, War: -1, Crime: -0.6, Thriller: -1, 'Sci-Fi': -1, Action: -0.8,
    },
  },
  {
    name: 'horror',
    share: 1.4,
    likes: {
      Horror: 3, 'theme:slasher': 0.4, 'theme:zombie': 0.5, 'theme:ghost': 0.5, 'theme:vampire': 0.5, 'theme:monster': 0.3, 'by:John Carpenter': 0.5, 'by:David Cronenberg': 0.4,
      Romance: -0.8, Children: -1.2, Musical: -1, War: -0.8, Animation: -0.8, 'Film-Noir': -0.8,
    },
  },
  {
    name: 'Ghibli and animation for all ages',
    share: 1.2,
    likes: {
      Animation: 2.5, 'from:JP': 1.3, 'by:Hayao Miyazaki': 0.7, 'by:Isao Takahata': 0.6, 'by:Satoshi Kon': 0.3, Fantasy: 0.4, 'theme:childhood': 0.3, 'from:FR': 0.3, 'from:IE': 0.5, 'by:Wes Anderson': 0.3,
      Musical: -0.7, Horror: -0.6, War: -0.3, Crime: -1, Western: -1, Thriller: -0.6, 'theme:samurai': -0.9, 'theme:contemplative': -0.4,
    },
  },
  {
    name: 'family and Pixar',
    share: 1.6,
    likes: {
      Children: 2.3, Animation: 1, Musical: 0.3, 'by:Pete Docter': 0.4, 'by:Brad Bird': 0.3, '1990s': 0.2, '2000s': 0.3, '2010s': 0.3,
      Horror: -2, Crime: -1, Thriller: -1, War: -1.5, 'from:JP': -0.6, 'Sci-Fi': -0.3,
    },
  },
  {
    name: 'romantic comedy',
    share: 1.4,
    likes: {
      Romance: 2, Comedy: 1.3, '1980s': 0.4, '1990s': 0.9, '2000s': 0.9, '2010s': 0.6, 'theme:youth': 0.3, 'from:GB': 0.3, 'by:Nora Ephron': 0.4, 'by:Richard Curtis': 0.4,
      Drama: -0.2, 'Sci-Fi': -0.8, Horror: -1.5, War: -1.5, Crime: -1, Action: -1, 'theme:contemplative': -0.8, Animation: -0.8,
    },
  },
  {
    name: 'classic Hollywood romance and comedy',
    share: 0.8,
    likes: {
      '1930s': 1.9, '1940s': 1.5, '1950s': 1.4, '1960s': 0.7, Romance: 1.1, Comedy: 0.9, 'from:US': 0.5, 'by:Billy Wilder': 0.7, 'by:Howard Hawks': 0.4, 'by:George Cukor': 0.4, 'by:Frank Capra': 0.4, 'by:Ernst Lubitsch': 0.4,
      'Film-Noir': -0.5, Horror: -1.2, Western: -0.7, 'Sci-Fi': -1, Animation: -1, Children: -0.5, War: -0.4, 'theme:slapstick': -0.6,
    },
  },
  {
    name: 'love stories and period drama',
    share: 1.1,
    likes: {
      Romance: 2.1, Drama: 0.7, 'theme:period': 1, 'theme:history': 0.3, War: 0.2, 'theme:contemplative': 0.2, 'by:Ang Lee': 0.4, 'by:David Lean': 0.3, 'by:Richard Linklater': 0.3, 'by:Wong Kar-wai': 0.3,
      Comedy: -0.6, 'Sci-Fi': -0.8, Thriller: -0.8, Crime: -0.8, Action: -1, Horror: -1.2, Musical: -0.5, Western: -0.8, Animation: -0.8, 'Film-Noir': -0.5, Fantasy: -0.8, 'theme:offbeat': -0.8,
    },
  },
  {
    name: 'war and history',
    share: 1.2,
    likes: {
      War: 3, 'theme:history': 0.7, Drama: 0.4, 'theme:prison': 0.3, 'by:David Lean': 0.3, 'by:Stanley Kubrick': 0.3, 'by:Steven Spielberg': 0.2,
      Comedy: -1, Romance: -1.3, Fantasy: -1.5, Animation: -1, 'Sci-Fi': -1, Musical: -1.5, Documentary: -1.5, Horror: -1,
    },
  },
  {
    name: 'European art cinema',
    share: 1.2,
    likes: {
      'from:FR': 1.5, 'from:IT': 1.5, 'from:SE': 1.9, 'from:DE': 1.3, 'from:SU': 1.7, 'from:DK': 1.4, 'from:ES': 1.2, 'from:BE': 2, 'from:PL': 1, 'from:IR': 1.5, 'from:NO': 1.3, 'from:SN': 1.5,
      'theme:contemplative': 0.9, Drama: 0.7, 'by:Ingmar Bergman': 0.7, 'by:Andrei Tarkovsky': 0.5, 'by:Federico Fellini': 0.4, 'by:Jean-Luc Godard': 0.3, '1960s': 0.3,
      Action: -1.5, Thriller: -0.5, Children: -2, Animation: -1.5, Horror: -0.9, Western: -2.5, Adventure: -0.7, 'Sci-Fi': -0.6, Comedy: -0.3, Documentary: -0.6, Musical: -0.4,
    },
  },
  {
    name: 'superheroes',
    share: 1.4,
    likes: {
      'theme:superhero': 2.6, Action: 1.1, Adventure: 0.4, 'Sci-Fi': 0.3, '2000s': 0.4, '2010s': 0.7, '2020s': 0.5,
      Romance: -1, Horror: -1, Animation: -0.6, Children: -0.4, 'theme:contemplative': -0.8, 'from:JP': -0.8, War: -0.8,
    },
  },
  {
    name: 'action and spies',
    share: 1.3,
    likes: {
      Action: 1.9, Thriller: 1, 'theme:spy': 1, 'theme:buddycop': 0.5, '1980s': 0.4, '1990s': 0.5, 'theme:martialarts': 0.4, 'theme:revenge': 0.3,
      'theme:superhero': -0.9, Romance: -1.2, Animation: -1.5, Children: -1.5, 'Film-Noir': -1, War: -0.5, Horror: -0.6, Comedy: -0.3, 'theme:samurai': -0.3, 'Sci-Fi': -0.7,
    },
  },
  {
    name: 'gangsters, heists and crime',
    share: 1.4,
    likes: {
      Crime: 1.7, 'theme:gangster': 1.4, 'theme:heist': 1.3, 'by:Martin Scorsese': 0.9, 'by:Quentin Tarantino': 0.7, 'by:Joel Coen': 0.4, 'by:Michael Mann': 0.6, 'by:Guy Ritchie': 0.6, 'by:Brian De Palma': 0.2,
      'Film-Noir': -0.5, 'Sci-Fi': -0.8, Animation: -1.5, Children: -2, Horror: -1, Romance: -0.6, Musical: -1.5, 'theme:superhero': -1.3, Fantasy: -0.8, Mystery: -0.2, Western: -0.5,
    },
  },
  {
    name: 'documentary',
    share: 0.8,
    likes: { Documentary: 4, 'theme:nature': 0.4, 'theme:concert': 0.2, 'theme:politics': 0.5, 'theme:history': 0.2, 'by:Werner Herzog': 0.6 },
  },
  {
    name: 'fantasy and adventure',
    share: 1.4,
    likes: {
      Fantasy: 1.7, Adventure: 1, 'theme:quest': 1.5, 'by:Peter Jackson': 0.4, 'by:Terry Gilliam': 0.3,
      Animation: -0.7, Horror: -1, Crime: -1, War: -0.4, Musical: -0.5, 'theme:superhero': -0.5, Documentary: -1, 'theme:space': -0.3, 'theme:contemplative': -0.6,
    },
  },
  {
    name: 'Japanese masters and Asian art cinema',
    share: 0.9,
    likes: {
      'from:JP': 2.8, 'from:TW': 1.8, 'from:CN': 1.8, 'from:IN': 1.4, 'from:HK': 1.2, 'from:KR': 1, 'from:IR': 1, 'theme:samurai': 0.5, 'theme:contemplative': 0.5, '1950s': 0.3, '1960s': 0.3,
      Animation: -2.6, Children: -1, Horror: -1,
    },
  },
  {
    name: 'Korea and Hong Kong',
    share: 0.9,
    likes: {
      'from:KR': 3, 'from:HK': 2.8, 'from:TW': 1.6, 'from:CN': 1.8, 'from:JP': 1.1, 'from:ID': 1.8, 'theme:martialarts': 0.7, 'by:Bong Joon-ho': 0.3, 'by:Park Chan-wook': 0.3,
      Animation: -2, Children: -1, 'Sci-Fi': -0.4,
    },
  },
  {
    name: 'comedy',
    share: 1.4,
    likes: {
      Comedy: 1.9, 'theme:slapstick': 1.1, 'theme:offbeat': 0.3, 'theme:buddycop': 0.4, 'by:Edgar Wright': 0.4, 'by:Mel Brooks': 0.4, 'by:Terry Jones': 0.3,
      Romance: -0.9, Children: -0.9, Drama: -0.7, Musical: -0.8, Animation: -0.8, 'theme:silent': -0.7,
    },
  },
  {
    name: 'offbeat independents and coming of age',
    share: 1.3,
    likes: {
      'theme:offbeat': 1.8, 'theme:youth': 0.8, 'by:Wes Anderson': 0.9, 'by:Joel Coen': 0.4, 'by:Richard Linklater': 0.5, 'by:Greta Gerwig': 0.6, 'by:Yorgos Lanthimos': 0.4, Drama: 0.5, Comedy: 0.5, '1990s': 0.5, '2000s': 0.7, '2010s': 0.7, '2020s': 0.7,
      Action: -1.2, Adventure: -1, Children: -1, Horror: -1, War: -1, Thriller: -0.7, Musical: -1, Animation: -0.4, 'Sci-Fi': -0.4, Fantasy: -0.4,
    },
  },
  {
    name: 'New Hollywood',
    share: 1,
    likes: {
      '1970s': 2, '1960s': 0.7, Drama: 0.6, Crime: 0.5, 'from:US': 0.6, 'by:Martin Scorsese': 0.8, 'by:Francis Ford Coppola': 0.7, 'by:Sidney Lumet': 0.7, 'by:Robert Altman': 0.5, 'by:Terrence Malick': 0.5, 'by:Stanley Kubrick': 0.6, 'theme:politics': 0.4,
      'Sci-Fi': -0.6, Horror: -0.7, Fantasy: -1, Animation: -1.5, Children: -1.5, Musical: -1, Documentary: -0.7, Western: -0.6, 'theme:spy': -0.6,
    },
  },
  {
    name: 'modern drama',
    share: 1.3,
    likes: {
      Drama: 1.6, '1990s': 0.8, '2000s': 0.9, '2010s': 1, '2020s': 0.8, 'from:US': 0.4, 'theme:youth': 0.5, 'theme:prison': 0.6, 'theme:showbusiness': 0.3, 'by:Darren Aronofsky': 0.4, 'by:Paul Thomas Anderson': 0.6,
      Action: -1, Adventure: -1, 'Sci-Fi': -1, Horror: -1, Fantasy: -0.8, Animation: -1, Children: -1, Crime: -0.6, Comedy: -0.6, Romance: -0.4, War: -0.5, Western: -0.8, Musical: -0.8,
    },
  },
  {
    name: 'silent and early film',
    share: 0.7,
    likes: { 'theme:silent': 2.6, '1920s': 1.4, '1930s': 1.5, '1940s': 0.3, 'by:Charlie Chaplin': 0.6, 'by:Buster Keaton': 0.6, Animation: -0.8 },
  },
];
