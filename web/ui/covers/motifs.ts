// One kind of drawing per genre, a few of each. They fill a w x h field to its edges and hold no text.
import { circle, ellipse, group, half, n, path, polygon, rect, times } from './draw.ts';
import type { Point } from './draw.ts';
import type { Genre, Palette } from './genres.ts';
import type { Random } from './seed.ts';

/** Draws the same for the same numbers from `random`. */
export type Motif = (random: Random, w: number, h: number, palette: Palette) => string;

/** Long enough to leave any field. */
const FAR = 420;
const { PI, abs, cos, floor, hypot, min, max, sin, sqrt } = Math;

/** A wedge of light from one point. */
const ray = (x: number, y: number, from: number, to: number, fill: string): string =>
  polygon(
    [
      [x, y],
      [x + cos(from) * FAR, y + sin(from) * FAR],
      [x + cos(to) * FAR, y + sin(to) * FAR],
    ],
    fill,
  );

const shards: Motif = (random, w, h, { a, b }) => {
  const x = w * (0.62 + random() * 0.5);
  const y = h * (0.15 + random() * 0.5);
  return times(8, (i) => {
    const angle = PI * (0.48 + i * 0.16);
    return ray(x, y, angle, angle + 0.05 + (i % 3) * 0.075, i % 3 === 1 ? b : a);
  });
};

const speedBars: Motif = (random, w, h, { a, b }) => {
  const t = h / 5;
  return times(5, (i) => {
    const x = w * (0.05 + ((i * 0.37 + random() * 0.15) % 0.6));
    const length = w * (0.35 + random() * 0.6);
    const [top, bottom] = [i * t + t * 0.18, i * t + t * 0.86];
    return polygon(
      [
        [x, top],
        [x + length, top],
        [x + length - t * 0.5, bottom],
        [x - t * 0.5, bottom],
      ],
      i === 2 ? b : a,
    );
  });
};

const splinters: Motif = (random, w, h, { a, b }) => {
  const c = w * (0.4 + random() * 0.2);
  const y = h * 0.52;
  return (
    polygon([[0, h * 0.2], [c, h * 0.02], [c * 0.72, h * 0.5], [0, h * 0.62]], a) +
    polygon([[w, h * 0.05], [c * 1.12, h * 0.34], [c * 0.92, h], [w, h * 0.8]], b) +
    polygon([[c * 0.7, y], [c * 1.05, y * 0.8], [c * 0.86, h], [c * 0.2, h]], a)
  );
};

const ridges: Motif = (random, w, h, { a, b, ink }) => {
  const sun = w * (0.25 + random() * 0.5);
  const peak = w * (0.3 + random() * 0.4);
  return (
    circle(sun, h * 0.36, h * 0.2, a) +
    polygon([[-20, h], [peak - w * 0.28, h * 0.46], [peak, h * 0.7], [w * 0.86, h * 0.36], [w + 40, h]], b) +
    polygon([[-30, h], [w * 0.2, h * 0.72], [w * 0.5, h * 0.94], [w * 0.68, h * 0.78], [w + 30, h]], ink)
  );
};

const rings: Motif = (random, w, h, { ground, a, b }) => {
  const x = w * (0.3 + random() * 0.4);
  return (
    times(7, (i) => circle(x, h, (7 - i) * h * 0.135, i % 2 ? ground : b)) + circle(x, h, h * 0.135, a)
  );
};

const bouncingBall: Motif = (_random, w, h, { a, b }) => {
  const r = h * 0.17;
  const floorY = h * 0.9;
  return (
    rect(0, floorY, w, h * 0.1, b) +
    times(5, (i) => {
      const t = i / 4;
      const y = floorY - r - abs(sin(t * PI * 1.5 + 0.3)) * h * 0.5;
      return circle(w * (0.12 + t * 0.74), y, r, a, { opacity: i === 4 ? undefined : 0.14 + i * 0.14 });
    })
  );
};

const onionSkin: Motif = (random, w, h, { a, b }) =>
  times(5, (i) => {
    const last = i === 4;
    const turn = i * 16 + random() * 4;
    return rect(-60, -60, 120, 120, last ? a : b, {
      opacity: last ? 1 : 0.16 + i * 0.2,
      rx: 6 + i * 10,
      transform: `translate(${n(w * (0.22 + i * 0.15))} ${n(h * (0.34 + i * 0.09))}) rotate(${n(turn)}) scale(${n(h / 330)})`,
    });
  });

