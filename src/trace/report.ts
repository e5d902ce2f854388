/**
 * What a person needs when a run stops where it should not: why, at which instruction, from which source line through
 * which macros, whether the patcher put it there, and the state.
 */
import { formatChain } from '../base/diagnostics.ts';
import { address, hex } from '../base/hex.ts';
import * as cpuModel from '../cpu/cpu.ts';
import { faultName, type Stop } from '../cpu/stop.ts';
import { type Image, lineAt, type PatchedRange, patchAt, symbolize } from '../image/image.ts';
import { printInsn } from '../isa/print.ts';
import { nameCr3 } from '../machine/linux.ts';
import type { Machine } from '../machine/machine.ts';
import { flagNames, snapshot } from './snapshot.ts';
import { patchName } from './text.ts';

/** One line: `#GP(0x0) at restore_before+0x12: CR3 bit 63 …`. */
export function stopText({ cpu, image }: Machine, stop: Stop): string {
  const at = (rip: bigint): string => symbolize(image, rip) ?? hex(rip);
  switch (stop.kind) {
    case 'budget':
      return `stopped at ${at(cpuModel.getRip(cpu))}: the instruction budget is used up (see --max-insns)`;
    case 'halt':
      return `halted at ${at(cpuModel.getRip(cpu))}`;
    case 'exit':
      return `exit with ${hex(BigInt(stop.code))} at ${at(cpuModel.getRip(cpu))}`;
    case 'shutdown':
      return `triple fault at ${at(stop.rip)}, the CPU shut down: ${stop.detail}`;
    case 'not-modelled':
      return `#UD: not modelled: ${stop.form} at ${at(stop.rip)}`;
    case 'fault': {
      const code = stop.error === undefined ? '' : `(${hex(stop.error)})`;
      const cr2 = stop.cr2 === undefined ? '' : `, CR2 ${address(stop.cr2)}`;
      return `${faultName(stop.vector)}${code} at ${at(stop.rip)}${cr2}: ${stop.detail}`;
    }
    default:
      return stop satisfies never;
  }
}

/**
 * The stop with the instruction, where it comes from, and the registers. `path`: what the run went through that the
 * patcher had put there, which may be why it came to an instruction that the patcher left alone.
 */
export function stopReport(machine: Machine, stop: Stop, path: readonly PatchedRange[] = []): string {
  const { cpu, image } = machine;
  const rip = stop.kind === 'fault' || stop.kind === 'not-modelled' ? stop.rip : cpuModel.getRip(cpu);
  const there = cpuModel.uopsAt(cpu, rip);
  const lines = [stopText(machine, stop)];
  if (there.kind !== 'invalid') {
    const text = printInsn(there.insn, { symbolize: (a) => symbolize(image, a) });
    lines.push(`  instruction  ${address(rip)}  ${text}`);
  }
  lines.push(
    ...[...originLines(image, rip), ...pathLines(image, path)].map((line) => `  ${line}`),
    '',
    ...dump(machine),
  );
  return lines.join('\n');
}

/** Source line, macro chain and alternative of an address. */
export function originLines(image: Image, rip: bigint): string[] {
  const line = lineAt(image, rip);
  const patch = patchAt(image, rip);
  const lines: string[] = [];
  if (line) {
    const { span, chain } = line.place;
    lines.push(`source       ${span.file}:${span.line}`, ...formatChain(chain).map((info) => `             ${info}`));
  }
  if (patch) lines.push(`alternative  ${patchText(image, patch)}`);
  else if (image.patches.length > 0) lines.push('alternative  none at this address: it is as assembled');
  return lines;
}

/** `PCID at restore_before+0x2, from restore_cr3.S:87` */
function patchText(image: Image, patch: PatchedRange): string {
  const place = patch.sitePlace && (patch.sitePlace.chain.at(-1)?.at ?? patch.sitePlace.span);
  const where = symbolize(image, patch.address) ?? address(patch.address);
  return `put there for ${patchName(patch)} at ${where}${place ? `, from ${place.file}:${place.line}` : ''}`;
}

const pathLines = (image: Image, path: readonly PatchedRange[]): string[] =>
  path.map((patch, i) => `${i === 0 ? 'on the way  ' : '            '} ${patchText(image, patch)}`);

/** The registers, four columns, then the system registers by name. */
export function dump({ cpu, space }: Machine): string[] {
  const state = snapshot(cpu);
  const cell = (name: string): string => `${name.padStart(4)} ${address(state.get(name)!)}`;
  const rows = [
    ['rax', 'rbx', 'rcx', 'rdx'],
    ['rsi', 'rdi', 'rbp', 'rsp'],
    ['r8', 'r9', 'r10', 'r11'],
    ['r12', 'r13', 'r14', 'r15'],
    ['cr0', 'cr2', 'cr3', 'cr4'],
    ['dr6', 'dr7'],
  ].map((names) => names.map(cell).join('  '));
  const cr3 = nameCr3(space, state.get('cr3')!);
  return [
    ...rows,
    ` rip ${address(state.get('rip')!)}  rflags ${hex(state.get('rflags')!)} ${flagNames(state.get('rflags')!)}  cpl ${cpuModel.getCpl(cpu)}`,
    `  gs base ${address(state.get('gs_base')!)}  kernel gs base ${address(state.get('kernel_gs_base')!)}${cr3 ? `  cr3 is ${cr3}` : ''}`,
  ];
}
