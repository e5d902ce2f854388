/**
 * Directives that move the location counter: `.skip`, `.fill`, `.balign`, `.org`, `.struct`, `.dcb`, `.ds`. gas manual,
 * chapter 7; gas's read.c (s_space, s_fill, s_align, s_org, s_struct, s_float_space).
 */
import { toBytes } from '../base/u64.ts';
import { SHF, SHT } from '../object/object-file.ts';
import {
  type Assembly,
  bound,
  emit,
  emitFragment,
  fail,
  linearNow,
  MAX_SECTION_SIZE,
  numberNow,
  warn,
} from './assembly.ts';
import { demandEnd, peek, type TextReader, takeChar, takeExpression, takeNumber } from './directive-text.ts';
import { hasNoData, integer, isAbsolute, takeFloat } from './directives-data.ts';
import { FLOAT_FORMATS, type FloatFormat } from './floats.ts';
import { atEnd, skipBlanks } from './macro-arguments.ts';
import { LONGEST as LONGEST_NOP } from './nops.ts';
import type { Fixup } from './section.ts';
import type { Expr } from './statement.ts';
import { sectionOf, shownName } from './symbols.ts';

const MATERIALISED = 4096;

/** `count` times `pattern`, as plain bytes when it is little. */
function repeat(asm: Assembly, count: bigint, pattern: Uint8Array, name: string): void {
  const size = count * BigInt(pattern.length);
  const isData = asm.here.section.type !== SHT.NOBITS;
  if (size > BigInt(isData ? MAX_SECTION_SIZE : Number.MAX_SAFE_INTEGER)) {
    return fail(asm, `\`${name}' of ${size} bytes: no section may exceed ${MAX_SECTION_SIZE} bytes`);
  }
  const bytes = Number(size);
  if (bytes === 0) return;
  if (isAbsolute(asm)) asm.absolute.size += bytes;
  else if (bytes > MATERIALISED) emitFragment(asm, { kind: 'fill', pattern, size: bytes, place: asm.place });
  else if (pattern.every((byte) => byte === 0)) emit(asm, new Uint8Array(bytes));
  else
    emit(
      asm,
      Uint8Array.from({ length: bytes }, (_, n) => pattern[n % pattern.length] ?? 0),
    );
}

/** A fill value where there is no data to hold it. */
function warnIgnored(asm: Assembly): void {
  const where = isAbsolute(asm) ? 'absolute section' : `section \`${asm.here.section.name}'`;
  warn(asm, `ignoring fill value in ${where}`);
}

const ZERO: Expr = { kind: 'int', value: 0n };

/** `.skip count, fill`: the count may wait for layout; `.ds.w` counts in units. */
const skip =
  (unit: number): TextReader =>
  (asm, c, name) => {
    const before = asm.diagnostics.length;
    skipBlanks(c);
    if (atEnd(c)) return;
    const hasCount = peek(c) !== ',';
    const count = takeExpression(asm, c) ?? ZERO;
    const fill = takeChar(c, ',') ? (takeExpression(asm, c) ?? ZERO) : ZERO;
    if (asm.diagnostics.length > before) return;
    const value = numberNow(asm, fill);
    const isPlain = value !== undefined && value >= -0x80n && value <= 0xffn && (unit === 1 || value === 0n);
    if (!hasCount) fail(asm, 'unsupported variable size or fill value');
    else if (!isPlain && !hasNoData(asm)) repeatValue(asm, count, fill, unit);
    else space(asm, count, value ?? 1n, unit, name);
    demandEnd(asm, c);
  };

/** A fill value that does not fit in a byte is stored as often as that. */
function repeatValue(asm: Assembly, count: Expr, fill: Expr, unit: number): void {
  const times = numberNow(asm, count);
  if (times === undefined) return fail(asm, 'unsupported variable size or fill value');
  if (times * BigInt(unit) > BigInt(MAX_SECTION_SIZE >> 4)) {
    return fail(asm, `fill of ${times} values: no section may exceed ${MAX_SECTION_SIZE} bytes`);
  }
  const size = (unit === 2 || unit === 4 || unit === 8 ? unit : 1) as Fixup['size'];
  for (let n = 0n; n < times; n++) integer(asm, fill, size);
}

function space(asm: Assembly, count: Expr, value: bigint, unit: number, name: string): void {
  const amount = bound(asm, count);
  if (amount === undefined) return;
  const times = amount.kind === 'int' ? amount.value : isAbsolute(asm) ? numberNow(asm, count) : undefined;
  if (times !== undefined && times <= 0n) return warn(asm, '.space repeat count is zero, ignored');
  if (value !== 0n && hasNoData(asm)) warnIgnored(asm);
  const pattern = toBytes(hasNoData(asm) ? 0n : value, 1);
  if (times !== undefined) return repeat(asm, times * BigInt(unit), pattern, name);
  if (isAbsolute(asm)) return fail(asm, 'space allocation too complex in absolute section');
  emitFragment(asm, { kind: 'space', count: amount, pattern, place: asm.place });
}