const creature: Motif = (random, w, h, { a, b, ink }) =>
  half(w * 0.28, h * 0.98, h * 0.36, 0, b) +
  half(w * 0.74, h * 0.98, h * 0.56, 0, a) +
  circle(w * 0.64, h * 0.66, h * 0.055, ink) +
  circle(w * 0.84, h * 0.66, h * 0.055, ink) +
  circle(w * 0.3, h * 0.22 + random() * 10, h * 0.1, b);

const buildingBlocks: Motif = (random, w, h, { a, b, ink }) => {
  const c = w / 4;
  const rows = Math.ceil(h / c);
  const colours = [a, b, ink];
  return times(rows, (row) =>
    times(4, (column) => {
      const shape = floor(random() * 5);
      const fill = colours[floor(random() * 3)];
      const x = column * c;
      const y = h - rows * c + row * c;
      switch (shape) {
        case 0:
          return '';
        case 1:
          return circle(x + c / 2, y + c / 2, c / 2, fill);
        case 2:
          return path(['M', x, y, 'h', c, 'a', c, c, 0, 0, 1, -c, c, 'z'], fill);
        case 3:
          return polygon([[x, y + c], [x + c, y + c], [x + c / 2, y]], fill);
        default:
          return path(['M', x, y + c, 'a', c, c, 0, 0, 1, c, -c, 'v', c, 'z'], fill);
      }
    }),
  );
};

const grin: Motif = (random, w, h, { a, ink }) => {
  const tilt = -14 + random() * 28;
  const r = min(w, h * 1.2) * 0.36;
  return group(
    `rotate(${n(tilt)} ${n(w / 2)} ${n(h / 2)})`,
    half(w / 2, h * 0.5, r, 180, a) +
      circle(w / 2 - r * 0.55, h * 0.26, r * 0.2, ink) +
      circle(w / 2 + r * 0.55, h * 0.26, r * 0.2, ink),
  );
};

const halfDiscs: Motif = (random, w, h, { a, b, ink }) => {
  const r = w / 6;
  return times(Math.ceil(h / r), (y) =>
    times(3, (x) => {
      const hit = (x * 2 + y * 3 + floor(random() * 2)) % 5 === 0;
      return half(r + x * 2 * r, h - y * r, r * 0.96, 0, hit ? a : y % 2 ? b : ink);
    }),
  );
};

const shapes: Motif = (random, w, h, { a, b, ink }) => {
  const r = h * 0.3;
  const y = h * 0.5;
  return (
    circle(w * 0.28, y, r * 0.92, a) +
    polygon([[w * 0.5, y + r], [w * 0.5 + r * 2.1, y + r], [w * 0.5 + r * 1.05, y - r]], b) +
    circle(w * (0.5 + random() * 0.1), y - r * 1.02, r * 0.3, ink)
  );
};

const roundel: Motif = (_random, w, h, { ground, a, b, ink }) => {
  const fills = [a, ground, b, ground, a, ink];
  return times(6, (i) => circle(w * 0.5, h - i * h * 0.01, (6 - i) * h * 0.16, fills[i]));
};

const fingerprint: Motif = (random, w, h, { a, ink }) => {
  const cx = w * (0.42 + random() * 0.16);
  const cy = h * 0.55;
  return times(8, (k) => {
    const i = k + 1;
    const r = i * h * 0.075;
    const length = 2 * PI * r;
    const gap = length * (0.05 + random() * 0.12);
    return ellipse(cx, cy, r * 0.8, r, 'none', {
      stroke: i === 4 ? a : ink,
      'stroke-width': h * 0.028,
      'stroke-linecap': 'round',
      'stroke-dasharray': `${n(length * 0.55 - gap)} ${n(gap)}`,
      transform: `rotate(${-24 + i * 9} ${n(cx)} ${n(cy)})`,
    });
  });
};

