/**
 * Where the instruction at RIP leads: whether a condition holds, and why in words; where a jump, call or return goes, as the registers
 * and memory stand. What would fault for want of privilege gets no note, and other faults are not foreseen.
 */
import { hex } from '../../base/hex.ts';
import { u64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { MSR } from '../../cpu/cpu.ts';
import { gateOffset } from '../../cpu/descriptors.ts';
import { isCanonicalAddress } from '../../cpu/state.ts';
import { GPR, type Insn, type InsnOperand, type MemOperand, RFLAGS, RIP, SEGMENT } from '../../isa/insn.ts';
import type { Machine } from '../../machine/machine.ts';
import { insnAt, is64Bit, nameSuffix, readValue } from './guest.ts';

export interface BranchNote {
  /** Of a conditional instruction: whether its condition holds. */
  readonly taken: boolean | undefined;
  /** `CF=1: jae not taken`; `returns to 0xffffffff81fff000 <exit page>`. */
  readonly text: string;
  /** Where control goes next, if that is known and not simply the next instruction. */
  readonly target: bigint | undefined;
}

/** Of the instruction at RIP, or of `insn` as if it were there; undefined where there is nothing to say. */
export function branchNote(machine: Machine, insn?: Insn): BranchNote | undefined {
  if (insn) return noteOf(machine, insn);
  const there = insnAt(machine, cpuModel.getRip(machine.cpu));
  return there.kind === 'insn' ? noteOf(machine, there.insn) : undefined;
}

function noteOf(machine: Machine, insn: Insn): BranchNote | undefined {
  const { mnemonic } = insn;
  if (insn.condition !== undefined) return conditional(machine, insn, insn.condition);
  if (/^j[re]?cxz$/.test(mnemonic) || mnemonic.startsWith('loop')) return counted(machine, insn);
  if (insn.rep !== 'none') return repeated(machine, insn);
  if (mnemonic === 'jmp' || mnemonic === 'call') return jump(machine, insn);
  if (mnemonic === 'ret' || mnemonic === 'retf') return nearOrFarReturn(machine, insn);
  if (/^iret[dq]?$/.test(mnemonic)) return interruptReturn(machine, insn);
  return fastCall(machine, insn) ?? softwareInterrupt(machine, insn);
}

// Conditions

/** By the upper three bits of a condition: the flags that it looks at, and whether it holds (SDM vol. 1, appendix B). */
const CONDITIONS: readonly { readonly flags: readonly (keyof typeof RFLAGS)[]; holds(f: FlagReader): boolean }[] = [
  { flags: ['OF'], holds: (f) => f('OF') },
  { flags: ['CF'], holds: (f) => f('CF') },
  { flags: ['ZF'], holds: (f) => f('ZF') },
  { flags: ['CF', 'ZF'], holds: (f) => f('CF') || f('ZF') },
  { flags: ['SF'], holds: (f) => f('SF') },
  { flags: ['PF'], holds: (f) => f('PF') },
  { flags: ['SF', 'OF'], holds: (f) => f('SF') !== f('OF') },
  { flags: ['ZF', 'SF', 'OF'], holds: (f) => f('ZF') || f('SF') !== f('OF') },
];
type FlagReader = (name: keyof typeof RFLAGS) => boolean;

const flagReader =
  ({ cpu }: Machine): FlagReader =>
  (name) =>
    (cpuModel.getFlags(cpu) & BigInt(RFLAGS[name])) !== 0n;

function conditional(machine: Machine, insn: Insn, condition: number): BranchNote {
  const flag = flagReader(machine);
  const { flags, holds } = CONDITIONS[condition >> 1]!;
  const taken = holds(flag) !== ((condition & 1) !== 0);
  const why = flags.map((name) => `${name}=${flag(name) ? 1 : 0}`).join(' ');
  const { mnemonic } = insn;
  if (mnemonic.startsWith('cmov'))
    return { taken, text: `${why}: ${mnemonic} ${taken ? 'moves' : 'does not move'}`, target: undefined };
  if (mnemonic.startsWith('set'))
    return { taken, text: `${why}: ${mnemonic} gives ${taken ? 1 : 0}`, target: undefined };
  return decided(machine, insn, taken, why);
}

/** `why: jb taken to …`, `why: jb not taken`. */
function decided(machine: Machine, insn: Insn, taken: boolean, why: string): BranchNote {
  const [to] = insn.operands;
  const target = taken && to?.kind === 'target' ? to.address : undefined;
  const where = target === undefined ? '' : ` to ${hex(target)}${nameSuffix(machine, target)}`;
  return { taken, text: `${why}: ${insn.mnemonic} ${taken ? 'taken' : 'not taken'}${where}`, target };
}

const COUNT_NAMES = { 2: 'cx', 4: 'ecx', 8: 'rcx' } as const;

const countOf = ({ cpu }: Machine, { addressSize }: Insn): bigint =>
  BigInt.asUintN(8 * addressSize, cpuModel.getReg(cpu, GPR.RCX));

/** JrCXZ looks at the count, LOOPcc at the count less one and ZF. */
function counted(machine: Machine, insn: Insn): BranchNote {
  const count = countOf(machine, insn);
  const name = COUNT_NAMES[insn.addressSize];
  if (!insn.mnemonic.startsWith('loop')) return decided(machine, insn, count === 0n, `${name}=${hex(count)}`);
  const left = BigInt.asUintN(8 * insn.addressSize, count - 1n);
  const zero = flagReader(machine)('ZF');
  const wants = /ne|nz/.test(insn.mnemonic) ? false : /loope|loopz/.test(insn.mnemonic) ? true : undefined;
  const why = `${name}-1=${hex(left)}${wants === undefined ? '' : ` ZF=${zero ? 1 : 0}`}`;
  return decided(machine, insn, left !== 0n && (wants === undefined || wants === zero), why);
}

const STRINGS = /^(movs|cmps|stos|lods|scas|ins|outs)[bwdq]$/;

function repeated(machine: Machine, insn: Insn): BranchNote | undefined {
  if (!STRINGS.test(insn.mnemonic))
    return insn.mnemonic === 'ret' ? nearOrFarReturn(machine, insn) : jumpWithPrefix(machine, insn);
  const count = countOf(machine, insn);
  const name = COUNT_NAMES[insn.addressSize];
  if (count === 0n) return { taken: false, text: `${name}=0: nothing is repeated`, target: undefined };
  const most = /^(cmps|scas)/.test(insn.mnemonic) ? ' at most' : '';
  return {
    taken: true,
    text: `${name}=${hex(count)}: ${count} iteration${count === 1n ? '' : 's'} left${most}`,
    target: undefined,
  };
}

/** BND and NOTRACK are written as repeat and segment prefixes. */
const jumpWithPrefix = (machine: Machine, insn: Insn): BranchNote | undefined =>
  insn.mnemonic === 'jmp' || insn.mnemonic === 'call' ? jump(machine, insn) : undefined;

// Transfers

/** `verb 0x… <symbol>`; undefined targets: memory that is not mapped. */
function leads(machine: Machine, verb: string, target: bigint | undefined, extra = ''): BranchNote {
  if (target === undefined) return { taken: undefined, text: `${verb} an address that cannot be read`, target };
  const bad = isCanonicalAddress(machine.cpu, target) ? '' : ', which is not canonical';
  return { taken: undefined, text: `${verb} ${hex(target)}${nameSuffix(machine, target)}${bad}${extra}`, target };
}

const selectorText = (selector: bigint | undefined): string =>
  selector === undefined ? 'a selector that cannot be read' : hex(selector & 0xffffn);

function jump(machine: Machine, insn: Insn): BranchNote | undefined {
  const verb = insn.mnemonic === 'call' ? 'calls' : 'jumps to';
  const [to] = insn.operands;
  if (!to) return undefined;
  if (to.kind === 'far') return leads(machine, verb, to.offset, `, selector ${hex(to.selector)}`);
  if (to.kind === 'mem' && /_m16(16|32|64)$/.test(insn.form)) {
    const at = effectiveAddress(machine, insn, to);
    const offset = readValue(machine, at, insn.operandSize);
    return leads(
      machine,
      verb,
      offset,
      `, selector ${selectorText(readValue(machine, at + BigInt(insn.operandSize), 2))}`,
    );
  }
  return leads(machine, verb, targetOf(machine, insn, to));
}

/** The value of a target operand. */
function targetOf(machine: Machine, insn: Insn, operand: InsnOperand): bigint | undefined {
  if (operand.kind === 'target') return operand.address;
  if (operand.kind === 'gpr') return BigInt.asUintN(8 * operand.width, cpuModel.getReg(machine.cpu, operand.index));
  return operand.kind === 'mem'
    ? readValue(machine, effectiveAddress(machine, insn, operand), operand.width || 8)
    : undefined;
}

/** The linear address of a memory operand, by the registers as they are. */
export function effectiveAddress(machine: Machine, insn: Insn, operand: MemOperand): bigint {
  const { cpu } = machine;
  const register = (n: number): bigint => (n >= 0 && n < 16 ? cpuModel.getReg(cpu, n) : 0n);
  const { base, index, scale, disp, segment } = operand;
  const sum = base === RIP ? disp : register(base) + register(index) * BigInt(scale) + disp;
  const offset = BigInt.asUintN(8 * insn.addressSize, sum);
  if (insn.mode === 64) return u64(offset + cpuModel.getSegmentBase(cpu, segment));
  return BigInt.asUintN(32, offset + cpuModel.getSegment(cpu, segment).base);
}

/** `n` slots of `width` bytes up from the top of the stack. */
function stackSlot(machine: Machine, insn: Insn, n: number, width: number): bigint | undefined {
  const { cpu } = machine;
  const sp = BigInt.asUintN(8 * insn.stackSize, cpuModel.getReg(cpu, GPR.RSP)) + BigInt(n * width);
  const linear = insn.mode === 64 ? sp : BigInt.asUintN(32, sp + cpuModel.getSegment(cpu, SEGMENT.SS).base);
  return readValue(machine, linear, width);
}

function nearOrFarReturn(machine: Machine, insn: Insn): BranchNote {
  const width = insn.mode === 64 && insn.mnemonic === 'ret' ? 8 : insn.operandSize;
  const target = stackSlot(machine, insn, 0, width);
  if (insn.mnemonic === 'ret') return leads(machine, 'returns to', target);
  return leads(machine, 'returns to', target, `, selector ${selectorText(stackSlot(machine, insn, 1, width))}`);
}

function interruptReturn(machine: Machine, insn: Insn): BranchNote {
  const width = insn.operandSize;
  const selector = stackSlot(machine, insn, 1, width);
  const outward = selector !== undefined && Number(selector & 3n) > cpuModel.getCpl(machine.cpu);
  const changes = insn.mode === 64 || outward;
  const sp = changes ? stackSlot(machine, insn, 3, width) : undefined;
  const stack = sp === undefined ? '' : `, rsp ${hex(sp)}`;
  return leads(
    machine,
    'returns to',
    stackSlot(machine, insn, 0, width),
    `, selector ${selectorText(selector)}${stack}`,
  );
}

function fastCall(machine: Machine, { mnemonic, operandSize }: Insn): BranchNote | undefined {
  const { cpu } = machine;
  const privileged = cpuModel.getCpl(cpu) === 0;
  const narrow = (value: bigint): bigint => BigInt.asUintN(operandSize === 8 ? 64 : 32, value);
  switch (mnemonic) {
    case 'syscall':
      return leads(machine, 'enters', cpuModel.getMsr(cpu, is64Bit(machine) ? MSR.LSTAR : MSR.CSTAR));
    case 'sysenter':
      return leads(machine, 'enters', cpuModel.getMsr(cpu, MSR.SYSENTER_EIP));
    case 'sysret':
    case 'sysretq':
      return privileged ? leads(machine, 'returns to', narrow(cpuModel.getReg(cpu, GPR.RCX)), ' at CPL 3') : undefined;
    case 'sysexit':
    case 'sysexitq':
      return privileged ? leads(machine, 'returns to', narrow(cpuModel.getReg(cpu, GPR.RDX)), ' at CPL 3') : undefined;
    default:
      return undefined;
  }
}

/** INT n, INT3: the handler that the gate names, where events are delivered. */
function softwareInterrupt(machine: Machine, { mnemonic, operands }: Insn): BranchNote | undefined {
  const [number] = operands;
  const vector =
    mnemonic === 'int3' ? 3 : mnemonic === 'int' && number?.kind === 'imm' ? Number(number.value) : undefined;
  if (vector === undefined || !machine.cpu.delivers) return undefined;
  const { base, limit } = cpuModel.getTable(machine.cpu, 'idt');
  if (16 * vector + 15 > limit) return undefined;
  const at = base + BigInt(16 * vector);
  const [low, high, upper] = [0n, 4n, 8n].map((offset) => readValue(machine, at + offset, 4));
  if (low === undefined || high === undefined || upper === undefined) return undefined;
  const offset = gateOffset(Number(low), Number(high)) >>> 0;
  return leads(machine, `interrupt ${hex(vector)} enters`, (upper << 32n) | BigInt(offset));
}
