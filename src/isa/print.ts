/**
 * An instruction as AT&T text, as `objdump -d` (GNU binutils 2.40) prints it: `mov    %cr3,%rax`, `movq   $0x1,(%rax)`.
 *
 * In: a decoded instruction and, if wanted, names for addresses. Out: one line: prefixes, the mnemonic padded to six columns
 * (prefixes count), operands with the source first. A size suffix stands only where no register tells the width, and
 * prefixes that do nothing are named (`cs nopw`, `data16 lea`), as in objdump.
 *
 * Known differences from objdump, each of no consequence here: SSE/AVX comparisons keep their immediate (`cmpps $0x0` for `cmpeqps`),
 * an index that the encoding names but ignores isn't printed (`%riz`), REX bits and 66 prefixes that do nothing are mostly not
 * named, masks on stores are missing, FSUBR and FDIVR on registers keep Intel's names, and bytes that are no instruction don't come here at all. Branch targets and `%rip` operands get ` <symbol+0x10>` if the
 * caller can name them.
 */
import { s64, truncate } from '../base/u64.ts';
import { GPR64_NAMES, type Insn, type InsnOperand, type MemOperand, RIP, SEGMENT, SEGMENT_NAMES } from './insn.ts';

export interface PrintOptions {
  /** `sym+0x10` for an address, undefined where there is none. */
  readonly symbolize?: (address: bigint) => string | undefined;
}

export function printInsn(insn: Insn, options: PrintOptions = {}): string {
  const mnemonic = [...prefixes(insn), attMnemonic(insn)].join(' ');
  const operands = operandsText(insn, options);
  const comment = relativeComment(insn, options);
  return (operands === '' ? mnemonic : `${mnemonic.padEnd(6)} ${operands}`) + comment;
}

// Mnemonics

const STRING_SUFFIX = { b: 1, w: 2, l: 4, q: 8 } as const;
const SUFFIX = { 1: 'b', 2: 'w', 4: 'l', 8: 'q' } as const;

/** Where AT&T has another name than Intel. */
const RENAMED: Readonly<Record<string, string>> = {
  cbw: 'cbtw',
  cwde: 'cwtl',
  cdqe: 'cltq',
  cwd: 'cwtd',
  cdq: 'cltd',
  cqo: 'cqto',
  retf: 'lret',
  iret: 'iretw',
  iretd: 'iret',
  pushf: 'pushfw',
  popf: 'popfw',
  pushfq: 'pushf',
  popfq: 'popf',
  pushfd: 'pushf',
  popfd: 'popf',
  pusha: 'pushaw',
  popa: 'popaw',
  pushad: 'pusha',
  popad: 'popa',
  xlatb: 'xlat',
  sysret: 'sysretl',
  sysexit: 'sysexitl',
  movsxd: 'movslq',
  wait: 'fwait',
  sal: 'shl',
  reservednop: 'nop',
};

/** String instructions by their AT&T stem; those without an accumulator keep the width's suffix. */
const STRINGS = /^(movs|cmps|stos|lods|scas|ins|outs)([bwdq])$/;
const SUFFIXED_STRINGS: ReadonlySet<string> = new Set(['movs', 'cmps', 'ins', 'outs']);

/** Integer instructions whose memory operand alone doesn't tell the width. */
const SIZED: ReadonlySet<string> = new Set(
  (
    'mov add or adc sbb and sub xor cmp test not neg inc dec mul imul div idiv rol ror rcl rcr shl sal shr sar ' +
    'bt bts btr btc nop reservednop ptwrite'
  ).split(' '),
);

/** x87 instructions on memory: reals of 4, 8, 10 bytes (`s`, `l`, `t`), integers of 2, 4, 8 (`s`, `l`, `ll`). */
const X87 = /^f(i?(ld|stp?|add|mul|comp?|subr?|divr?)|isttp)$/;

