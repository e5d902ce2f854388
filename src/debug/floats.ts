/** Bits as IEEE 754 numbers, printed as C's `%.9g` and `%.17g`, which is what gdb does with float and double. */
import { toBytes } from '../base/u64.ts';

const SHAPES = {
  4: { digits: 9, fraction: 23n, exponent: 0xffn },
  8: { digits: 17, fraction: 52n, exponent: 0x7ffn },
} as const;

/** `1.5`, `1e+17`, `-inf`, `nan(0x8000000000000)`. */
export function floatText(bits: bigint, size: 4 | 8): string {
  const { digits, fraction, exponent } = SHAPES[size];
  const sign = bits >> BigInt(8 * size - 1) ? '-' : '';
  const mantissa = bits & ((1n << fraction) - 1n);
  if (((bits >> fraction) & exponent) === exponent)
    return sign + (mantissa === 0n ? 'inf' : `nan(0x${mantissa.toString(16)})`);
  const view = new DataView(toBytes(bits, size).buffer);
  const value = Math.abs(size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true));
  return sign + general(value, digits);
}

/** C's `%.Ng` of a number that is not negative. */
function general(value: number, digits: number): string {
  if (value === 0) return '0';
  const [mantissa, exponentText] = value.toExponential(digits - 1).split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < digits) return withoutZeroes(value.toPrecision(digits));
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${withoutZeroes(mantissa)}e${exponent < 0 ? '-' : '+'}${size}`;
}

const withoutZeroes = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
