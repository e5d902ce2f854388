/**
 * Reading `.file`, `.loc` and `.loc_mark_labels`: in goes their text, out come entries of the line table's state
 * (line-table.ts), or what is wrong with them. gas manual, 7.53, 7.60 and 7.61.
 */
import { type Assembly, fail } from './assembly.ts';
import { demandEnd, peek, type TextReader, takeName, takeNumber, takeString } from './directive-text.ts';
import { addRow, type LineFile, type LineState, type View } from './line-table.ts';
import { atEnd, type Cursor, readName, skipBlanks } from './macro-arguments.ts';
import { newSymbol, symbolMentioned } from './symbols.ts';

const MOST_FILES = 1n << 28n;

/** `.file "name"` is a symbol of type FILE, the first of them before all others; `.file 1 "name"` belongs to the lines. */
const file: TextReader = (asm, c) => {
  skipBlanks(c);
  if (!atEnd(c) && peek(c) !== '"') return numberedFile(asm, c, takeNumber(asm, c) ?? 0n);
  const name = takeString(c)?.text;
  if (name === undefined) return fail(asm, 'missing string');
  const symbol = newSymbol(name, asm.place, false, { kind: 'value', value: { kind: 'int', value: 0n } });
  symbol.type = 'file';
  const { all } = asm.symbols;
  if (all[0]?.type === 'file') all.push(symbol);
  else all.unshift(symbol);
  demandEnd(asm, c);
};

function numberedFile(asm: Assembly, c: Cursor, number: bigint): void {
  const { lines } = asm;
  skipBlanks(c);
  if (number < 0n) return fail(asm, 'file number less than one');
  let name = takeString(c)?.text;
  if (name === undefined) return fail(asm, 'missing string');
  if (number > MOST_FILES) return fail(asm, `file number ${number} is too big`);
  if (number === 0n) lines.version = 5;
  let directory: string | undefined;
  let md5: Uint8Array | undefined;
  if (lines.version === 5) {
    skipBlanks(c);
    const second = takeString(c)?.text;
    if (second !== undefined) [directory, name] = [name, second];
    md5 = takeSum(asm, c);
  }
  demandEnd(asm, c);
  enterFile(asm, Number(number), directory, name, md5);
}

const SUM = /\s*md5\b\s*(0[xX][\da-fA-F]+|\d+)?/y;

/** `md5 0x…`, the number stored with its lowest byte first. */
function takeSum(asm: Assembly, c: Cursor): Uint8Array | undefined {
  SUM.lastIndex = c.at;
  const found = SUM.exec(c.text);
  if (found === null) return undefined;
  c.at = SUM.lastIndex;
  const sum = BigInt(found[1] ?? 0);
  // What is a number of 64 bits is none that GNU as takes.
  if (sum >> 64n === 0n) {
    fail(asm, 'md5 value too small or not a constant');
    c.at = c.text.length;
  }
  return Uint8Array.from({ length: 16 }, (_, n) => Number((sum >> BigInt(8 * n)) & 0xffn));
}

function enterFile(
  asm: Assembly,
  number: number,
  directory: string | undefined,
  name: string,
  md5: Uint8Array | undefined,
): void {
  const { lines } = asm;
  const old = lines.files[number];
  // The directory of file 0 is the compilation's.
  const isMoved = number === 0 && directory !== undefined && directory !== lines.directories[0];
  if (isMoved && old === undefined) {
    if (lines.directories.length > 1) return fail(asm, "`.file 0' behind other directories is not supported");
    lines.directories[0] = directory;
  }
  const entry: LineFile =
    directory === undefined || number === 0
      ? { ...splitPath(lines, name), md5 }
      : { directory: directoryNumber(lines, directory), name, md5 };
  if (old !== undefined && (isMoved || old.directory !== entry.directory || old.name !== entry.name)) {
    const before = pathOf(lines, old);
    const after = directory === undefined ? name : `${directory}/${name}`;
    return fail(asm, `file table slot ${number} is already occupied by a different file (${before} vs ${after})`);
  }
  lines.files[number] = entry;
}

const pathOf = ({ directories }: LineState, { directory, name }: LineFile): string =>
  directories[directory] === '' ? name : `${directories[directory]}/${name}`;

