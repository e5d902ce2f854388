/**
 * Directives that leave data: `.byte` … `.octa`, strings, floating point, LEB128, `.incbin`. gas manual, chapter 7; gas's
 * read.c (cons, stringer, float_cons, s_leb128, s_incbin).
 *
 * The subtle invariant: in a section without data (.bss) a zero may be stored, and in the absolute section (`.struct`)
 * nothing, though the location counter moves on.
 */
import type { Diagnostic } from '../base/diagnostics.ts';
import { toBytes } from '../base/u64.ts';
import { SHT } from '../object/object-file.ts';
import { type Assembly, bound, emit, emitFragment, fail, numberNow, warn } from './assembly.ts';
import {
  demandEnd,
  peek,
  type TextReader,
  takeChar,
  takeExpression,
  takeNumber,
  takeString,
} from './directive-text.ts';
import { extended, isUnsigned } from './expression.ts';
import { FLOAT_FORMATS, type FloatFormat, floatBytes, readFloat } from './floats.ts';
import { lebBytes } from './leb128.ts';
import { atEnd, type Cursor, skipBlanks } from './macro-arguments.ts';
import { mayModify, modifierType } from './modifiers.ts';
import { quickExpression } from './quick-expression.ts';
import type { Fixup } from './section.ts';
import type { Expr } from './statement.ts';

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

export const isAbsolute = ({ here, absolute }: Assembly): boolean => here.section === absolute;
export const hasNoData = ({ here }: Assembly): boolean => here.section.type === SHT.NOBITS;

// ---- Integers -----------------------------------------------------------------------------------------------------

/** Lists of expressions that read without a word, by text. */
const lists = new Map<string, readonly Expr[]>();
const LISTS_LIMIT = 2048;

/** The list, where nothing is to be said of it. */
function plainList(text: string): readonly Expr[] | undefined {
  let list = lists.get(text);
  if (list !== undefined) return list;
  const parts = text.split(',').map(quickExpression);
  if (!parts.every((part) => part !== undefined)) return undefined;
  list = parts;
  if (lists.size >= LISTS_LIMIT) lists.clear();
  lists.set(text, list);
  return list;
}

const integers =
  (size: Fixup['size']): TextReader =>
  (asm, c) => {
    const list = plainList(c.text);
    if (list !== undefined) {
      for (let n = 0; n < list.length; n++) integer(asm, list[n]!, size);
      return;
    }
    skipBlanks(c);
    if (atEnd(c)) return;
    do {
      const before = asm.diagnostics.length;
      const expr = takeExpression(asm, c);
      if (expr !== undefined) integer(asm, expr, size);
      else {
        if (!asm.diagnostics.slice(before).some(isError)) warn(asm, 'zero assumed for missing expression');
        emit(asm, new Uint8Array(size));
      }
      // What gas takes for junk ends the list.
      if (asm.diagnostics.length > before && asm.diagnostics.at(-1)!.message.startsWith('junk')) return;
    } while (takeChar(c, ','));
    demandEnd(asm, c);
  };

/** What is wrong with the first relocation operator that no field of that size takes. */
function strayModifier(expr: Expr, size: number): string | undefined {
  switch (expr.kind) {
    case 'symbol': {
      if (expr.modifier === undefined) return undefined;
      if (!mayModify(expr.modifier, size)) return "junk at end of line, first unrecognized character is `@'";
      const type = modifierType(expr.modifier, size);
      return typeof type === 'string' ? type : undefined;
    }
    case 'unary':
      return strayModifier(expr.arg, size);
    case 'binary':
      return strayModifier(expr.left, size) ?? strayModifier(expr.right, size);
    default:
      return undefined;
  }
}

