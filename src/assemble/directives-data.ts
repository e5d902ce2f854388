/**
 * Directives that leave bytes or move the location counter: `.byte` … `.octa`, strings, `.fill`, `.skip`, `.balign`,
 * `.org`, LEB128, `.incbin`. gas manual, chapter 7.
 */
import { toBytes } from '../base/u64.ts';
import { SHF, SHT } from '../object/object-file.ts';
import { type Assembly, emit, emitFragment, fail, folded, MAX_SECTION_SIZE, warn } from './assembly.ts';
import { type Directive, exprArg, isMissing, nameOf, numberArg } from './directive-arguments.ts';
import { lebBytes } from './leb128.ts';
import type { Fixup } from './section.ts';
import type { Expr } from './statement.ts';

/** `.long a, b`: each a number that is cut to size, or a field for layout and linker. */
const integers =
  (size: Fixup['size']): Directive =>
  (asm, args) => {
    if (args.length === 1 && args[0]!.kind === 'empty') return;
    for (const arg of args) {
      if (arg.kind === 'empty') {
        warn(asm, 'zero assumed for missing expression');
        emit(asm, new Uint8Array(size));
        continue;
      }
      const wide = size === 16 && arg.kind === 'expr' ? wideNumber(arg.value) : undefined;
      if (wide !== undefined) {
        emit(asm, toBytes(wide, size));
        continue;
      }
      const value = exprArg(asm, arg);
      if (value === undefined) return;
      if (value.kind === 'int') {
        warnTruncated(asm, value.value, size);
        emit(asm, toBytes(value.value, size));
      } else {
        emit(asm, new Uint8Array(size), [{ offset: 0, size, value, kind: 'absolute', toEnd: 0, got: 'plain' }]);
      }
    }
  };

/** A number beyond 64 bits, which only `.octa` takes and only as it stands. */
function wideNumber(expr: Expr): bigint | undefined {
  if (expr.kind === 'int') return expr.value;
  if (expr.kind !== 'unary' || expr.arg.kind !== 'int') return undefined;
  return expr.op === '-' ? -expr.arg.value : expr.op === '~' ? ~expr.arg.value : undefined;
}

function warnTruncated(asm: Assembly, value: bigint, size: number): void {
  if (size >= 8) return;
  const limit = 1n << BigInt(8 * size);
  if (value < limit && value >= -limit) return;
  const shown = (v: bigint): string => `0x${BigInt.asUintN(64, v).toString(16)}`;
  warn(asm, `value ${shown(value)} truncated to ${shown(BigInt.asUintN(8 * size, value))}`);
}

const strings =
  (terminated: boolean): Directive =>
  (asm, args) => {
    for (const arg of args) {
      if (arg.kind !== 'string') return fail(asm, 'expected a string');
      emit(asm, arg.bytes);
      if (terminated) emit(asm, [0]);
    }
  };

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
  if (bytes > MATERIALISED) return emitFragment(asm, { kind: 'fill', pattern, size: bytes, place: asm.place });
  emit(
    asm,
    Uint8Array.from({ length: bytes }, (_, n) => pattern[n % pattern.length] ?? 0),
  );
}

/** `.skip count, byte`: the count may wait for layout. */
const skip: Directive = (asm, args, name) => {
  const count = exprArg(asm, args[0]);
  const fill = numberArg(asm, args[1], 0n);
  if (count === undefined || fill === undefined) return;
  const pattern = toBytes(fill, 1);
  if (count.kind !== 'int') return emitFragment(asm, { kind: 'space', count, pattern, place: asm.place });
  if (count.value < 0n) return warn(asm, '.space repeat count is negative, ignored');
  repeat(asm, count.value, pattern, name);
};

/** `.fill repeat, size, value`: at most eight bytes each, of which the value gives the low four. */
const fill: Directive = (asm, args, name) => {
  const count = exprArg(asm, args[0]);
  let size = numberArg(asm, args[1], 1n);
  const value = numberArg(asm, args[2], 0n);
  if (count === undefined || size === undefined || value === undefined) return;
  if (size > 8n) {
    warn(asm, '.fill size clamped to 8');
    size = 8n;
  }
  if (size < 0n) return warn(asm, 'size negative; .fill ignored');
  const pattern = toBytes(BigInt.asUintN(32, value), Number(size));
  if (count.kind !== 'int') {
    if (size === 1n) return emitFragment(asm, { kind: 'space', count, pattern, place: asm.place });
    return fail(asm, '.fill with a size other than 1 needs an absolute repeat count');
  }
  if (count.value < 0n) return warn(asm, 'repeat < 0; .fill ignored');
  if (size > 0n) repeat(asm, count.value, pattern, name);
};

