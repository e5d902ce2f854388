/**
 * A micro-op as one line of text, addressed `rip.n`: the destination, `=`, the operation with its width in bytes, the
 * sources, and the flags it commits.
 *
 *     ffffffff81000003.0  t0 = load.8 [gs:0x1000 + rax*8]
 *     ffffffff81000003.1  rax = add.8 rax, t0  flags=OSZAPC
 *
 * Every field of the micro-op shows, so two that differ print differently (a test holds it).
 */
import { address as hexAddress } from '../base/hex.ts';
import { s64 } from '../base/u64.ts';
import { GPR64_NAMES, RFLAGS, SEGMENT_NAMES } from '../isa/insn.ts';
import type { Address, ControlUop, Dst, Handle, MemoryUop, ShiftRules, Src, SystemUop, Uop } from './uop.ts';

/** With its address: `rip` is the instruction's, `n` counts the micro-ops from 0. */
export const printUop = (uop: Uop, rip: bigint, n: number): string => `${hexAddress(rip)}.${n}  ${uopText(uop)}`;

/** The micro-ops of an instruction, a line each. */
export const printUops = (uops: readonly Uop[], rip: bigint): string[] => uops.map((uop, n) => printUop(uop, rip, n));

/** Without an address. */
export function uopText(uop: Uop): string {
  switch (uop.op) {
    case 'mov':
      return `${name(uop.dst)} = mov.${uop.width} ${name(uop.src)}`;
    case 'sext':
    case 'zext':
      return `${name(uop.dst)} = ${uop.op}.${uop.width} ${name(uop.src)}.${uop.from}`;
    case 'add':
    case 'adc':
    case 'sub':
    case 'sbb':
    case 'and':
    case 'or':
    case 'xor':
    case 'shl':
    case 'shr':
    case 'sar':
    case 'rol':
    case 'ror':
    case 'rcl':
    case 'rcr':
    case 'imul':
    case 'bt':
    case 'bts':
    case 'btr':
    case 'btc':
    case 'bextr':
    case 'pdep':
    case 'pext': {
      const text = `${uop.op}.${uop.width} ${name(uop.a)}, ${name(uop.b)}`;
      return `${uop.dst === undefined ? '' : `${name(uop.dst)} = `}${text}${flags(uop)}`;
    }
    case 'bswap':
    case 'not':
    case 'neg':
    case 'inc':
    case 'dec':
    case 'bsf':
    case 'bsr':
    case 'popcnt':
    case 'tzcnt':
    case 'lzcnt':
      return `${name(uop.dst)} = ${uop.op}.${uop.width} ${name(uop.a)}${flags(uop)}`;
    case 'shld':
    case 'shrd': {
      const sources = `${name(uop.a)}, ${name(uop.b)}, ${name(uop.count)}`;
      return `${name(uop.dst)} = ${uop.op}.${uop.width} ${sources}${flags(uop)}`;
    }
    case 'mulu':
    case 'muls': {
      const results = `${name(uop.hi)}:${name(uop.lo)}`;
      return `${results} = ${uop.op}.${uop.width} ${name(uop.a)}, ${name(uop.b)}${flags(uop)}`;
    }
    case 'divu':
    case 'divs': {
      const dividend = `${name(uop.hi)}:${name(uop.lo)}`;
      return `${name(uop.quotient)}, ${name(uop.remainder)} = ${uop.op}.${uop.width} ${dividend}, ${name(uop.divisor)}`;
    }
    case 'crc32':
      return `${name(uop.dst)} = crc32.${uop.width} ${name(uop.a)}, ${name(uop.b)}`;
    case 'lea':
      return `${name(uop.dst)} = lea.${uop.width} ${place(uop.address)}`;
    case 'logical':
      return `${name(uop.dst)} = logical.${uop.width} ${place(uop.address)}, ${uop.access}`;
    case 'bcd':
      return uop.kind;
    case 'linear':
      return `${name(uop.dst)} = linear ${place(uop.address)}`;
    case 'select':
      return `${name(uop.dst)} = select.${uop.width} ${condition(uop.condition)} ? ${name(uop.a)} : ${name(uop.b)}`;
    case 'setcc':
      return `${name(uop.dst)} = set.1 ${condition(uop.condition)}`;
    case 'getflags':
      return `${name(uop.dst)} = rflags`;
    case 'setflags':
      return `rflags = ${name(uop.src)} & ${flagNames(uop.mask)}`;
    case 'step':
      return `${name(uop.dst)} = step ${uop.width}`;
    default:
      return memoryText(uop);
  }
}

