/** `info cost`: what the program has cost so far, and what the instruction at RIP will, with the figures' sources. */
import * as cpuModel from '../../cpu/cpu.ts';
import { CR4 } from '../../cpu/cpu.ts';
import type { Insn } from '../../isa/insn.ts';
import type { Machine } from '../../machine/machine.ts';
import { paragraph, type Style, table } from '../style.ts';
import { codeLine } from './disassemble.ts';
import { insnAt } from './guest.ts';

export function infoCost(machine: Machine, style: Style): string[] {
  const { cpu } = machine;
  const { instructions, cycles, cr3Writes, cr3Flushing, tlbFilled, tlbDropped } = cpuModel.counters(cpu);
  const rows = [
    ['instructions', String(instructions)],
    ['cycles', String(cycles)],
    ['CR3 writes', String(cr3Writes), `${cr3Flushing} of them flushed`],
    ['TLB entries filled', String(tlbFilled)],
    ['TLB entries lost', String(tlbDropped), 'to flushes'],
  ];
  return [...table(rows, style, { right: [1] }), ...nextLines(machine, style)];
}

/** The instruction at RIP. */
function nextLines(machine: Machine, style: Style): string[] {
  const { cpu } = machine;
  const rip = cpuModel.getRip(cpu);
  const there = insnAt(machine, rip);
  if (!cpu.cost) return ['Without a cost table each instruction takes one cycle.'];
  if (there.kind !== 'insn') return [];
  const { insn } = there;
  const cycles = cpu.cost.cycles(insn);
  const source = cpu.cost.source?.(insn);
  const text = codeLine(machine, rip)?.text ?? '';
  return [
    ...paragraph(`next, by table ${cpu.cost.name}: ${text.replace(/\s+/g, ' ')}`, style),
    ...paragraph(`  ${cycles} cycle${cycles === 1 ? '' : 's'}${source ? ` (${source})` : ''}`, style),
    ...additions(machine, insn).flatMap((line) => paragraph(`  ${line}`, style)),
  ];
}

/** What misses and flushes add. */
function additions({ cpu }: Machine, insn: Insn): string[] {
  const { tlbMiss, cacheMiss, cr3Flush } = cpu.cost!;
  const [to] = insn.operands;
  const writesCr3 = insn.mnemonic === 'mov' && to?.kind === 'cr' && to.index === 3;
  const readsMemory = insn.operands.some((o) => o.kind === 'mem' && o.width > 0);
  const unless = cpuModel.getCr(cpu, 4) & BigInt(CR4.PCIDE) ? ' unless bit 63 is set' : '';
  return [
    ...(writesCr3 ? [`+ ${cr3Flush} for the flush${unless}`] : []),
    ...(readsMemory ? [`+ ${tlbMiss} for each walk on a TLB miss, ${cacheMiss} for a line that CLFLUSH evicted`] : []),
  ];
}
