/**
 * Numbers and strings as gas writes them (gas manual, 3.6): in goes a token's text, out comes its value.
 */

/** An error of meaning inside a statement whose grammar is right: `08`, `(%rax,%rbx,3)`. Never leaves parse.ts. */
export class StatementError extends Error {}

/** `0x1F`, `0b101`, `017`, `15`, each with a C suffix (`UL`) or without. Not truncated: `.octa` takes 128 bits. */
export function parseInteger(image: string): bigint {
  const digits = image.replace(/^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+).*$/, '$1');
  if (!/^0\d/.test(digits)) return BigInt(digits);
  const bad = /[89]/.exec(digits);
  if (bad) throw new StatementError(`junk at end of line, first unrecognized character is \`${bad[0]}'`);
  return BigInt(`0o${digits.slice(1)}`);
}

const ESCAPES: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9, '"': 34, '\\': 92 };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The bytes of a quoted string (quotes included in `image`), escapes resolved: `\b \f \n \r \t \" \\`, up to three digits
 * taken as octal (gas lets 8 and 9 pass), `\x` with any number of hex digits of which the last two count. An unknown escape stands for its character.
 */
export function parseString(image: string): { bytes: Uint8Array; text: string } {
  const body = image.slice(1, -1);
  const bytes: number[] = [];
  for (const [, octal, hex, escaped, plain] of body.matchAll(/\\([0-9]{1,3})|\\[xX]([0-9a-fA-F]*)|\\(.)|([^\\]+)/gsu)) {
    if (octal !== undefined) bytes.push([...octal].reduce((sum, digit) => 8 * sum + Number(digit), 0) & 0xff);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex.slice(-2) || '0', 16));
    else if (escaped !== undefined && ESCAPES[escaped] !== undefined) bytes.push(ESCAPES[escaped]);
    else bytes.push(...encoder.encode(escaped ?? plain ?? ''));
  }
  const array = Uint8Array.from(bytes);
  return { bytes: array, text: decoder.decode(array) };
}

/** The code of the escaped character at the beginning of `text` (behind the backslash), as in `'\n`. */
export const escapeCode = (char: string): number => ESCAPES[char] ?? char.charCodeAt(0);
