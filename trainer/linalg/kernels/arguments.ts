import { ARGUMENTS } from '../layout';

/*
 * The arguments of the job at hand. They are doubles, which hold every address, count and factor exactly. Addresses and
 * counts are both usize here: what is added up from them stays one type.
 */

export function size(place: usize): usize {
  return <usize>load<f64>(<usize>ARGUMENTS + (place << 3));
}

export function real(place: usize): f64 {
  return load<f64>(<usize>ARGUMENTS + (place << 3));
}