/** A number that is cut to size, or a field for layout and linker. */
export function integer(asm: Assembly, expr: Expr, size: Fixup['size']): void {
  if (expr.kind === 'int' && expr.value >= 0n && expr.value < 0x80n && !hasNoData(asm)) {
    const bytes = new Array<number>(size).fill(0);
    bytes[0] = Number(expr.value);
    return emit(asm, bytes);
  }
  const wide = wideNumber(expr);
  if (wide !== undefined && ((size === 16 && (wide !== 0n || expr.kind === 'int')) || isBig(wide))) {
    checkStored(asm, wide !== 0n);
    if (bytesNeeded(wide) > size) warn(asm, `bignum truncated to ${size} byte${size === 1 ? '' : 's'}`);
    return emit(asm, toBytes(wide, size));
  }
  const stray = expr.kind === 'int' ? undefined : strayModifier(expr, size);
  if (stray !== undefined) {
    checkStored(asm, true);
    emit(asm, new Uint8Array(size));
    if (size === 16) fail(asm, 'cannot do unsigned 16 byte relocation');
    return fail(asm, stray);
  }
  const value = bound(asm, expr);
  if (value === undefined) return;
  if (size === 16 && value.kind === 'int') {
    if (!checkStored(asm, value.value !== 0n)) return emit(asm, new Uint8Array(size));
    const above = isUnsigned(expr) ? 0n : -1n;
    return emit(asm, toBytes((above << 64n) | BigInt.asUintN(64, value.value), 16));
  }
  if (size === 16) fail(asm, 'cannot do unsigned 16 byte relocation');
  // The room is taken all the same, so that what follows is where GNU as sees it.
  const isStored = checkStored(asm, value.kind !== 'int' || value.value !== 0n);
  if (value.kind === 'int') warnTruncated(asm, value.value, size);
  if (!isStored) emit(asm, new Uint8Array(size));
  else if (value.kind === 'int') {
    emit(asm, toBytes(value.value, size));
  } else emit(asm, new Uint8Array(size), [{ offset: 0, size, value, kind: 'absolute', toEnd: 0, got: 'plain' }]);
}

/** Whether a value may be stored here; the refusal is reported. */
function checkStored(asm: Assembly, isNonZero: boolean): boolean {
  if (!isNonZero || !hasNoData(asm)) return true;
  if (isAbsolute(asm)) fail(asm, 'attempt to store value in absolute section');
  else fail(asm, `attempt to store non-zero value in section \`${asm.here.section.name}'`);
  return false;
}

/** A number beyond 64 bits, which counts only as it stands. */
function wideNumber(expr: Expr): bigint | undefined {
  if (expr.kind === 'int') return expr.value;
  if (expr.kind !== 'unary' || expr.arg.kind !== 'int') return undefined;
  if (expr.op === '-') return -expr.arg.value;
  return expr.op === '~' && isBig(expr.arg.value) ? ~expr.arg.value : undefined;
}

const isBig = (value: bigint): boolean => value >= 1n << 64n || value < -(1n << 64n) + 1n;

/** Bytes of a bignum as gas keeps it, in units of 16 bits. */
function bytesNeeded(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  return isBig(value) ? 2 * Math.ceil(magnitude.toString(16).length / 4) : 8;
}

function warnTruncated(asm: Assembly, value: bigint, size: number): void {
  if (size >= 8) return;
  const limit = 1n << BigInt(8 * size);
  if (value < limit && value > -limit) return;
  const shown = (v: bigint): string => `0x${BigInt.asUintN(64, v).toString(16)}`;
  warn(asm, `value ${shown(value)} truncated to ${shown(BigInt.asUintN(8 * size, value))}`);
}

// ---- Strings ------------------------------------------------------------------------------------------------------