const x87Suffix = (mnemonic: string, width: number): string =>
  (mnemonic.startsWith('fi') ? { 2: 's', 4: 'l', 8: 'll' }[width] : { 4: 's', 8: 'l', 10: 't' }[width]) ?? '';

const SHIFTS = /^(rol|ror|rcl|rcr|shl|sal|shr|sar)$/;

const LOOPS = /^loop/;

function attMnemonic(insn: Insn): string {
  const { mnemonic, form, operands } = insn;
  const name = RENAMED[mnemonic] ?? mnemonic;
  const string = stringParts(insn);
  if (string !== undefined) {
    return SUFFIXED_STRINGS.has(string.stem) ? string.stem + SUFFIX[string.width] : string.stem;
  }
  if (mnemonic === 'movzx' || mnemonic === 'movsx') return mnemonic.slice(0, 4) + extensionSuffix(operands);
  // Without REX.W, MOVSXD extends nothing, and has no AT&T name of its own.
  if (mnemonic === 'movsxd' && insn.operandSize !== 8) return 'movsxd';
  if ((form.includes('moffs') && insn.mode === 64) || form === 'Mov_r64_imm64') return 'movabs';
  if (mnemonic === 'call' || mnemonic === 'jmp') return branchName(insn);
  if (mnemonic === 'push' || mnemonic === 'pop')
    return insn.operandSize === 2 && !hasRegister(insn) ? `${mnemonic}w` : mnemonic;
  if (/^(ret|enter|leave)$/.test(mnemonic) && insn.operandSize === 2) return `${mnemonic}w`;
  if (/^Prefetchreserved[4-7]_m8$/.test(form)) return 'prefetch';
  if (mnemonic === 'retf' && insn.operandSize !== 4) return `${name}${insn.operandSize === 2 ? 'w' : 'q'}`;
  if (LOOPS.test(mnemonic) && insn.addressSize * 8 !== insn.mode)
    return mnemonic + (insn.addressSize === 2 ? 'w' : 'l');
  if (mnemonic === 'crc32' && operands[1]?.kind === 'mem') return mnemonic + widthSuffix(operands[1]);
  if (X87.test(mnemonic) && operands[0]?.kind === 'mem') return mnemonic + x87Suffix(mnemonic, operands[0].width);
  if (insn.mode !== 64) {
    if (/^[sl][gi]dt$/.test(mnemonic)) return `${mnemonic}${insn.operandSize === 2 ? 'w' : 'l'}`;
    if (/^(sysret|sysexit|ptwrite)$/.test(mnemonic)) return mnemonic;
  }
  if (SIZED.has(mnemonic) && needsSuffix(insn)) return name + widthSuffix(operands[0]);
  // The two-byte NOP is XCHG %ax,%ax to objdump.
  if (form === 'Nopw') return 'xchg';
  return name;
}

function stringParts({ mnemonic, operands }: Insn): { stem: string; width: 1 | 2 | 4 | 8 } | undefined {
  const match = STRINGS.exec(mnemonic);
  // MOVSD and CMPSD are also SSE.
  if (match === null || operands.some((operand) => operand.kind === 'other' || operand.kind === 'imm'))
    return undefined;
  const letter = match[2] === 'd' ? 'l' : (match[2] as keyof typeof STRING_SUFFIX);
  return { stem: match[1]!, width: STRING_SUFFIX[letter] };
}

/** `bl` of MOVZBL: the widths from and to. */
const extensionSuffix = ([to, from]: readonly InsnOperand[]): string => widthSuffix(from) + widthSuffix(to);

function widthSuffix(operand: InsnOperand | undefined): string {
  const width = operand !== undefined && 'width' in operand ? operand.width : 0;
  return width === 1 || width === 2 || width === 4 || width === 8 ? SUFFIX[width] : '';
}