/** `.balign 16, fill, max`; `isPower` for `.p2align 4`; `width` of the fill value. */
const align =
  (isPower: boolean, width: number): Directive =>
  (asm, args) => {
    const given = numberArg(asm, args[0], isPower ? 0n : 1n);
    const value = numberArg(asm, args[1], 0n);
    const max = numberArg(asm, args[2], 0n);
    if (given === undefined || value === undefined || max === undefined) return;
    const alignment = alignmentOf(asm, given, isPower);
    if (alignment === undefined || alignment === 1) return;
    const { section } = asm.here;
    const isCode = (section.flags & SHF.EXECINSTR) !== 0;
    const nops = isCode && (isMissing(args[1]) || (value === 0x90n && width === 1));
    section.align = Math.max(section.align, alignment);
    emitFragment(asm, {
      kind: 'align',
      alignment,
      ...(nops ? {} : { pattern: toBytes(value, width) }),
      ...(max > 0n ? { max: Number(max) } : {}),
      place: asm.place,
    });
  };

const MAX_ALIGNMENT_POWER = 28n;

function alignmentOf(asm: Assembly, given: bigint, isPower: boolean): number | undefined {
  if (isPower) {
    if (given >= 0n && given <= MAX_ALIGNMENT_POWER) return 2 ** Number(given);
    fail(asm, `alignment too large: 2^${given} (at most 2^${MAX_ALIGNMENT_POWER})`);
    return undefined;
  }
  if (given === 0n) return 1;
  const power = given > 0n && (given & (given - 1n)) === 0n;
  if (power && given <= 1n << MAX_ALIGNMENT_POWER) return Number(given);
  fail(asm, power ? `alignment too large: ${given}` : 'alignment not a power of 2');
  return undefined;
}

const org: Directive = (asm, args) => {
  const target = exprArg(asm, args[0]);
  const value = numberArg(asm, args[1], 0n);
  if (target === undefined || value === undefined) return;
  emitFragment(asm, { kind: 'org', target, pattern: toBytes(value, 1), place: asm.place });
};

const leb =
  (isSigned: boolean): Directive =>
  (asm, args) => {
    for (const arg of args) {
      const value = exprArg(asm, arg);
      if (value === undefined) return;
      if (value.kind === 'int') emit(asm, lebBytes(value.value, isSigned));
      else emitFragment(asm, { kind: 'leb', value: folded(value), signed: isSigned, size: 1, place: asm.place });
    }
  };

/** `.incbin "file", skip, count` */
const incbin: Directive = (asm, args) => {
  const name = nameOf(args[0]) ?? '';
  const bytes = [name, ...asm.includeDirs.map((dir) => `${dir}/${name}`)]
    .map((path) => asm.files.read(path))
    .find((read) => read !== undefined);
  if (bytes === undefined) return fail(asm, `file not found: ${name}`);
  const from = numberArg(asm, args[1], 0n);
  const count = numberArg(asm, args[2], BigInt(bytes.length) - (from ?? 0n));
  if (from === undefined || count === undefined) return;
  if (from < 0n || count < 0n || from + count > BigInt(bytes.length)) {
    return fail(asm, `skip (${from}) or count (${count}) invalid for file size (${bytes.length})`);
  }
  emit(asm, bytes.subarray(Number(from), Number(from + count)));
};

export const DATA_DIRECTIVES: Readonly<Record<string, Directive>> = {
  '.byte': integers(1),
  '.2byte': integers(2),
  '.short': integers(2),
  '.value': integers(2),
  '.hword': integers(2),
  '.word': integers(2),
  '.4byte': integers(4),
  '.long': integers(4),
  '.int': integers(4),
  '.8byte': integers(8),
  '.quad': integers(8),
  '.octa': integers(16),
  '.ascii': strings(false),
  '.asciz': strings(true),
  '.string': strings(true),
  '.skip': skip,
  '.space': skip,
  '.zero': skip,
  '.fill': fill,
  '.align': align(false, 1),
  '.balign': align(false, 1),
  '.balignw': align(false, 2),
  '.balignl': align(false, 4),
  '.p2align': align(true, 1),
  '.p2alignw': align(true, 2),
  '.p2alignl': align(true, 4),
  '.org': org,
  '.uleb128': leb(false),
  '.sleb128': leb(true),
  '.incbin': incbin,
};