/** `"a", "b" "c" <10>`: what a comma separates ends in its own zero. */
const strings =
  (width: number, isTerminated: boolean): TextReader =>
  (asm, c) => {
    if (isAbsolute(asm)) return fail(asm, 'strings must be placed into a section');
    const put = (bytes: ArrayLike<number>): void => {
      const wide = new Uint8Array(bytes.length * width);
      for (let n = 0; n < bytes.length; n++) wide[n * width] = bytes[n]!;
      emit(asm, wide);
    };
    skipBlanks(c);
    if (atEnd(c)) return;
    do {
      skipBlanks(c);
      while (peek(c) === '"') {
        const string = takeString(c);
        if (string === undefined) return fail(asm, 'unterminated string');
        if (hasNoData(asm) && string.bytes.some((byte) => byte !== 0)) {
          return fail(asm, `attempt to store non-empty string in section \`${asm.here.section.name}'`);
        }
        put(string.bytes);
        skipBlanks(c);
        if (isTerminated && peek(c) !== '"') put([0]);
      }
      if (peek(c) === '<' && !bracketed(asm, c, put)) return;
    } while (takeChar(c, ','));
    demandEnd(asm, c);
  };

/** `<10>`: a character by its number. */
function bracketed(asm: Assembly, c: Cursor, put: (bytes: number[]) => void): boolean {
  const match = /<\s*(0[xX][\da-fA-F]+|\d+)\s*>/y;
  match.lastIndex = c.at;
  const number = match.exec(c.text)?.[1];
  if (number === undefined) {
    fail(asm, 'expected <nn>');
    return false;
  }
  c.at = match.lastIndex;
  put([Number(number) & 0xff]);
  return true;
}

// ---- Floating point -----------------------------------------------------------------------------------------------

const floats =
  (format: FloatFormat): TextReader =>
  (asm, c) => {
    skipBlanks(c);
    if (atEnd(c)) return;
    if (hasNoData(asm)) {
      const where = isAbsolute(asm) ? 'absolute section' : `section \`${asm.here.section.name}'`;
      return fail(asm, `attempt to store float in ${where}`);
    }
    do {
      const bytes = takeFloat(asm, c, format);
      if (bytes === undefined) return;
      emit(asm, bytes);
    } while (takeChar(c, ','));
    demandEnd(asm, c);
  };

/** One number; undefined (reported) where there is none or where it has no room. */
export function takeFloat(asm: Assembly, c: Cursor, format: FloatFormat): number[] | undefined {
  skipBlanks(c);
  if (HEX_FLOAT.test(c.text.slice(c.at))) return takeHexFloat(asm, c, format.size);
  const read = readFloat(c.text, c.at);
  if (read === undefined) {
    demandEnd(asm, c);
    return undefined;
  }
  c.at = read.end;
  const bytes = floatBytes(read.value, format);
  if (bytes === undefined) fail(asm, 'cannot create floating-point number');
  return bytes;
}

const HEX_FLOAT = /^(?:0[a-zA-Z])?:/;

/** `:3f80`: the bytes from the highest on, the rest zero. */
function takeHexFloat(asm: Assembly, c: Cursor, size: number): number[] | undefined {
  const [image, digits = ''] = /^(?:0[a-zA-Z])?:([\da-fA-F_]*)/.exec(c.text.slice(c.at))!;
  c.at += image.length;
  const high = digits.replaceAll('_', '').match(/..?/g) ?? [];
  if (high.length > size) {
    warn(asm, 'floating point constant too large');
    return undefined;
  }
  const bytes = high.map((pair) => Number.parseInt(pair.padEnd(2, '0'), 16));
  return [...bytes, ...new Array<number>(size - bytes.length).fill(0)].reverse();
}

// ---- LEB128, files ------------------------------------------------------------------------------------------------

