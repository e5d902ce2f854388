/**
 * Frame descriptions into .eh_frame and .debug_frame: in go the `Fde`s of cfi.ts, out come bytes, fixups and fragments at
 * the ends of those sections, before layout. DWARF 5, 6.4.1; LSB 5.0, "Exception Frames"; gas's dw2gencfi.c.
 *
 * The subtle invariant: the instructions of a description that stand before its first advance belong to the common part
 * (CIE), and a description uses the youngest CIE whose instructions are the beginning of its own.
 */
import { SHF, SHT } from '../object/object-file.ts';
import { type Assembly, dot, emit, emitFragment, warn } from './assembly.ts';
import { type CfiInstruction, type Encoded, type Fde, OMIT } from './cfi.ts';
import { lebBytes } from './leb128.ts';
import type { Location } from './section.ts';
import { makeSection } from './section-table.ts';
import { type AsmSymbol, type Bound, EXPRESSION_SYMBOL, newSymbol } from './symbols.ts';

interface Cie {
  readonly start: AsmSymbol;
  readonly fde: Fde;
  readonly initial: readonly CfiInstruction[];
}

interface Output {
  readonly asm: Assembly;
  readonly isEh: boolean;
  readonly cies: Cie[];
}

const PCREL = 0x10;
/** DW_EH_PE_pcrel | DW_EH_PE_sdata4: how a description says where its code begins. */
const FDE_ENCODING = 0x1b;
const DATA_ALIGNMENT = -8n;

export function writeFrames(asm: Assembly): void {
  const { fdes } = asm.cfi;
  const { here, previous } = asm;
  const eh = fdes.filter(({ sections }) => sections.ehFrame);
  if (eh.length > 0) {
    enter(asm, '.eh_frame', SHF.ALLOC);
    const output: Output = { asm, isEh: true, cies: [] };
    for (const fde of eh) writeFde(output, fde, fde === fdes.at(-1) ? 8 : 4);
  }
  const debug = fdes.filter(({ sections }) => sections.debugFrame);
  if (debug.length > 0) {
    enter(asm, '.debug_frame', 0);
    const output: Output = { asm, isEh: false, cies: [] };
    for (const fde of debug) writeFde(output, fde, 8);
  }
  Object.assign(asm, { here, previous });
}

function enter(asm: Assembly, name: string, flags: number): void {
  const known = asm.sectionsByKey.get(name);
  const section = known ?? makeSection(asm, { name, type: SHT.PROGBITS, flags, entsize: 0 });
  section.align = Math.max(section.align, 8);
  asm.here = { section, subsection: 0 };
}

const symbolAt = (asm: Assembly, at: Location): AsmSymbol =>
  newSymbol(EXPRESSION_SYMBOL, asm.place, true, { kind: 'label', at });

const labelHere = (asm: Assembly): AsmSymbol => symbolAt(asm, dot(asm));

const of = (symbol: AsmSymbol): Bound => ({ kind: 'symbol', symbol });

const minus = (left: Bound, right: Bound): Bound => ({ kind: 'binary', op: '-', left, right });

function field(asm: Assembly, size: 1 | 2 | 4 | 8, value: Bound, isRelative = false): void {
  const kind = isRelative ? 'relative' : 'absolute';
  emit(asm, new Uint8Array(size), [{ offset: 0, size, value, kind, toEnd: 0, got: 'plain' }]);
}

const uleb = (asm: Assembly, value: bigint | number): void => emit(asm, lebBytes(BigInt(value), false));
const sleb = (asm: Assembly, value: bigint): void => emit(asm, lebBytes(value, true));

const align = (asm: Assembly, alignment: number): void =>
  emitFragment(asm, { kind: 'align', alignment, pattern: new Uint8Array(1), place: asm.place });

/** A length, what it is the length of, and padding. */
function sized(asm: Assembly, alignment: number, write: (start: AsmSymbol) => void): void {
  const end = newSymbol('.', asm.place, true);
  const lengthAt = labelHere(asm);
  const start = newSymbol('.', asm.place, true);
  field(asm, 4, minus(of(end), of(start)));
  start.home = { kind: 'label', at: dot(asm) };
  write(lengthAt);
  align(asm, alignment);
  end.home = { kind: 'label', at: dot(asm) };
}

// ---- The common part ----------------------------------------------------------------------------------------------

const startsOwnPart = ({ kind }: CfiInstruction): boolean =>
  kind === 'advance' ||
  kind === 'remember' ||
  kind === 'windowSave' ||
  kind === 'escape' ||
  kind === 'valEncodedAddress' ||
  kind === 'label';

