/**
 * What the names in a scenario header stand for, in a machine with a run set up or ended.
 *
 *   rax … r15, rip, rflags, cr0 …, dr7, gs_base …     the register, now
 *   NAME_at_entry                                     the register or variable when the entry was called
 *   user_pcid_flush_mask, any per-CPU variable        its value, up to 8 bytes
 *   instructions, cycles, cr3_writes, cr3_flushes, tlb_lost    counted over the run
 *   pti, pcid …                                       1 when the kernel's feature is set
 *   cpu.pcid …                                        1 when the modelled CPU has it
 *   entry.NAME, GROUP.STATE                           1 when this run is of that entry, in that state
 *   any symbol                                        its address
 */
import { fromBytes, toBytes } from '../base/u64.ts';
import * as cpuModel from '../cpu/cpu.ts';
import type { Counters } from '../cpu/observe.ts';
import { symbolNamed } from '../image/image.ts';
import { FEATURE_NUMBERS } from '../isa/features.ts';
import { ASIDS, flushBit, kernelCr3, LINUX, userCr3 } from '../machine/linux.ts';
import { type Machine, percpuBytes, writePercpu } from '../machine/machine.ts';
import { percpuField } from '../machine/percpu.ts';
import { isRegister, REGISTER_NAMES, readRegister, writeRegister } from '../trace/snapshot.ts';
import type { Environment } from './expression.ts';

/** Which run it is: the entry's name and the state of each group. */
export interface Selection {
  readonly entry: string;
  readonly states: ReadonlyMap<string, string>;
}

/** Values at the moment the entry is called. */
export interface Entered {
  readonly values: ReadonlyMap<string, bigint>;
  readonly counters: Counters;
}

const FEATURES_BY_LOWER_NAME = new Map(Object.entries(FEATURE_NUMBERS).map(([name, n]) => [name.toLowerCase(), n]));
const AT_ENTRY = '_at_entry';

/** Remembers everything that `_at_entry` can ask for. */
export function enteredState(machine: Machine): Entered {
  const fields = ['user_pcid_flush_mask', 'loaded_mm_asid', ...machine.percpu.map((v) => v.name)];
  const values = new Map<string, bigint>();
  for (const name of [...REGISTER_NAMES, ...fields]) {
    const value = readVariable(machine, name);
    if (value !== undefined) values.set(name, value);
  }
  return { values, counters: cpuModel.counters(machine.cpu) };
}

/** A register or a per-CPU variable of at most 8 bytes. */
function readVariable(machine: Machine, name: string): bigint | undefined {
  if (isRegister(name)) return readRegister(machine.cpu, name);
  const field = percpuField(machine.percpu, name);
  if (!field || field.size > 8) return undefined;
  return fromBytes(percpuBytes(machine, field.offset, field.size));
}

/** Sets a register or a per-CPU variable; false when `name` is neither. */
export function assign(machine: Machine, name: string, value: bigint): boolean {
  if (isRegister(name)) return writeRegister(machine.cpu, name, value);
  const field = percpuField(machine.percpu, name);
  if (!field || field.size > 8) return false;
  writePercpu(machine, field.offset, toBytes(value, field.size));
  return true;
}

export function environment(machine: Machine, { entry, states }: Selection, entered?: Entered): Environment {
  const { cpu, space, features, cpuFeatures, image } = machine;
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  return {
    name(name) {
      const variable = readVariable(machine, name);
      if (variable !== undefined) return variable;
      if (name.endsWith(AT_ENTRY)) return entered?.values.get(name.slice(0, -AT_ENTRY.length));
      const counted = entered && countedSince(entered.counters, programCounters(cpu), name);
      if (counted !== undefined) return counted;
      const feature = FEATURES_BY_LOWER_NAME.get(name);
      if (feature !== undefined) return truth(features.has(feature));
      const [group, state] = name.split('.', 2);
      if (state !== undefined) {
        if (group === 'entry') return truth(state === entry);
        if (group === 'cpu' && Object.hasOwn(cpuFeatures, state))
          return truth(cpuFeatures[state as keyof typeof cpuFeatures]);
        if (states.has(group!)) return truth(states.get(group!) === state);
      }
      return symbolNamed(image, name)?.address;
    },
    call(name, [first, ...rest]) {
      if (first === undefined || rest.length > 0) return undefined;
      const asid = first < BigInt(ASIDS) ? Number(first) : undefined;
      switch (name) {
        case 'kernel_cr3':
          return asid === undefined ? undefined : kernelCr3(space, asid);
        case 'user_cr3':
          return asid === undefined ? undefined : userCr3(space, asid);
        case 'flush_bit':
          return asid === undefined ? undefined : flushBit(asid);
        case 'flush_pending':
          return asid === undefined
            ? undefined
            : truth(((readVariable(machine, 'user_pcid_flush_mask') ?? 0n) & flushBit(asid)) !== 0n);
        case 'u8':
          return readMemory(machine, first, 1);
        case 'u16':
          return readMemory(machine, first, 2);
        case 'u32':
          return readMemory(machine, first, 4);
        case 'u64':
          return readMemory(machine, first, 8);
        default:
          return undefined;
      }
    },
  };
}

/** The counters without the HLT of the exit page, which is ours and not the program's. */
function programCounters(cpu: cpuModel.Cpu): Counters {
  const counters = cpuModel.counters(cpu);
  const returned = cpuModel.getRip(cpu) === LINUX.exit + 1n;
  return returned ? { ...counters, instructions: counters.instructions - 1 } : counters;
}

/** Figures counted from the entry on. */
function countedSince(from: Counters, now: Counters, name: string): bigint | undefined {
  switch (name) {
    case 'instructions':
      return BigInt(now.instructions - from.instructions);
    case 'cycles':
      return now.cycles - from.cycles;
    case 'cr3_writes':
      return BigInt(now.cr3Writes - from.cr3Writes);
    case 'cr3_flushes':
      return BigInt(now.cr3Flushing - from.cr3Flushing);
    case 'tlb_lost':
      return BigInt(now.tlbDropped - from.tlbDropped);
    default:
      return undefined;
  }
}

/** Memory as the loaded page tables show it; what is not mapped reads as 0. */
const readMemory = ({ cpu }: Machine, address: bigint, width: number): bigint => {
  const bytes = cpuModel.readLinear(cpu, address, width);
  return bytes ? fromBytes(bytes) : 0n;
};