function memoryText(uop: MemoryUop | ControlUop | SystemUop): string {
  switch (uop.op) {
    case 'load':
      return `${name(uop.dst)} = load.${uop.width} ${place(uop.address)}`;
    case 'probe':
      return `${name(uop.handle)} = probe.${uop.width} ${place(uop.address)}`;
    case 'loadh':
      return `${name(uop.dst)} = load.${uop.width} ${name(uop.handle)}`;
    case 'store':
      return `store.${uop.width} ${name(uop.handle)}, ${name(uop.src)}`;
    case 'early':
      return `early store.${uop.width} ${place(uop.address)}, ${name(uop.src)}`;
    case 'aligned':
      return `aligned.${uop.boundary} ${place(uop.address)}`;
    default:
      return controlText(uop);
  }
}

function controlText(uop: ControlUop | SystemUop): string {
  switch (uop.op) {
    case 'canonical':
      return `canonical ${name(uop.src)}`;
    case 'codelimit':
      return `code limit ${name(uop.src)}`;
    case 'jump':
      return `jump ${name(uop.target)}`;
    case 'branch':
      return `jump ${hex(uop.target)} if ${condition(uop.condition)}`;
    case 'branchz':
      return `jump ${hex(uop.target)} if ${name(uop.src)}.${uop.width} ${uop.nonzero ? '!=' : '=='} 0`;
    case 'exitz':
      return `exit if ${name(uop.src)}.${uop.width} == 0`;
    default:
      return systemText(uop);
  }
}

function systemText(uop: SystemUop): string {
  switch (uop.op) {
    case 'zero':
      return `zero.${uop.width} ${name(uop.src)}`;
    case 'bound':
      return `bound.${uop.width} ${name(uop.index)}, ${name(uop.lower)}, ${name(uop.upper)}`;
    case 'fault':
      return `fault ${uop.vector}${uop.error === undefined ? '' : `, error ${hex(BigInt(uop.error))}`}`;
    case 'interrupt':
      return `interrupt ${uop.vector} by ${uop.via}, next ${name(uop.next)}`;
    case 'rdcr':
      return `${name(uop.dst)} = cr${uop.cr}`;
    case 'wrcr':
      return `cr${uop.cr} = ${name(uop.src)}`;
    case 'rddr':
      return `${name(uop.dst)} = dr${uop.dr}`;
    case 'wrdr':
      return `dr${uop.dr} = ${name(uop.src)}`;
    case 'rdmsr':
      return `${name(uop.dst)} = msr[${name(uop.index)}]`;
    case 'wrmsr':
      return `msr[${name(uop.index)}] = ${name(uop.src)}`;
    case 'rdtsc':
      return `${name(uop.dst)} = tsc`;
    case 'rdbase':
      return `${name(uop.dst)} = ${uop.segment}.base`;
    case 'wrbase':
      return `${uop.segment}.base = ${name(uop.src)}`;
    case 'invlpg':
    case 'clflush':
      return `${uop.op} ${place(uop.address)}`;
    case 'invpcid':
      return `invpcid ${name(uop.type)}, ${place(uop.address)}`;
    case 'fence':
      return uop.kind;
    case 'popf':
      return `popf.${uop.width} ${name(uop.src)}`;
    case 'ports':
      return `ports.${uop.width} ${name(uop.port)}`;
    case 'in':
      return `${name(uop.dst)} = in.${uop.width} ${name(uop.port)}`;
    case 'out':
      return `out.${uop.width} ${name(uop.port)}, ${name(uop.src)}`;
    case 'rdseg':
      return `${name(uop.dst)} = ${segment(uop.segment)}`;
    case 'wrseg':
      return `${segment(uop.segment)} = ${name(uop.src)}${uop.holds ? ', holds events' : ''}`;
    case 'rdtable':
      return `${name(uop.dst)} = ${uop.table}r.${uop.part}`;
    case 'wrtable':
      return `${uop.table}r = ${name(uop.limit)}, ${name(uop.base)}`;
    case 'inspect':
      return `${name(uop.dst)} = ${uop.what} ${name(uop.selector)}`;
    case 'switch':
      return `${name(uop.dst)} = ${uop.kind}.${uop.width}, next ${name(uop.next)}`;
    case 'transfer': {
      const release = uop.release === 0 ? '' : `, release ${hex(BigInt(uop.release))}`;
      const next = uop.kind === 'call' ? `, next ${name(uop.next)}` : '';
      return `${name(uop.dst)} = far ${uop.kind}.${uop.width} ${name(uop.selector)}:${name(uop.offset)}${release}${next}`;
    }
    case 'rdxcr':
      return `${name(uop.dst)} = xcr[${name(uop.index)}]`;
    case 'wrxcr':
      return `xcr[${name(uop.index)}] = ${name(uop.src)}`;
    case 'rdpkru':
      return `${name(uop.dst)} = pkru[${name(uop.index)}]`;
    case 'wrpkru':
      return `pkru[${name(uop.index)}] = ${name(uop.src)}`;
    case 'rdpmc':
      return `${name(uop.dst)} = pmc[${name(uop.index)}]`;
    case 'rdpru':
      return `${name(uop.dst)} = rdpru[${name(uop.index)}]`;
    case 'random':
      return `${name(uop.dst)} = random.${uop.width}`;
    case 'cpl0':
    case 'supervisor':
    case 'wait':
    case 'cpuid':
    case 'swapgs':
    case 'cli':
    case 'sti':
    case 'clac':
    case 'stac':
    case 'hlt':
    case 'umip':
      return uop.op;
    default:
      return uop satisfies never;
  }
}

