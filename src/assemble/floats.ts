/**
 * Decimal floating-point numbers into bytes: in goes a number's text, out come the bytes of a binary format, rounded to
 * nearest, ties away from zero as gas's flonums are, from the exact value. IEEE 754; the x87's 80-bit format keeps its leading one.
 */
export interface FloatFormat {
  /** In bytes. */
  readonly size: number;
  readonly exponentBits: number;
  /** Of the fraction, a leading one that is written out included. */
  readonly fractionBits: number;
  readonly hasLeadingOne: boolean;
}

const ieee = (size: number, exponentBits: number, fractionBits: number): FloatFormat => ({
  size,
  exponentBits,
  fractionBits,
  hasLeadingOne: false,
});

export const FLOAT_FORMATS = {
  half: ieee(2, 5, 10),
  bfloat16: ieee(2, 8, 7),
  single: ieee(4, 8, 23),
  double: ieee(8, 11, 52),
  extended: { size: 10, exponentBits: 15, fractionBits: 64, hasLeadingOne: true },
} as const satisfies Record<string, FloatFormat>;

/** `1.5`, `-.5e-3`, `inf`, `nan`, each with `0f`, `0d` … before it or without. */
const NUMBER = /(?:0[a-zA-Z])?([-+]?)(?:(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?|(inf(?:inity)?|nan))/iy;

export interface FloatText {
  readonly negative: boolean;
  readonly digits: bigint;
  /** Power of ten. */
  readonly exponent: number;
  readonly special?: 'inf' | 'nan';
}

/** Digits and exponents beyond these change no format's bytes but cost time. */
const MAX_EXPONENT = 20_000;

/** The number that begins at `at`, and where it ends; undefined when there is none. */
export function readFloat(text: string, at: number): { readonly value: FloatText; readonly end: number } | undefined {
  const special = /(?:0[a-zA-Z])?([-+]?)(inf(?:inity)?|nan)(?![\w.$])/iy;
  special.lastIndex = at;
  const word = special.exec(text);
  if (word !== null) {
    const kind = word[2]!.toLowerCase().startsWith('i') ? 'inf' : 'nan';
    return { value: { negative: word[1] === '-', digits: 0n, exponent: 0, special: kind }, end: special.lastIndex };
  }
  NUMBER.lastIndex = at;
  const match = NUMBER.exec(text);
  const [, sign, whole = '', fraction = '', power = '0'] = match ?? [];
  if (match === null || whole + fraction === '') return undefined;
  const exponent = Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, Number(power))) - fraction.length;
  return { value: { negative: sign === '-', digits: BigInt(whole + fraction), exponent }, end: NUMBER.lastIndex };
}

const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);

/** Rounded to the nearest integer, ties upwards. */
function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator - quotient * denominator);
  return twice >= denominator ? quotient + 1n : quotient;
}

/** The bytes, little-endian; undefined for a number that the format has no room for. */
export function floatBytes(
  { negative, digits, exponent, special }: FloatText,
  format: FloatFormat,
): number[] | undefined {
  const { exponentBits, fractionBits, hasLeadingOne } = format;
  const maximum = (1 << exponentBits) - 1;
  if (special !== undefined) {
    const quiet = special === 'nan' ? (1n << BigInt(fractionBits - (hasLeadingOne ? 1 : 0))) - 1n : 0n;
    const leading = hasLeadingOne ? 1n << BigInt(fractionBits - 1) : 0n;
    return pack(negative, maximum, leading | quiet, format);
  }
  if (digits === 0n) return pack(negative, 0, 0n, format);
  const numerator = exponent >= 0 ? digits * 10n ** BigInt(exponent) : digits;
  const denominator = exponent >= 0 ? 1n : 10n ** BigInt(-exponent);
  const bias = (1 << (exponentBits - 1)) - 1;
  // Bits of the significand, its leading one included.
  const precision = hasLeadingOne ? fractionBits : fractionBits + 1;
  let power = bitLength(numerator) - bitLength(denominator) - 1;
  if (scaled(numerator, denominator, -power - 1) >= 1n) power++;
  const isNormal = power >= 1 - bias;
  const shift = (isNormal ? power : 1 - bias) - (precision - 1);
  let significand =
    shift >= 0
      ? divideRounded(numerator, denominator << BigInt(shift))
      : divideRounded(numerator << BigInt(-shift), denominator);
  let biased = isNormal ? power + bias : 0;
  if (bitLength(significand) > precision) {
    significand >>= 1n;
    biased++;
  }
  if (!isNormal && bitLength(significand) === precision) biased = 1;
  if (biased >= maximum || significand === 0n) return undefined;
  const fraction = hasLeadingOne ? significand : BigInt.asUintN(fractionBits, significand);
  return pack(negative, biased, fraction, format);
}

const scaled = (numerator: bigint, denominator: bigint, shift: number): bigint =>
  shift >= 0 ? (numerator << BigInt(shift)) / denominator : numerator / (denominator << BigInt(-shift));

function pack(
  negative: boolean,
  biased: number,
  fraction: bigint,
  { size, exponentBits, fractionBits }: FloatFormat,
): number[] {
  const sign = negative ? 1n << BigInt(exponentBits + fractionBits) : 0n;
  const bits = sign | (BigInt(biased) << BigInt(fractionBits)) | fraction;
  return Array.from({ length: size }, (_, n) => Number((bits >> BigInt(8 * n)) & 0xffn));
}