const leb =
  (isSigned: boolean): TextReader =>
  (asm, c) => {
    do {
      const before = asm.diagnostics.length;
      const expr = takeExpression(asm, c);
      if (expr === undefined) {
        if (asm.diagnostics.length === before) warn(asm, 'zero assumed for missing expression');
        emit(asm, [0]);
        continue;
      }
      const wide = wideNumber(expr);
      const value = wide !== undefined ? { kind: 'int' as const, value: wide } : bound(asm, expr);
      if (value === undefined || !checkStored(asm, value.kind !== 'int' || value.value !== 0n)) continue;
      if (value.kind === 'int') {
        // An operator may have lost the sign, which makes a large number of it.
        const whole = !isSigned || wide !== undefined ? value.value : signedWhole(asm, expr, value.value);
        emit(asm, lebBytes(whole, isSigned));
      } else emitFragment(asm, { kind: 'leb', value, signed: isSigned, size: 1, place: asm.place });
    } while (takeChar(c, ','));
    demandEnd(asm, c);
  };

function signedWhole(asm: Assembly, expr: Expr, value: bigint): bigint {
  if (expr.kind === 'int' || isDifference(expr)) return value;
  return extended(expr, (part) => numberNow(asm, part) ?? 0n);
}

/** A distance has the sign that it has. */
const isDifference = (expr: Expr): boolean =>
  expr.kind === 'binary' && expr.op === '-' && expr.left.kind !== 'int' && expr.right.kind !== 'int';

/** `.incbin "file", skip, count` */
const incbin: TextReader = (asm, c) => {
  skipBlanks(c);
  const name = takeString(c)?.text;
  if (name === undefined) return fail(asm, 'missing string');
  let from = 0n;
  let count: bigint | undefined;
  if (takeChar(c, ',')) {
    from = takeNumber(asm, c) ?? 0n;
    if (takeChar(c, ',')) {
      count = takeNumber(asm, c) ?? 0n;
      if (count === 0n) warn(asm, `.incbin count zero, ignoring \`${name}'`);
    }
  }
  if (!demandEnd(asm, c)) return;
  const bytes = [name, ...asm.includeDirs.map((dir) => `${dir}/${name}`)]
    .map((path) => asm.files.read(path))
    .find((read) => read !== undefined);
  if (bytes === undefined) return fail(asm, `file not found: ${name}`);
  const size = BigInt(bytes.length);
  const wanted = count === undefined || count === 0n ? size - from : count;
  if (from < 0n || wanted < 0n || from + wanted > size) {
    return fail(asm, `skip (${from}) or count (${wanted}) invalid for file size (${size})`);
  }
  // GNU as counts nothing of it in the absolute section.
  if (!isAbsolute(asm)) emit(asm, bytes.subarray(Number(from), Number(from + wanted)));
};

export const DATA_DIRECTIVES: Readonly<Record<string, TextReader>> = {
  '.byte': integers(1),
  '.dc.b': integers(1),
  '.2byte': integers(2),
  '.short': integers(2),
  '.value': integers(2),
  '.hword': integers(2),
  '.word': integers(2),
  '.dc': integers(2),
  '.dc.w': integers(2),
  '.4byte': integers(4),
  '.long': integers(4),
  '.slong': integers(4),
  '.int': integers(4),
  '.dc.l': integers(4),
  '.8byte': integers(8),
  '.quad': integers(8),
  '.dc.a': integers(8),
  '.octa': integers(16),
  '.ascii': strings(1, false),
  '.asciz': strings(1, true),
  '.string': strings(1, true),
  '.string8': strings(1, true),
  '.string16': strings(2, true),
  '.string32': strings(4, true),
  '.string64': strings(8, true),
  '.float': floats(FLOAT_FORMATS.single),
  '.single': floats(FLOAT_FORMATS.single),
  '.dc.s': floats(FLOAT_FORMATS.single),
  '.double': floats(FLOAT_FORMATS.double),
  '.dc.d': floats(FLOAT_FORMATS.double),
  '.tfloat': floats(FLOAT_FORMATS.extended),
  '.hfloat': floats(FLOAT_FORMATS.half),
  '.bfloat16': floats(FLOAT_FORMATS.bfloat16),
  '.uleb128': leb(false),
  '.sleb128': leb(true),
  '.incbin': incbin,
};