const cut: Motif = (random, w, h, { a, b, ink }) => {
  const x = w * (0.3 + random() * 0.25);
  const at = (dx: number, dy: number) =>
    `translate(${n(x + dx)} ${n(h * 0.5 + dy)}) scale(${n(h / 200)}) rotate(-22)`;
  return (
    group(at(0, 0), rect(-95, -58, 96, 116, a)) +
    group(at(h * 0.14, h * 0.1), rect(10, -58, 96, 116, b)) +
    group(at(0, 0), rect(-2, -160, 5, 330, ink))
  );
};

const target: Motif = (_random, w, h, { ground, a, b, ink }) => {
  const [cx, cy, r] = [w * 0.5, h * 0.52, h * 0.36];
  return (
    circle(cx, cy, r, b) +
    circle(cx, cy, r * 0.68, ground) +
    circle(cx, cy, r * 0.36, a) +
    rect(cx - 2, 0, 4, h, ink) +
    rect(0, cy - 2, w, 4, ink)
  );
};

const viewfinder: Motif = (random, w, h, { a, ink }) => {
  const corner = (x: number, y: number, sx: number, sy: number) =>
    path(['M', 0, 26, 'V', 0, 'H', 26], 'none', {
      stroke: ink,
      'stroke-width': 5,
      transform: `translate(${n(x)} ${n(y)}) scale(${sx} ${sy})`,
    });
  return (
    corner(22, 22, 1, 1) +
    corner(w - 22, 22, -1, 1) +
    corner(22, h - 11, 1, -1) +
    corner(w - 22, h - 11, -1, -1) +
    circle(w * (0.4 + random() * 0.2), h * 0.52, h * 0.16, a)
  );
};

const halftone: Motif = (random, w, h, { a, ink }) => {
  const g = w / 9;
  return times(Math.ceil(h / g), (y) =>
    times(9, (x) => {
      const away = hypot(x / 9 - 0.4 - random() * 0.02, (y * g) / h - 0.5);
      return circle(g * (x + 0.5), g * (y + 0.5), g * max(0.06, 0.5 - away * 0.62), away < 0.12 ? a : ink);
    }),
  );
};

const splitDisc: Motif = (random, w, h, { a, b }) => {
  const r = min(w * 0.4, h * 0.38);
  const [cx, cy] = [w * 0.5, h * 0.52];
  const slip = r * (0.22 + random() * 0.3);
  return half(cx, cy, r, -90, b) + half(cx, cy + slip * 0.8, r, 90, a);
};

const arches: Motif = (random, w, h, { ground, a, b }) => {
  const cx = w * (0.38 + random() * 0.24);
  return times(5, (i) => {
    const r = w * 0.46 * (1 - i / 5);
    const top = h * 0.12 + i * h * 0.1;
    const fill = i === 4 ? a : i % 2 ? ground : b;
    return path(['M', cx - r, h, 'V', top + r, 'a', r, r, 0, 0, 1, 2 * r, 0, 'V', h, 'z'], fill);
  });
};

const bars: Motif = (random, w, h, { a, b }) => {
  const g = w / 7;
  const hot = 2 + floor(random() * 4);
  return times(7, (i) => {
    const top = h * (0.16 + abs(i - hot) * 0.1 + random() * 0.06);
    return rect(i * g + g * 0.16, i === hot ? h * 0.06 : top, g * 0.68, h, i === hot ? a : b);
  });
};

const horizon: Motif = (random, w, h, { ground, a, b }) => {
  const cx = w * (0.3 + random() * 0.4);
  const y = h * 0.62;
  const r = h * 0.4;
  return (
    circle(cx, y, r, a) +
    rect(0, y, w, h, ground) +
    times(5, (i) => {
      const width = r * (1.9 - i * 0.3);
      return rect(cx - width / 2, y + h * 0.03 + i * h * 0.075, width, h * (0.042 - i * 0.005), b);
    })
  );
};

