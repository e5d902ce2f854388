/**
 * How views mark what matters, and how wide they may be. Views ask a `Style` to mark parts and know no colours; `PLAIN` marks nothing.
 *
 * The subtle invariant: a mark adds escape sequences at most (`\x1b[…m`), which `visible`, `fit` and `wrap` take to be no columns wide.
 */
import Table from 'cli-table3';

export interface Style {
  /** Columns of a line. */
  readonly width: number;
  dim(text: string): string;
  bold(text: string): string;
  address(text: string): string;
  /** A value that differs from the one at the last stop. */
  changed(text: string): string;
  keyword(text: string): string;
  /** What the patcher put there. */
  alternative(text: string): string;
  /** A branch that is taken. */
  taken(text: string): string;
}

const same = (text: string): string => text;

export const PLAIN: Style = {
  width: 80,
  dim: same,
  bold: same,
  address: same,
  changed: same,
  keyword: same,
  alternative: same,
  taken: same,
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
const MARK = /\x1b\[[0-9;]*m/g;

/** Columns that a text takes. */
export const visible = (text: string): number => [...text.replace(MARK, '')].length;

/** Cut to a width, with `…` in the last column; marks behind the cut stay, so that each still ends. */
export function fit(text: string, width: number): string {
  if (visible(text) <= width) return text;
  let left = Math.max(0, width - 1);
  let out = '';
  let cut = false;
  // With a group, `split` keeps the marks.
  for (const part of text.split(new RegExp(`(${MARK.source})`))) {
    if (part.startsWith('\x1b[')) out += part;
    else if (!cut) {
      const characters = [...part];
      out += characters.slice(0, left).join('');
      if (characters.length > left) {
        out += width > 0 ? '…' : '';
        cut = true;
      }
      left = Math.max(0, left - characters.length);
    }
  }
  return out;
}

export const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - visible(text)));

/** Parts with blanks between them, on as many lines as it takes; lines but the first begin with `indent` blanks, and none is wider than the style. */
export function wrap(parts: readonly string[], { width }: Style, indent = 4, between = ' '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    if (part === '') continue;
    const longer = line === '' ? part : `${line}${between}${part}`;
    if (line === '' || visible(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = ' '.repeat(indent) + part;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((text) => fit(text.trimEnd(), width));
}

/** A sentence, wrapped between its words; blanks that it begins with stay. */
export function paragraph(text: string, style: Style, indent = 4): string[] {
  const words = text.trimStart().split(' ');
  const blanks = text.length - text.trimStart().length;
  return wrap([' '.repeat(blanks) + words[0]!, ...words.slice(1)], style, indent);
}

/** Columns parted by two blanks; cut where they don't fit. Rows may have cells of one line only. */
export function table(
  rows: readonly (readonly string[])[],
  style: Style,
  { head = [], right = [] }: { readonly head?: readonly string[]; readonly right?: readonly number[] } = {},
): string[] {
  if (rows.length === 0) return [];
  const columns = Math.max(head.length, ...rows.map((row) => row.length));
  const made = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    chars: { ...PLAIN_BORDERS, middle: '  ' },
    colAligns: Array.from({ length: columns }, (_, i) => (right.includes(i) ? 'right' : 'left')),
  });
  made.push(...rows.map((row) => Array.from({ length: columns }, (_, i) => row[i] ?? '')));
  return made
    .toString()
    .split('\n')
    .map((line) => fit(line.trimEnd(), style.width));
}

/** Columns parted by blanks: reads in a mail and survives quoting. */
export const PLAIN_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
  mid: '',
  'mid-mid': '',
  middle: ' ',
};

/** `── registers ──────`, as wide as the style. */
export const rule = (title: string, style: Style): string => {
  const line = `── ${title} `;
  return style.dim(fit(line + '─'.repeat(Math.max(0, style.width - visible(line))), style.width));
};