/** What stands before the last slash is the directory, unless that is the root. */
function splitPath(lines: LineState, path: string): { readonly directory: number; readonly name: string } {
  const slash = path.lastIndexOf('/');
  if (slash <= 0) return { directory: 0, name: path };
  return { directory: directoryNumber(lines, path.slice(0, slash)), name: path.slice(slash + 1) };
}

function directoryNumber({ directories }: LineState, directory: string): number {
  if (directory === '') return 0;
  const known = directories.indexOf(directory);
  return known >= 0 ? known : directories.push(directory) - 1;
}

/** `.loc file line column`, then words, some with a number. */
const location: TextReader = (asm, c) => {
  const { lines } = asm;
  const number = takeNumber(asm, c) ?? 0n;
  const line = takeNumber(asm, c) ?? 0n;
  if (number < 0n) return fail(asm, 'file number less than one');
  if (number > MOST_FILES || lines.files[Number(number)] === undefined) {
    return fail(asm, `unassigned file number ${number}`);
  }
  if (lines.isPending) addRow(asm);
  const { registers } = lines;
  registers.file = Number(number);
  registers.line = Number(BigInt.asUintN(32, line));
  skipBlanks(c);
  if (/\d/.test(peek(c))) registers.column = Number(BigInt.asUintN(32, takeNumber(asm, c) ?? 0n));
  let view: View | undefined;
  for (skipBlanks(c); /[A-Za-z_.$]/.test(peek(c)); skipBlanks(c)) {
    const word = readName(c);
    const read = word === 'view' ? takeView(asm, c) : takeWord(asm, c, word);
    if (read === false) return;
    if (typeof read === 'object') view = read;
  }
  if (!demandEnd(asm, c)) return;
  if (view === undefined) lines.isPending = true;
  else addRow(asm, view);
};

/** One of the words that set a register; false (reported) when it is none. */
function takeWord(asm: Assembly, c: Cursor, word: string): boolean {
  const { registers } = asm.lines;
  const wrong = (message: string): false => {
    fail(asm, message);
    return false;
  };
  switch (word) {
    case 'basic_block':
      registers.isBlock = true;
      return true;
    case 'prologue_end':
      registers.isPrologueEnd = true;
      return true;
    case 'epilogue_begin':
      registers.isEpilogueBegin = true;
      return true;
    case 'is_stmt': {
      const value = takeNumber(asm, c) ?? 0n;
      if (value !== 0n && value !== 1n) return wrong('is_stmt value not 0 or 1');
      registers.isStmt = value === 1n;
      return true;
    }
    case 'isa': {
      const value = takeNumber(asm, c) ?? 0n;
      if (value < 0n) return wrong('isa number less than zero');
      registers.isa = Number(BigInt.asUintN(32, value));
      return true;
    }
    case 'discriminator': {
      const value = takeNumber(asm, c) ?? 0n;
      if (value < 0n) return wrong('discriminator less than zero');
      registers.discriminator = Number(BigInt.asUintN(32, value));
      return true;
    }
    default:
      return wrong(`unknown .loc sub-directive \`${word}'`);
  }
}

/** `view .LVU1`, `view 0`, `view -0` */
function takeView(asm: Assembly, c: Cursor): View | false {
  skipBlanks(c);
  if (/[-\d]/.test(peek(c))) {
    const isNegated = peek(c) === '-';
    const value = takeNumber(asm, c);
    if (value === 0n) return { kind: isNegated ? 'reset' : 'zero' };
    fail(asm, 'numeric view can only be asserted to zero');
    return false;
  }
  const name = takeName(c);
  if (name === '') {
    fail(asm, 'expected symbol name');
    return false;
  }
  const symbol = symbolMentioned(asm.symbols, name, asm.place);
  if (symbol.home.kind !== 'undefined' && symbol.home.kind !== 'value') {
    fail(asm, `symbol \`${name}' is already defined`);
    return false;
  }
  return { kind: 'symbol', symbol };
}

const markLabels: TextReader = (asm, c) => {
  const value = takeNumber(asm, c);
  if (value === undefined) return;
  if (value !== 0n && value !== 1n) return fail(asm, 'expected 0 or 1');
  asm.lines.marksLabels = value === 1n;
  demandEnd(asm, c);
};

export const LINE_DIRECTIVES: Readonly<Record<string, TextReader>> = {
  '.file': file,
  '.loc': location,
  '.loc_mark_labels': markLabels,
};