/** `ljmp` for far pointers; AMD's branches of 16 bits get a suffix, unless a register tells. */
function branchName(insn: Insn): string {
  const [to] = insn.operands;
  if (isFarIndirect(insn) || to?.kind === 'far') return `l${insn.mnemonic}${insn.operandSize === 2 ? 'w' : ''}`;
  const narrow = (to?.kind === 'mem' && to.width === 2) || insn.form.endsWith('_rel16');
  return narrow ? `${insn.mnemonic}w` : insn.mnemonic;
}

const hasRegister = ({ operands }: Insn): boolean => operands.some((operand) => operand.kind === 'gpr');

/** Memory, and no register beside it that is as wide (the count in CL isn't). */
function needsSuffix({ mnemonic, operands }: Insn): boolean {
  const [first, second] = operands;
  if (first?.kind !== 'mem') return false;
  return SHIFTS.test(mnemonic) || mnemonic === 'reservednop' || second === undefined || second.kind === 'imm';
}

/** A far pointer is 2 bytes longer than its offset. */
const isFarIndirect = ({ form }: Insn): boolean => /_m16(16|32|64)$/.test(form);

// Prefixes

const SEGMENT_PREFIXES: Readonly<Record<number, number>> = {
  38: SEGMENT.ES,
  46: SEGMENT.CS,
  54: SEGMENT.SS,
  62: SEGMENT.DS,
  100: SEGMENT.FS,
  101: SEGMENT.GS,
};

/** The prefixes that objdump names before the mnemonic, in the order of the bytes. */
function prefixes(insn: Insn): string[] {
  const named: string[] = [];
  const last66 = lastPrefix(insn.bytes, 0x66);
  for (const [i, byte] of insn.bytes.entries()) {
    const segment = SEGMENT_PREFIXES[byte];
    if (byte === 0xf0) {
      if (insn.lock) named.push('lock');
    } else if (byte === 0xf3 || byte === 0xf2) {
      const name = repName(insn);
      if (name !== undefined) named.push(name);
    } else if (byte === 0x67) {
      if (!showsAddressSize(insn)) named.push(insn.mode === 32 ? 'addr16' : 'addr32');
    } else if (byte === 0x66) {
      if (i !== last66 || ignores66(insn)) named.push('data16');
    } else if (segment !== undefined) {
      const name = segmentName(insn, segment);
      if (name !== undefined) named.push(name);
    } else {
      if ((byte & 0xf8) === 0x48 && ignoresRexW(insn)) named.push('rex.W');
      break;
    }
  }
  return named;
}

/** 66 is part of their opcode. */
const MANDATORY_66 = /^(adcx|aand|tpause)$/;

/** A selector, or a machine status word: 16 bits in memory, for some in a register too, whatever the prefixes say. */
const isWord = ({ mnemonic, operands }: Insn): boolean =>
  /^(lldt|ltr|verr|verw|lmsw|arpl)$/.test(mnemonic) ||
  (operands.some(({ kind }) => kind === 'mem') &&
    (/^(str|sldt|smsw)$/.test(mnemonic) || (mnemonic === 'mov' && operands.some(({ kind }) => kind === 'segment'))));

/** REX.W overrides 66 in integer instructions; elsewhere it is part of the opcode. */
const ignores66 = (insn: Insn): boolean =>
  isWord(insn) ||
  (insn.operandSize === 8 &&
    !MANDATORY_66.test(insn.mnemonic) &&
    insn.operands.every((operand) => operand.kind !== 'other'));

function lastPrefix(bytes: Uint8Array, prefix: number): number {
  let last = -1;
  for (const [i, byte] of bytes.entries()) {
    if (byte === prefix) last = i;
    else if (SEGMENT_PREFIXES[byte] === undefined && ![0xf0, 0xf2, 0xf3, 0x66, 0x67].includes(byte)) break;
  }
  return last;
}