const sameAddress = (a: Encoded, b: Encoded): boolean =>
  a.encoding === b.encoding &&
  (a.value === b.value ||
    (a.value?.kind === 'symbol' && b.value?.kind === 'symbol' && a.value.symbol === b.value.symbol) ||
    (a.value?.kind === 'int' && b.value?.kind === 'int' && a.value.value === b.value.value));

/** Instructions that a CIE may hold are numbers only, so their texts tell whether they are equal. */
const textOf = (instruction: CfiInstruction): string =>
  JSON.stringify(instruction, (_, value) => (typeof value === 'bigint' ? `${value}` : value));

/** A common part serves when its instructions are the first of the description's; the others follow there. */
function serves({ fde: model, initial }: Cie, fde: Fde, isEh: boolean): boolean {
  const alike =
    model.returnColumn === fde.returnColumn &&
    model.isSignalFrame === fde.isSignalFrame &&
    (!isEh || (sameAddress(model.personality, fde.personality) && model.lsda.encoding === fde.lsda.encoding));
  if (!alike || fde.instructions.length < initial.length) return false;
  return initial.every((instruction, n) => {
    const own = fde.instructions[n]!;
    return !startsOwnPart(own) && textOf(instruction) === textOf(own);
  });
}

function cieFor(output: Output, fde: Fde): Cie {
  const known = output.cies.findLast((cie) => serves(cie, fde, output.isEh));
  if (known !== undefined) return known;
  const own = fde.instructions.findIndex(startsOwnPart);
  const initial = own < 0 ? fde.instructions : fde.instructions.slice(0, own);
  const cie = { fde, initial, start: writeCie(output, fde, initial) };
  output.cies.push(cie);
  return cie;
}

const sizeOf = (encoding: number): 2 | 4 | 8 => {
  const format = encoding & 7;
  return format === 2 ? 2 : format === 3 ? 4 : 8;
};

function address(asm: Assembly, { encoding, value }: Encoded): void {
  field(asm, sizeOf(encoding), value!, (encoding & 0x70) === PCREL);
}

function writeCie({ asm, isEh }: Output, fde: Fde, initial: readonly CfiInstruction[]): AsmSymbol {
  const { personality, lsda } = fde;
  const hasPersonality = isEh && personality.encoding !== OMIT;
  const hasLsda = isEh && lsda.encoding !== OMIT;
  let first: AsmSymbol | undefined;
  sized(asm, isEh ? 4 : 8, (start) => {
    first = start;
    emit(asm, isEh ? [0, 0, 0, 0] : [0xff, 0xff, 0xff, 0xff]);
    emit(asm, [1]);
    const letters = `${isEh ? 'z' : ''}${hasPersonality ? 'P' : ''}${hasLsda ? 'L' : ''}${isEh ? 'R' : ''}`;
    emit(asm, [...new TextEncoder().encode(letters + (fde.isSignalFrame ? 'S' : '')), 0]);
    uleb(asm, 1n);
    sleb(asm, DATA_ALIGNMENT);
    emit(asm, [fde.returnColumn & 0xff]);
    if (isEh) {
      uleb(asm, 1 + (hasLsda ? 1 : 0) + (hasPersonality ? 1 + sizeOf(personality.encoding) : 0));
      if (hasPersonality) {
        emit(asm, [personality.encoding]);
        address(asm, personality);
      }
      if (hasLsda) emit(asm, [lsda.encoding]);
      emit(asm, [FDE_ENCODING]);
    }
    for (const instruction of initial) writeInstruction(asm, instruction);
  });
  return first!;
}

// ---- One description ----------------------------------------------------------------------------------------------

function writeFde(output: Output, fde: Fde, alignment: number): void {
  const { asm, isEh } = output;
  const cie = cieFor(output, fde);
  const start = of(symbolAt(asm, fde.start));
  const length = minus(of(symbolAt(asm, fde.end ?? fde.start)), start);
  sized(asm, alignment, () => {
    if (isEh) {
      field(asm, 4, minus(of(labelHere(asm)), of(cie.start)));
      field(asm, 4, start, true);
      field(asm, 4, length);
      const hasLsda = fde.lsda.encoding !== OMIT;
      uleb(asm, hasLsda ? sizeOf(fde.lsda.encoding) : 0);
      if (hasLsda) address(asm, fde.lsda);
    } else {
      field(asm, 4, of(cie.start));
      field(asm, 8, start);
      field(asm, 8, length);
    }
    for (const instruction of fde.instructions.slice(cie.initial.length)) writeInstruction(asm, instruction);
  });
}

