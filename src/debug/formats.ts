/**
 * `/8xg` and the like: a count, letters for the format and the size, as `print` and `x` read them (gdb/printcmd.c, decode_format).
 */

/** Bytes by letter. */
export const SIZES = { b: 1, h: 2, w: 4, g: 8 } as const;
export type SizeLetter = keyof typeof SIZES;

export interface Format {
  /** Any lower-case letter but those of sizes; which ones mean something is found out where a value is printed. */
  readonly letter?: string;
  readonly size?: SizeLetter;
  /** 1 where none is given; negative: backwards. */
  readonly count: number;
}

/** What the last `print` or `x` used; both go on from there. */
export interface Formats {
  /** undefined: none has been given yet. */
  letter: string | undefined;
  size: SizeLetter;
  /** How many a bare `x` shows. */
  count: number;
  /** Where `x` goes on, and whether it may. */
  next: bigint | undefined;
}

export const newFormats = (): Formats => ({ letter: undefined, size: 'w', count: 1, next: undefined });

const FORMAT = /^(-?)(\d*)([a-z]*)\s*/;

export interface ParsedFormat {
  readonly format: Format;
  /** Of the text, what follows the format and spaces: the expression. */
  readonly rest: string;
}

/** The text behind the slash. Nothing is wrong here yet; the commands say what they can't use. */
export function parseFormat(text: string): ParsedFormat {
  const [whole, minus, digits, letters] = FORMAT.exec(text) as unknown as [string, string, string, string];
  let letter: string | undefined;
  let size: SizeLetter | undefined;
  for (const l of letters) {
    if (l in SIZES) size = l as SizeLetter;
    else if (l !== 'r') letter = l;
  }
  const count = (minus ? -1 : 1) * (digits === '' ? 1 : Math.min(Number(digits), 0x7fffffff));
  const format = { count, ...(letter !== undefined && { letter }), ...(size !== undefined && { size }) };
  return { format, rest: text.slice(whole.length) };
}

/** Why a command that prints one value can't use a format; undefined: it can. */
export function singleFormatProblem({ letter, size, count }: Format, command: string): string | undefined {
  if (size !== undefined) return `Size letters are meaningless in "${command}" command.`;
  if (count !== 1) return `Item count other than 1 is meaningless in "${command}" command.`;
  if (letter === 'i') return `Format letter "i" is meaningless in "${command}" command.`;
  return undefined;
}