const moon: Motif = (random, w, h, { ground, a, b, ink }) => {
  const [cx, cy, r] = [w * (0.4 + random() * 0.2), h * 0.46, h * 0.32];
  const stars = times(7, () => {
    const x = w * (0.08 + random() * 0.86);
    const y = h * (0.06 + random() * 0.7);
    const q = 3 + random() * 7;
    if (hypot(x - cx, y - cy) < r * 1.15 && x < cx + r * 0.1) return ''; // not on the moon
    const s = q * 0.16;
    return path(['M', 0, -q, 'Q', s, -s, q, 0, 'Q', s, s, 0, q, 'Q', -s, s, -q, 0, 'Q', -s, -s, 0, -q, 'Z'], ink, {
      transform: `translate(${n(x)} ${n(y)})`,
    });
  });
  return (
    circle(cx, cy, r, a) +
    circle(cx + r * 0.42, cy - r * 0.2, r * 0.86, ground) +
    stars +
    half(w * 0.2, h * 1.02, w * 0.42, 0, b) +
    half(w * 0.86, h * 1.02, w * 0.3, 0, b)
  );
};

const rays: Motif = (random, w, h, { ground, a, b }) => {
  const cx = w * 0.5;
  return (
    times(13, (i) => ray(cx, h, PI * (1 + i / 13), PI * (1 + (i + 0.5) / 13), b)) +
    half(cx, h, h * 0.52, 0, ground) +
    half(cx, h, h * 0.42, 0, a) +
    half(cx, h, h * (0.16 + random() * 0.1), 0, ground)
  );
};

const blinds: Motif = (random, w, h, { ground, a }) => {
  const t = h / 8;
  const skew = w * (0.1 + random() * 0.12);
  return (
    times(8, (i) => {
      const y = i * t + t * 0.1;
      const left = w * 0.16 + (skew * i) / 8;
      const right = w * 0.92 + (skew * i * 0.4) / 8;
      return polygon(
        [
          [left, y + skew * 0.5],
          [right, y],
          [right, y + t * 0.52],
          [left, y + t * 0.52 + skew * 0.5],
        ],
        a,
      );
    }) + polygon([[w * 0.4, 0], [w * 0.47, 0], [w * 0.57, h], [w * 0.5, h]], ground)
  );
};

/** Somebody in a hat, under a street lamp. */
const lamp: Motif = (random, w, h, { ground, a, b }) => {
  const x = w * (0.12 + random() * 0.1);
  return (
    polygon([[x, 0], [x + w * 0.12, 0], [w * 1.1, h], [w * 0.12, h]], b) +
    polygon([[x + w * 0.02, 0], [x + w * 0.1, 0], [w * 0.86, h], [w * 0.34, h]], a) +
    rect(w * 0.54, h * 0.58, w * 0.13, h, ground) +
    circle(w * 0.605, h * 0.52, w * 0.062, ground) +
    rect(w * 0.5, h * 0.475, w * 0.21, h * 0.028, ground) +
    rect(w * 0.55, h * 0.4, w * 0.11, h * 0.09, ground)
  );
};

const teeth: Motif = (random, w, h, { a }) => {
  const points: Point[] = [[-5, -5]];
  const gap = w / 7;
  for (let i = 0; i <= 7; i++) {
    points.push([gap * i, h * (0.12 + random() * 0.1)]);
    if (i < 7) points.push([gap * (i + 0.5) + (random() - 0.5) * 10, h * (0.42 + random() * 0.52)]);
  }
  return polygon([...points, [w + 5, -5]], a);
};

const eye: Motif = (_random, w, h, { a, ink }) => {
  const [cx, cy, r, lid] = [w / 2, h * 0.52, w * 0.42, h * 0.5];
  const [sx, sy] = [h * 0.07, h * 0.17];
  return (
    path(['M', cx - r, cy, 'Q', cx, cy - lid, cx + r, cy, 'Q', cx, cy + lid, cx - r, cy, 'Z'], ink) +
    circle(cx, cy, h * 0.2, a) +
    path(['M', cx, cy - sy, 'q', sx, sy, 0, 2 * sy, 'q', -sx, -sy, 0, -2 * sy, 'z'], '#0E0D0D')
  );
};

const drips: Motif = (random, w, h, { a }) => {
  const t = w * 0.085;
  return (
    times(6, (i) => rect(w * (0.02 + i * 0.165), -10, t, h * (0.34 + random() * 0.6), a, { rx: t / 2 })) +
    rect(0, 0, w, h * 0.14, a)
  );
};

const frames: Motif = (_random, w, h, { ground, a, b }) =>
  times(5, (i) => {
    const f = 1 - i * 0.19;
    const fill = i % 2 ? ground : i === 4 ? a : b;
    return rect(w / 2 - w * 0.44 * f, h * 0.52 - h * 0.4 * f, w * 0.88 * f, h * 0.8 * f, fill);
  });