/** Opcodes of DWARF 5, 7.24; the last is GNU's. */
const CFA = {
  offset: 0x80,
  restore: 0xc0,
  offsetExtended: 0x05,
  restoreExtended: 0x06,
  undefined: 0x07,
  sameValue: 0x08,
  register: 0x09,
  remember: 0x0a,
  restoreState: 0x0b,
  defCfa: 0x0c,
  defCfaRegister: 0x0d,
  defCfaOffset: 0x0e,
  offsetExtendedSf: 0x11,
  defCfaSf: 0x12,
  defCfaOffsetSf: 0x13,
  valOffset: 0x14,
  valOffsetSf: 0x15,
  valExpression: 0x16,
  windowSave: 0x2d,
} as const;

function writeInstruction(asm: Assembly, instruction: CfiInstruction): void {
  switch (instruction.kind) {
    case 'advance': {
      const { from, to } = instruction;
      return emitFragment(asm, { kind: 'advance', from, to, place: asm.place });
    }
    case 'defCfa': {
      const { register, offset } = instruction;
      emit(asm, [offset < 0n ? CFA.defCfaSf : CFA.defCfa]);
      uleb(asm, register);
      return offset < 0n ? sleb(asm, offset / DATA_ALIGNMENT) : uleb(asm, offset);
    }
    case 'defCfaOffset': {
      const { offset } = instruction;
      emit(asm, [offset < 0n ? CFA.defCfaOffsetSf : CFA.defCfaOffset]);
      return offset < 0n ? sleb(asm, offset / DATA_ALIGNMENT) : uleb(asm, offset);
    }
    case 'offset':
    case 'valOffset':
      return writeOffset(asm, instruction.kind, instruction.register, instruction.offset / DATA_ALIGNMENT);
    case 'restore':
      if (instruction.register < 0x40) return emit(asm, [CFA.restore | instruction.register]);
      emit(asm, [CFA.restoreExtended]);
      return uleb(asm, instruction.register);
    case 'defCfaRegister':
    case 'undefined':
    case 'sameValue':
      emit(asm, [CFA[instruction.kind]]);
      return uleb(asm, instruction.register);
    case 'register':
      emit(asm, [CFA.register]);
      uleb(asm, instruction.register);
      return uleb(asm, instruction.other);
    case 'remember':
    case 'restoreState':
    case 'windowSave':
      return emit(asm, [CFA[instruction.kind]]);
    case 'escape':
      for (const value of instruction.values) writeEscape(asm, value);
      return;
    case 'valEncodedAddress':
      return writeValEncodedAddress(asm, instruction);
    case 'label':
      instruction.symbol.home = { kind: 'label', at: dot(asm) };
      return;
    default:
      return instruction satisfies never;
  }
}

function writeEscape(asm: Assembly, value: Bound | undefined): void {
  if (value !== undefined) return field(asm, 1, value);
  warn(asm, 'zero assumed for missing expression');
  emit(asm, [0]);
}

/** `scaled` counts in data alignments, and is nearly always positive. */
function writeOffset(asm: Assembly, kind: 'offset' | 'valOffset', register: number, scaled: bigint): void {
  const isShort = kind === 'offset' && register < 0x40;
  if (scaled < 0n) {
    emit(asm, [kind === 'offset' ? CFA.offsetExtendedSf : CFA.valOffsetSf]);
    uleb(asm, register);
    return sleb(asm, scaled);
  }
  if (isShort) emit(asm, [CFA.offset | register]);
  else {
    emit(asm, [kind === 'offset' ? CFA.offsetExtended : CFA.valOffset]);
    uleb(asm, register);
  }
  uleb(asm, scaled);
}

const DW_OP_ADDR = 0x03;
/** GNU's: an encoding and an address encoded so. */
const DW_OP_GNU_ENCODED_ADDR = 0xf1;

function writeValEncodedAddress(
  asm: Assembly,
  { register, encoding, value }: Extract<CfiInstruction, { kind: 'valEncodedAddress' }>,
): void {
  emit(asm, [CFA.valExpression]);
  uleb(asm, register);
  const operation = encoding === 0 ? [DW_OP_ADDR] : [DW_OP_GNU_ENCODED_ADDR, encoding];
  uleb(asm, operation.length + sizeOf(encoding));
  emit(asm, operation);
  address(asm, { encoding, value });
}