// Parts

/** The segment registers, and the two that hold system segments. */
const segment = (number: number): string => [...SEGMENT_NAMES, 'ldtr', 'tr'][number] ?? `segment${number}`;

function name(value: Src | Dst | Handle): string {
  switch (value.space) {
    case 'tmp':
      return `t${value.n}`;
    case 'handle':
      return `h${value.n}`;
    case 'imm':
      return hex(value.value);
    case 'reg':
      // AH, CH, DH, BH are the second bytes of the first four.
      return value.high ? `${GPR64_NAMES[value.n]!.charAt(1)}h` : GPR64_NAMES[value.n]!;
    default:
      return value satisfies never;
  }
}

/** Values near 2^64 read better with a sign. */
function hex(value: bigint): string {
  const asSigned = s64(value);
  return asSigned < 0n && asSigned >= -0x10000n ? `-0x${(-asSigned).toString(16)}` : `0x${value.toString(16)}`;
}

/** `[gs:rax + rcx*8 - 0x10]`; `stack` marks accesses whose non-canonical address is #SS, `.4` 32-bit addressing. */
function place({ segment, base, index, scale, disp, addressWidth, stack }: Address): string {
  const terms = [
    ...(base === undefined ? [] : [name(base)]),
    ...(index === undefined ? [] : [scale === 1 ? `${name(index)}*1` : `${name(index)}*${scale}`]),
  ];
  const offset = s64(disp);
  if (terms.length === 0) terms.push(`0x${disp.toString(16)}`);
  else if (offset !== 0n) terms.push(offset < 0n ? `-0x${(-offset).toString(16)}` : `0x${offset.toString(16)}`);
  const sum = terms.join(' + ').replace('+ -', '- ');
  const prefix = segment === 'none' ? (stack ? 'ss:' : '') : `${segment}:`;
  return `[${prefix}${sum}]${addressWidth === 8 ? '' : `.${addressWidth}`}`;
}

/** As the mnemonics' suffixes say it. */
const CONDITIONS = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'] as const;

const condition = (number: number): string => CONDITIONS[number] ?? `cc${number}`;

const FLAG_NAMES = ['CF', 'PF', 'AF', 'ZF', 'SF', 'TF', 'IF', 'DF', 'OF', 'NT', 'RF', 'VM', 'AC', 'ID'] as const;

const flagNames = (mask: number): string => FLAG_NAMES.filter((flag) => (mask & RFLAGS[flag]) !== 0).join(',');

/** The arithmetic flags by their initials, from the top bit down. */
const ARITHMETIC_FLAGS = ['OF', 'SF', 'ZF', 'AF', 'PF', 'CF'] as const;

const initials = (mask: number): string =>
  ARITHMETIC_FLAGS.filter((flag) => (mask & RFLAGS[flag]) !== 0)
    .map((flag) => flag.charAt(0))
    .join('');

/** `flags=OSZAPC set=A clear=Z overflow=first wrap`, each only where there is something to say. */
function flags({ flags, set, clear, overflow, wrap }: ShiftRules & { readonly wrap?: true }): string {
  const parts = [
    flags === 0 ? '' : `flags=${initials(flags)}`,
    set === undefined ? '' : `set=${initials(set)}`,
    clear === undefined ? '' : `clear=${initials(clear)}`,
    overflow === undefined ? '' : `overflow=${overflow}`,
    wrap === undefined ? '' : 'wrap',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `  ${parts.join(' ')}`;
}