const notes: Motif = (random, w, h, { a, b }) => {
  const g = w / 7;
  return times(7, (i) => {
    const y = h * (0.18 + abs(sin(i * 1.1 + random() * 0.8)) * 0.5);
    const fill = i % 3 === 1 ? a : b;
    return rect(g * (i + 0.5) + g * 0.26, y, g * 0.14, h, fill) + circle(g * (i + 0.5), y, g * 0.4, fill);
  });
};

const waves: Motif = (random, w, h, { a, b }) =>
  times(5, (i) => {
    const y = h * (0.22 + i * 0.16);
    return path(['M', -10, y, 'C', w * 0.3, y - h * 0.34, w * 0.6, y + h * 0.34, w + 10, y - h * 0.04], 'none', {
      stroke: i === 2 ? a : b,
      'stroke-width': h * 0.05,
    });
  }) + circle(w * (0.3 + random() * 0.4), h * 0.52, h * 0.13, a);

const keyhole: Motif = (random, w, h, { a, b }) => {
  const [cx, cy] = [w * (0.4 + random() * 0.2), h * 0.44];
  return (
    times(5, (i) => circle(cx, cy, (5 - i) * h * 0.16, 'none', { stroke: b, 'stroke-width': h * 0.03 })) +
    circle(cx, cy, h * 0.17, a) +
    polygon(
      [
        [cx - h * 0.07, cy + h * 0.05],
        [cx + h * 0.07, cy + h * 0.05],
        [cx + h * 0.15, h * 0.94],
        [cx - h * 0.15, h * 0.94],
      ],
      a,
    )
  );
};

const door: Motif = (random, w, h, { ground, a, b }) => {
  const x = w * (0.3 + random() * 0.14);
  return (
    rect(x, h * 0.08, w * 0.34, h * 0.74, b) +
    polygon([[x, h * 0.08], [x + w * 0.2, h * 0.17], [x + w * 0.2, h * 0.9], [x, h * 0.82]], ground) +
    polygon([[x + w * 0.2, h * 0.82], [x + w * 0.34, h * 0.82], [w * 1.05, h], [x + w * 0.12, h]], a) +
    rect(x + w * 0.2, h * 0.08, w * 0.14, h * 0.74, a)
  );
};

const twoDiscs: Motif = (random, w, h, { a, b, ink }) => {
  const r = min(w * 0.3, h * 0.34);
  const d = r * (0.5 + random() * 0.2);
  const [cx, cy, y] = [w / 2, h * 0.52, sqrt(r * r - d * d)];
  return (
    circle(cx - d, cy, r, a) +
    circle(cx + d, cy, r, b) +
    path(['M', cx, cy - y, 'A', r, r, 0, 0, 1, cx, cy + y, 'A', r, r, 0, 0, 1, cx, cy - y, 'Z'], ink)
  );
};

const heart: Motif = (random, w, h, { a, b }) => {
  const [q, cx, cy] = [h * 0.3, w * 0.5, h * 0.2];
  const side = (sign: number, fill: string) =>
    path(
      [
        ...['M', cx, cy + q * 0.35, 'V', cy + q * 2.2],
        ...['C', cx + sign * q * 2.4, cy + q * 0.9, cx + sign * q * 1.1, cy - q * 0.9, cx, cy + q * 0.35, 'Z'],
      ],
      fill,
    );
  return group(
    `rotate(${n(-8 + random() * 16)} ${n(cx)} ${n(h / 2)})`,
    side(-1, a) + group(`translate(${n(q * 0.14)} ${n(q * 0.16)})`, side(1, b)),
  );
};

const arcs: Motif = (_random, w, h, { ground, a, b }) => {
  const outer = min(w * 0.46, h * 0.9);
  const shift = outer * 0.25;
  const cx = w / 2;
  return times(4, (i) => {
    const r = outer * (1 - i * 0.25);
    const left = path(['M', cx - r, h, 'A', r, r, 0, 0, 1, cx, h - r, 'V', h, 'Z'], i % 2 ? ground : a);
    if (r <= shift) return left;
    const q = r - shift;
    return left + path(['M', cx, h, 'V', h - q, 'A', q, q, 0, 0, 1, cx + q, h, 'Z'], i % 2 ? ground : b);
  });
};

