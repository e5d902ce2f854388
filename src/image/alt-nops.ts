/**
 * NOPs as the kernel's patcher writes them: the bytes of a site in, the same with its NOPs made long out.
 *
 *   4.1  to 5.12   of a site left alone, the padding that the entry counts, if the site *begins* with as many one-byte
 *                  NOPs (up to 4.14: with one); of a patched site what the replacement leaves over, in NOPs of up to 8
 *   5.13 to 6.4    every run of two or more one-byte NOPs, in NOPs of up to 8 bytes
 *   6.5  to 6.9    every run of NOPs, long ones included, becomes one: a NOP of up to 11 bytes, or a jump over INT3s; a
 *                  jump to the end of the run is taken for a part of it
 *   from 6.10      the same without the jump; a single NOP at the end is left as it is
 *
 * Linux, arch/x86/kernel/alternative.c: optimize_nops(), add_nops(), add_nop().
 */
import { fromBytes, signed, toBytes } from '../base/u64.ts';
import { RECOMMENDED_NOPS } from '../isa/nops.ts';
import { type AltEntry, atLeast, type KernelVersion } from './alt-entries.ts';
import { instructionAt, isNop, JMP, JMP_SHORT, type Parts, relativeField } from './alt-instruction.ts';

export const NOP = 0x90;
const INT3 = 0xcc;
/** The longest NOP up to 6.4, and from 6.5. */
const LONGEST_NOP = 8;
const LONGEST_NOP_6_5 = 11;

const oneNop = (length: number): number[] => {
  const more = Math.max(0, length - RECOMMENDED_NOPS.length);
  return [...Array<number>(more).fill(0x66), ...RECOMMENDED_NOPS[length - more - 1]!];
};

/** `length` bytes of NOPs, the longest first. */
export function nopBytes(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest -= LONGEST_NOP) bytes.push(...oneNop(Math.min(rest, LONGEST_NOP)));
  return bytes;
}

/** Up to 5.12: the padding of a site that stays as it is. */
export function lengthenPadding(site: Uint8Array, { padding }: AltEntry, kernel: KernelVersion, notes: string[]): void {
  if (!atLeast(kernel, 4, 1) || padding <= 1 || padding > site.length) return;
  // The kernel looks at the site's beginning, not at the padding, so behind an instruction it stays as it is.
  const looked = site.subarray(0, atLeast(kernel, 4, 15) ? padding : 1);
  if (!looked.every((byte) => byte === NOP)) return;
  site.set(nopBytes(padding), site.length - padding);
  notes.push(`${padding} nops merged`);
}

/** 5.13 to 6.4. */
export function mergeRuns(site: Uint8Array, notes: string[]): void {
  for (let at = 0; at < site.length; ) {
    const insn = instructionAt(site, at);
    if (!insn) return;
    let end = at;
    while (site[end] === NOP) end++;
    if (end - at > 1) {
      site.set(nopBytes(end - at), at);
      notes.push(`${end - at} nops merged`);
    }
    at = end > at ? end : at + insn.length;
  }
}

/** 6.5 to 6.9. `each` sees every instruction that is no NOP, and may change its bytes. */
export function foldRuns(bytes: Uint8Array, notes: string[], each: (insn: Parts) => void = () => {}): void {
  let jump = 0;
  let target = 0;
  for (let at = 0; at < bytes.length; ) {
    const insn = instructionAt(bytes, at);
    if (!insn) return;
    let next = at + insn.length;
    if (isNop(bytes, insn)) {
      next = endOfNops(bytes, next);
      writeNop(bytes, target !== 0 && next === target ? jump : at, next, notes);
    } else {
      const opcode = bytes[insn.opcode];
      if (opcode === JMP || opcode === JMP_SHORT) {
        const { offset, size } = relativeField(bytes, insn)!;
        jump = at;
        target = next + Number(signed(fromBytes(bytes, offset, size), size));
      } else target = 0;
      each(insn);
    }
    at = next;
  }
}

/** From 6.10. */
export function joinRuns(bytes: Uint8Array, notes: string[]): void {
  for (let at = 0; at < bytes.length; ) {
    const insn = instructionAt(bytes, at);
    if (!insn) return;
    let next = at + insn.length;
    if (isNop(bytes, insn)) {
      if (next === bytes.length) return;
      next = endOfNops(bytes, next);
      writeNop(bytes, at, next, notes);
    }
    at = next;
  }
}

function endOfNops(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; ) {
    const insn = instructionAt(bytes, at);
    if (!insn || !isNop(bytes, insn)) return at;
    at += insn.length;
  }
  return bytes.length;
}

/** One NOP, or a jump over INT3s, on [from, to). */
function writeNop(bytes: Uint8Array, from: number, to: number, notes: string[]): void {
  const length = to - from;
  if (length > LONGEST_NOP_6_5) {
    const jump = length < 128 ? [JMP_SHORT, length - 2] : [JMP, ...toBytes(BigInt(length - 5), 4)];
    bytes.fill(INT3, from, to);
    bytes.set(jump, from);
    notes.push(`${length} bytes of nops jumped over`);
    return;
  }
  const nop = oneNop(length);
  if (nop.every((byte, i) => byte === bytes[from + i])) return;
  bytes.set(nop, from);
  notes.push(`${length} nops merged`);
}