/** F3 and F2: a loop, the `bnd` and `repz ret` of old, or part of the opcode (undefined). */
function repName(insn: Insn): string | undefined {
  if (insn.rep === 'none') return undefined;
  const string = stringParts(insn);
  if (string?.stem === 'cmps' || string?.stem === 'scas') return insn.rep === 'rep' ? 'repz' : 'repnz';
  if (string !== undefined) return insn.rep === 'rep' ? 'rep' : 'repnz';
  if (insn.rep === 'repne' && /^(j|call|ret)/.test(insn.mnemonic)) return 'bnd';
  return insn.rep === 'rep' ? 'repz' : 'repnz';
}

/** Whether an operand shows the 67 prefix by its registers, or the mnemonic by its name. */
const showsAddressSize = ({ mnemonic, operands }: Insn): boolean =>
  /^(je?cxz|u?monitorx?|invlpga)$/.test(mnemonic) ||
  LOOPS.test(mnemonic) ||
  operands.some(
    (operand) =>
      operand.kind === 'mem' && (operand.base >= 0 || operand.index >= 0 || operand.vectorIndex !== undefined),
  );

/** FS and GS stand in the operand; the others do nothing in 64-bit mode, and stand before the mnemonic. */
function segmentName(insn: Insn, segment: number): string | undefined {
  if (segment === SEGMENT.DS && /^(jmp|call)$/.test(insn.mnemonic) && insn.operands[0]?.kind !== 'target')
    return 'notrack';
  const inOperand = insn.operands.some(
    (operand) => operand.kind === 'mem' && operand.override && operand.segment === segment,
  );
  if (inOperand && (segment >= SEGMENT.FS || insn.mode !== 64 || stringParts(insn) !== undefined)) return undefined;
  return SEGMENT_NAMES[segment];
}

/** REX.W on instructions whose operand is 64 bits wide without it. */
const ignoresRexW = (insn: Insn): boolean =>
  (insn.mnemonic === 'nop' && insn.operands.length === 0) ||
  (insn.mnemonic === 'call' && insn.operands[0]?.kind === 'target') ||
  (/^(call|jmp)$/.test(insn.mnemonic) && isFarIndirect(insn)) ||
  isWord(insn);

// Operands

/** Operands that iced leaves implicit and objdump prints. */
const IMPLICIT: Readonly<Record<string, string>> = {
  monitor: '%rax,%ecx,%edx',
  monitorx: '%rax,%ecx,%edx',
  mwait: '%eax,%ecx',
  mwaitx: '%eax,%ecx,%ebx',
  invlpga: '%rax,%ecx',
  skinit: '%eax',
};

/** Their operands stand in the order of the encoding. */
const IN_ORDER: ReadonlySet<string> = new Set(['enter', 'bound']);

function operandsText(insn: Insn, options: PrintOptions): string {
  const implicit = IMPLICIT[insn.mnemonic];
  if (implicit !== undefined) return implicit.replace('%rax', registerName(0, insn.addressSize, false));
  if (insn.form === 'Nopw') return '%ax,%ax';
  const shown = hidesSecond(insn) ? insn.operands.slice(0, 1) : insn.operands;
  const texts = shown.map((operand) => operandText(insn, operand, options));
  return (IN_ORDER.has(insn.mnemonic) ? texts : texts.reverse()).join(',');
}

/** A shift by one has no operand for it in the encoding; a reserved NOP's register is a part of the opcode. */
const hidesSecond = ({ form, mnemonic }: Insn): boolean =>
  mnemonic === 'reservednop' || (form.endsWith('_1') && SHIFTS.test(mnemonic));