const eclipses: Motif = (random, w, h, { ground, a, b }) => {
  const cx = w * (0.5 + (random() - 0.5) * 0.2);
  return times(6, (k) => {
    const i = 6 - k;
    return circle(cx, h * 0.5 + k * h * 0.028, i * h * 0.105, i % 2 ? ground : i === 2 ? a : b);
  });
};

const saucer: Motif = (random, w, h, { a, b, ink }) => {
  const x = w * (0.3 + random() * 0.4);
  return (
    polygon([[x - 5, h * 0.06], [x + 5, h * 0.06], [w * 0.98, h], [w * 0.02, h]], b) +
    ellipse(x, h * 0.18, w * 0.26, h * 0.06, a) +
    half(x, h * 0.17, h * 0.1, 0, ink) +
    circle(w * 0.5, h * 0.9, h * 0.03, ink)
  );
};

const orbits: Motif = (random, w, h, { a, b, ink }) => {
  const [cx, cy] = [w * (0.42 + random() * 0.16), h * 0.52];
  const ovals = times(4, (i) =>
    ellipse(cx, cy, w * 0.16 * (i + 1), w * 0.055 * (i + 1), 'none', { stroke: b, 'stroke-width': 3 }),
  );
  return group(
    `rotate(${n(-30 + random() * 60)} ${n(cx)} ${n(cy)})`,
    ovals + circle(cx + w * 0.32, cy, w * 0.03, ink) + circle(cx, cy, h * 0.2, a),
  );
};

const planets: Motif = (random, w, h, { a, b, ink }) =>
  circle(w / 2, h * 0.98, h * 0.44, b) +
  circle(w / 2, h * 0.44, h * 0.15, a) +
  circle(w / 2, h * 0.13, h * (0.04 + random() * 0.03), ink);

const horizonGrid: Motif = (random, w, h, { a, b }) => {
  const y = h * 0.5;
  const cx = w * (0.35 + random() * 0.3);
  const stroke = { stroke: b, 'stroke-width': 2.4 };
  return (
    half(cx, y, h * 0.34, 0, a) +
    times(19, (i) => path(['M', cx + (i - 9) * 5, y, 'L', cx + (i - 9) * 46, h], 'none', stroke)) +
    times(6, (i) => rect(0, y + (h - y) * (i / 5.4) ** 1.9, w, 2.4, b))
  );
};

const eclipse: Motif = (random, w, h, { ground, a, ink }) => {
  const [r, cx, cy] = [h * 0.42, w * (0.42 + random() * 0.2), h * 0.52];
  return (
    circle(cx, cy, r, a) +
    circle(cx + r * 0.24, cy - r * 0.1, r * 0.92, ground) +
    rect(0, cy - 1.5, w, 3, ink) +
    circle(w * 0.82, cy, h * 0.05, ink)
  );
};

const monolith: Motif = (random, w, h, { a, b, ink }) => {
  const x = w * (0.4 + random() * 0.16);
  return (
    circle(x + w * 0.09, h * 0.42, h * 0.3, a) +
    rect(x, h * 0.1, w * 0.18, h * 0.9, ink) +
    rect(0, h * 0.94, w, h * 0.06, b)
  );
};

const spiral: Motif = (random, w, h, { a, b }) => {
  const [cx, cy] = [w * (0.42 + random() * 0.16), h * 0.54];
  const line: (string | number)[] = [];
  for (let i = 0; i < 150; i++) {
    const r = 2 + i * h * 0.0039;
    line.push(i ? 'L' : 'M', cx + cos(i * 0.19) * r, cy + sin(i * 0.19) * r);
  }
  return (
    path(line, 'none', { stroke: a, 'stroke-width': h * 0.045, 'stroke-linecap': 'round' }) +
    circle(cx, cy, h * 0.045, b)
  );
};

const turningSquares: Motif = (_random, w, h, { ground, a, b }) =>
  times(8, (i) => {
    const q = h * 0.46 * 0.78 ** i;
    return rect(-q, -q, 2 * q, 2 * q, i === 7 ? b : i % 2 ? ground : a, {
      transform: `translate(${n(w * 0.5)} ${n(h * 0.52)}) rotate(${i * 9})`,
    });
  });