/** `.fill repeat, size, value`: at most eight bytes each, of which the value gives the low four. */
const fill: TextReader = (asm, c, name) => {
  const before = asm.diagnostics.length;
  const count = bound(asm, takeExpression(asm, c) ?? ZERO);
  let size = takeChar(c, ',') ? (takeNumber(asm, c) ?? 0n) : 1n;
  const value = takeChar(c, ',') ? (takeNumber(asm, c) ?? 0n) : 0n;
  if (count === undefined || asm.diagnostics.length > before) return;
  if (size < 0n) {
    warn(asm, 'size negative; .fill ignored');
    size = 0n;
  }
  if (size > 8n) {
    warn(asm, '.fill size clamped to 8');
    size = 8n;
  }
  const isConstant = count.kind === 'int';
  if (isConstant && count.value < 0n) warn(asm, 'repeat < 0; .fill ignored');
  const isNothing = size === 0n || (isConstant && count.value <= 0n);
  const pattern = toBytes(BigInt.asUintN(32, value), Number(size));
  if (isNothing) demandEnd(asm, c);
  else if (isAbsolute(asm) && !isConstant) fail(asm, 'non-constant fill count for absolute section');
  else if (hasNoData(asm) && value !== 0n) {
    fail(
      asm,
      `attempt to fill ${isAbsolute(asm) ? 'absolute section' : `section \`${asm.here.section.name}'`} with non-zero value`,
    );
  } else {
    if (isConstant) repeat(asm, count.value, pattern, name);
    else emitFragment(asm, { kind: 'space', count, pattern, place: asm.place });
    demandEnd(asm, c);
  }
};

const MAX_ALIGNMENT_POWER = 28;

/** `.balign 16, fill, max`; `isPower` for `.p2align 4`; `width` of the fill value, 0 where none has to be given. */
const align =
  (isPower: boolean, width: number): TextReader =>
  (asm, c) => {
    const before = asm.diagnostics.length;
    const given = takeNumber(asm, c) ?? 0n;
    let value: bigint | undefined;
    let max = 0n;
    const power = isPower ? Number(BigInt.asUintN(32, given)) : powerOf(asm, given);
    if (takeChar(c, ',')) {
      if (peek(c) !== ',') value = takeNumber(asm, c) ?? 0n;
      if (takeChar(c, ',')) max = takeNumber(asm, c) ?? 0n;
    }
    if (asm.diagnostics.slice(before).some(({ severity }) => severity === 'error')) return;
    if (power > MAX_ALIGNMENT_POWER) {
      return fail(asm, `alignment too large: 2^${power} (at most 2^${MAX_ALIGNMENT_POWER})`);
    }
    if (value === undefined && width > 0) warn(asm, 'expected fill pattern missing');
    alignTo(asm, 2 ** power, value, value === undefined ? 1 : Math.max(1, width), max);
    demandEnd(asm, c);
  };

function powerOf(asm: Assembly, given: bigint): number {
  if (given === 0n) return 0;
  let power = 0;
  let rest = given;
  while ((rest & 1n) === 0n) {
    rest >>= 1n;
    power++;
  }
  if (rest !== 1n) fail(asm, 'alignment not a power of 2');
  return power;
}

function alignTo(asm: Assembly, alignment: number, value: bigint | undefined, width: number, max: bigint): void {
  const { section } = asm.here;
  if (hasNoData(asm) && value !== undefined && value !== 0n) warnIgnored(asm);
  if (isAbsolute(asm)) {
    section.size = Math.ceil(section.size / alignment) * alignment;
    return;
  }
  section.align = Math.max(section.align, alignment);
  if (alignment === 1) return;
  const isCode = (section.flags & SHF.EXECINSTR) !== 0;
  const nops = isCode && (value === undefined || (BigInt.asUintN(8, value) === 0x90n && width === 1));
  emitFragment(asm, {
    kind: 'align',
    alignment,
    pattern: nops ? undefined : toBytes(value ?? 0n, width),
    max: max > 0n ? Number(max) : undefined,
    place: asm.place,
  });
}

const org: TextReader = (asm, c) => {
  const before = asm.diagnostics.length;
  const expr = takeExpression(asm, c);
  if (expr === undefined) {
    if (asm.diagnostics.length === before) fail(asm, 'expected address expression');
    return;
  }
  moveTo(asm, expr, takeChar(c, ',') ? (takeNumber(asm, c) ?? 0n) : 0n);
  demandEnd(asm, c);
};

/** `.org expr, fill` and `. = expr` */
export function moveTo(asm: Assembly, expr: Expr, value: bigint): void {
  let target = bound(asm, expr);
  if (target === undefined) return;
  const linear = linearNow(target);
  const symbol = linear?.symbol;
  if (symbol !== undefined && (symbol.home.kind === 'undefined' || linear?.minus?.home.kind === 'undefined')) {
    // In spite of the warning it is the symbol that layout goes by, without what is added to it.
    warn(asm, `symbol "${shownName(symbol)}" undefined; zero assumed`);
    target = { kind: 'symbol', symbol };
  } else if (
    linear?.minus === undefined &&
    symbol?.home.kind === 'label' &&
    symbol.home.at.section !== asm.here.section
  ) {
    return fail(asm, `invalid segment "${sectionOf(linear!)}"`);
  }
  if (hasNoData(asm) && value !== 0n) warnIgnored(asm);
  if (!isAbsolute(asm)) emitFragment(asm, { kind: 'org', target, pattern: toBytes(value, 1), place: asm.place });
  else if (target.kind === 'int') asm.absolute.size = Number(target.value);
  else fail(asm, 'only constant offsets supported in absolute section');
}

/** `.nops size, longest`: NOPs of at most so many bytes each. */
const nopsOf: TextReader = (asm, c) => {
  const count = bound(asm, takeExpression(asm, c) ?? ZERO);
  const given = takeChar(c, ',') ? (takeNumber(asm, c) ?? 0n) : 0n;
  if (count === undefined || !demandEnd(asm, c)) return;
  const longest = given === 0n ? LONGEST_NOP : Number(given);
  emitFragment(asm, { kind: 'space', count, pattern: new Uint8Array(1), nops: longest, place: asm.place });
};

/** Labels become numbers from here on, counted from that one. */
const struct: TextReader = (asm, c) => {
  const start = takeNumber(asm, c) ?? 0n;
  asm.previous = asm.here;
  asm.here = { section: asm.absolute, subsection: 0 };
  asm.absolute.size = Number(start);
  demandEnd(asm, c);
};

/** `.dcb.w count, value` */
const block =
  (size: Fixup['size']): TextReader =>
  (asm, c) => {
    skipBlanks(c);
    if (atEnd(c)) return;
    if (peek(c) === ',') return fail(asm, 'unsupported variable size or fill value');
    const count = takeNumber(asm, c) ?? 0n;
    if (count > BigInt(MAX_SECTION_SIZE >> 4)) {
      return fail(asm, `${count} values: no section may exceed ${MAX_SECTION_SIZE} bytes`);
    }
    const isMissing = takeChar(c, ',') && atEnd(c);
    if (isMissing) warn(asm, 'zero assumed for missing expression');
    const value = takeExpression(asm, c) ?? ZERO;
    // Only a value of one byte, or none, makes space of it.
    const isSpace = size === 1 || hasNoData(asm) || numberNow(asm, value) === 0n;
    if (count <= 0n && isSpace) warn(asm, '.space repeat count is zero, ignored');
    const isIgnored = count > 0n && hasNoData(asm) && numberNow(asm, value) !== 0n;
    if (isIgnored) warnIgnored(asm);
    for (let n = 0n; n < count; n++) integer(asm, isIgnored ? ZERO : value, size);
    demandEnd(asm, c);
  };

const floatBlock =
  (format: FloatFormat): TextReader =>
  (asm, c) => {
    const count = takeNumber(asm, c) ?? 0n;
    if (count > BigInt(MAX_SECTION_SIZE >> 4)) {
      return fail(asm, `${count} values: no section may exceed ${MAX_SECTION_SIZE} bytes`);
    }
    takeChar(c, ',');
    const bytes = atEnd(c) ? new Array<number>(format.size).fill(0) : takeFloat(asm, c, format);
    if (bytes === undefined) return;
    for (let n = 0n; n < count; n++) emit(asm, bytes);
    demandEnd(asm, c);
  };

export const SPACE_DIRECTIVES: Readonly<Record<string, TextReader>> = {
  '.skip': skip(1),
  '.space': skip(1),
  '.zero': skip(1),
  '.ds': skip(2),
  '.ds.b': skip(1),
  '.ds.w': skip(2),
  '.ds.l': skip(4),
  '.ds.s': skip(4),
  '.ds.d': skip(8),
  '.ds.p': skip(10),
  '.ds.x': skip(10),
  '.dcb': block(2),
  '.dcb.b': block(1),
  '.dcb.w': block(2),
  '.dcb.l': block(4),
  '.dcb.s': floatBlock(FLOAT_FORMATS.single),
  '.dcb.d': floatBlock(FLOAT_FORMATS.double),
  '.dcb.x': floatBlock(FLOAT_FORMATS.extended),
  '.fill': fill,
  '.align': align(false, 0),
  '.balign': align(false, 0),
  '.balignw': align(false, 2),
  '.balignl': align(false, 4),
  '.p2align': align(true, 0),
  '.p2alignw': align(true, 2),
  '.p2alignl': align(true, 4),
  '.org': org,
  '.nops': nopsOf,
  '.nop': (asm) => emit(asm, [0x90]),
  '.struct': struct,
  '.offset': struct,
};