function operandText(insn: Insn, operand: InsnOperand, options: PrintOptions): string {
  const star = /^(call|jmp)$/.test(insn.mnemonic) ? '*' : '';
  switch (operand.kind) {
    case 'gpr': {
      const port = /^(in|out|ins[bwd]|outs[bwd])$/.test(insn.mnemonic) && operand.index === 2 && operand.width === 2;
      // iced names the 32-bit register, of which these read the low half.
      const width = /^(ltr|lldt|verr|verw|lmsw|arpl)$/.test(insn.mnemonic) ? 2 : operand.width;
      const name = registerName(operand.index, width, operand.high);
      return port ? `(${name})` : star + name;
    }
    case 'segment':
      return `%${SEGMENT_NAMES[operand.index]}`;
    case 'cr':
      return `%cr${operand.index}`;
    case 'dr':
      return `%db${operand.index}`;
    case 'other':
      return operand.name === 'st(0)' && insn.operands.length > 1 ? '%st' : `%${operand.name}`;
    case 'imm':
      return `$0x${operand.value.toString(16)}`;
    case 'target':
      return withSymbol(operand.address, options);
    case 'far':
      return `$0x${operand.selector.toString(16)},$0x${operand.offset.toString(16)}`;
    case 'mem':
      return star + memoryText(insn, operand);
    default:
      return operand satisfies never;
  }
}

function withSymbol(address: bigint, { symbolize }: PrintOptions): string {
  const name = symbolize?.(address);
  // As objdump does: bare digits where a symbol follows.
  return name === undefined ? `0x${address.toString(16)}` : `${address.toString(16)} <${name}>`;
}

function memoryText(insn: Insn, operand: MemOperand): string {
  const string = stringParts(insn) !== undefined || insn.mnemonic === 'xlatb';
  const shown = string || (operand.override && (operand.segment >= SEGMENT.FS || insn.mode !== 64));
  const segment = shown ? `%${SEGMENT_NAMES[operand.segment]}:` : '';
  return segment + displacement(insn, operand) + registersText(insn, operand);
}

function registersText({ addressSize }: Insn, { base, index, vectorIndex, scale }: MemOperand): string {
  const width = addressSize;
  const first = base === RIP ? (width === 4 ? '%eip' : '%rip') : base >= 0 ? registerName(base, width, false) : '';
  const second = vectorIndex !== undefined ? `%${vectorIndex}` : index >= 0 ? registerName(index, width, false) : '';
  if (second !== '') return width === 2 ? `(${first},${second})` : `(${first},${second},${scale})`;
  return first === '' ? '' : `(${first})`;
}

function displacement(insn: Insn, { base, index, vectorIndex, disp, dispSize }: MemOperand): string {
  if (dispSize === 0) return '';
  if (base === RIP) return signedHex(s64(disp - insn.ip - BigInt(insn.length)));
  const bare = base < 0 && index < 0 && vectorIndex === undefined;
  return bare
    ? `0x${truncate(disp, insn.addressSize === 8 || insn.mode === 64 ? 8 : insn.addressSize).toString(16)}`
    : signedHex(s64(disp));
}

const signedHex = (value: bigint): string => (value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);

/** objdump's comment on a RIP-relative operand, when the place has a name: `        # ffffffff82000040 <sym+0x40>`. */
function relativeComment({ operands }: Insn, options: PrintOptions): string {
  const relative = operands.find((operand) => operand.kind === 'mem' && operand.base === RIP);
  if (relative?.kind !== 'mem' || options.symbolize?.(relative.disp) === undefined) return '';
  return `        # ${withSymbol(relative.disp, options)}`;
}

// Registers

const LEGACY = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'] as const;
const HIGH_BYTES = ['ah', 'ch', 'dh', 'bh'] as const;
const LOW_BYTES = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil'] as const;

/** `%rax`, `%r10d`, `%ah`. */
function registerName(index: number, width: 1 | 2 | 4 | 8, high: boolean): string {
  if (high) return `%${HIGH_BYTES[index]}`;
  if (width === 8) return `%${GPR64_NAMES[index]}`;
  if (index >= 8) return `%r${index}${{ 1: 'b', 2: 'w', 4: 'd' }[width]}`;
  if (width === 1) return `%${LOW_BYTES[index]}`;
  return width === 4 ? `%e${LEGACY[index]}` : `%${LEGACY[index]}`;
}