const blade: Motif = (random, w, h, { a, b }) => {
  const y = h * (0.5 + random() * 0.14);
  return (
    polygon([[0, 0], [w, 0], [w, y * 0.5], [0, y]], a) +
    polygon([[0, y + h * 0.1], [w, y * 0.5 + h * 0.1], [w, y * 0.5 + h * 0.16], [0, y + h * 0.16]], b) +
    circle(w * 0.76, h * 0.82, h * 0.09, a)
  );
};

const ranks: Motif = (random, w, h, { a, b }) => {
  const hot = floor(random() * 20);
  return times(20, (i) => {
    const x = w * (0.1 + (i % 5) * 0.19);
    const y = h * (0.12 + floor(i / 5) * 0.235);
    return polygon(
      [
        [x, y],
        [x + w * 0.06, y],
        [x + w * 0.1, y + h * 0.17],
        [x + w * 0.04, y + h * 0.17],
      ],
      i === hot ? a : b,
    );
  });
};

const chevrons: Motif = (_random, w, h, { a, b }) =>
  times(4, (i) => {
    const y = h * (0.12 + i * 0.22);
    const t = h * 0.11;
    const side = y + h * 0.26;
    return polygon([[0, side], [w / 2, y], [w, side], [w, side + t], [w / 2, y + t], [0, side + t]], i === 1 ? a : b);
  });

const searchlights: Motif = (random, w, h, { a, b }) => {
  const cx = w * (0.35 + random() * 0.3);
  return (
    times(9, (i) => ray(cx, h, PI * (1.04 + i * 0.107), PI * (1.04 + i * 0.107) + 0.16, b)) +
    half(cx, h, h * 0.42, 0, a)
  );
};

const mesa: Motif = (random, w, h, { a, b }) => {
  const y = h * 0.72;
  return (
    circle(w * (0.3 + random() * 0.4), h * 0.6, h * 0.3, a) +
    rect(0, y, w, h, b) +
    polygon([[w * 0.58, y], [w * 0.62, h * 0.44], [w * 0.88, h * 0.44], [w * 0.94, y]], b) +
    polygon([[0, y], [0, h * 0.56], [w * 0.16, h * 0.56], [w * 0.22, y]], b)
  );
};

const sunset: Motif = (_random, w, h, { ground, a, b }) => {
  const [cx, y] = [w / 2, h * 0.8];
  return (
    half(cx, y, h * 0.5, 0, a) +
    times(4, (i) => rect(0, h * (0.71 - i * 0.1), w, h * (0.045 - i * 0.009), ground)) +
    rect(0, y, w, h * 0.2, b) +
    polygon([[cx - 3, y], [cx + 3, y], [cx + 22, h], [cx - 22, h]], ground)
  );
};

const plainFrame: Motif = (random, w, h, { a, b }) =>
  rect(w * 0.14, h * 0.2, w * 0.72, h * 0.6, 'none', { stroke: b, 'stroke-width': 4 }) +
  rect(w * 0.14, h * 0.2, w * (0.1 + random() * 0.4), h * 0.6, a);

export const MOTIFS: Readonly<Record<Genre, readonly Motif[]>> = {
  Action: [shards, speedBars, splinters],
  Adventure: [ridges, rings],
  Animation: [bouncingBall, onionSkin, creature],
  Children: [buildingBlocks],
  Comedy: [grin, halfDiscs, shapes, roundel],
  Crime: [fingerprint, cut, target],
  Documentary: [viewfinder, halftone],
  Drama: [splitDisc, arches, bars, horizon],
  Fantasy: [moon, rays],
  'Film-Noir': [blinds, lamp],
  Horror: [teeth, eye, drips],
  IMAX: [frames],
  Musical: [notes, waves],
  Mystery: [keyhole, door],
  Romance: [twoDiscs, heart, arcs],
  'Sci-Fi': [eclipses, saucer, orbits, planets, horizonGrid, eclipse, monolith],
  Thriller: [spiral, turningSquares, blade],
  War: [ranks, chevrons, searchlights],
  Western: [mesa, sunset],
};

/** For a film without a genre that we know: the frame rule. */
export const NO_GENRE_MOTIFS: readonly Motif[] = [plainFrame];
