/**
 * The bytes that go to a site: a replacement in, moved as each kernel moves it and padded with one-byte NOPs, out.
 *
 *   up to 4.0      a call, if the replacement is nothing else: five bytes that begin with e8
 *   4.1 to 6.4     also a jump, likewise of five bytes; it shrinks to eb where it jumps forwards and near enough
 *   from 6.5       each CALL, JMP and Jcc and each RIP-relative operand whose target lies outside the replacement;
 *                  JMP shrinks, with INT3s behind it
 *   from 6.8       an entry with the direct-call flag turns `call *pointer(%rip)` into a call of what the pointer holds
 *
 * What does not fit is where the kernel stops with BUG(): here an error, and the bytes stay unmoved.
 * Linux, arch/x86/kernel/alternative.c: apply_alternatives(), recompute_jump(), apply_relocation(), alt_replace_call().
 */
import { fitsSigned, fromBytes, signed, toBytes, u64 } from '../base/u64.ts';
import { type AltEntry, atLeast, type KernelVersion } from './alt-entries.ts';
import { CALL, JMP, JMP_SHORT, type Parts, relativeField, ripDisplacement } from './alt-instruction.ts';
import { NOP, nopBytes } from './alt-nops.ts';
import { bytesAt, type Image, symbolNamed } from './image.ts';

const INT3 = 0xcc;
const NEAR_LENGTH = 5;

/** Where fix-ups are told in words, and what could not be done. */
export interface PatchNotes {
  readonly notes: string[];
  complain(message: string): void;
}

/** A copy of the replacement, padded to the site's length. */
export function paddedReplacement(image: Image, entry: AltEntry, kernel: KernelVersion, told: PatchNotes): Uint8Array {
  const bytes = new Uint8Array(entry.siteLength).fill(NOP);
  bytes.set(bytesAt(image, entry.replacement, entry.replacementLength) ?? []);
  if (entry.directCall && atLeast(kernel, 6, 8)) redirectCall(bytes, image, entry, told);
  return bytes;
}

/** Up to 6.4: the one call or jump. */
export function moveSingleBranch(bytes: Uint8Array, entry: AltEntry, kernel: KernelVersion, notes: string[]): void {
  if (entry.replacementLength !== NEAR_LENGTH) return;
  const displacement = signed(fromBytes(bytes, 1, 4), 4);
  if (bytes[0] === CALL) {
    bytes.set(toBytes(displacement + entry.replacement - entry.site, 4), 1);
    notes.push('call displacement fixed');
  } else if ((bytes[0] === JMP || bytes[0] === JMP_SHORT) && atLeast(kernel, 4, 1)) {
    // The kernel asks whether it is a jump at all, and reads four bytes of displacement of a short one, too.
    if (bytes[0] === JMP_SHORT) notes.push('short jmp in five bytes taken for a near one');
    const distance = entry.replacement + BigInt(NEAR_LENGTH) + displacement - entry.site;
    moveJump(bytes, distance, notes);
  }
}

/** `distance` counts from the site's start. */
function moveJump(bytes: Uint8Array, distance: bigint, notes: string[]): void {
  // Backward jumps are never shortened: the kernel's test compares an unsigned byte with a negative number.
  if (distance >= 0n && distance - 2n <= 127n) {
    bytes.set([JMP_SHORT, ...toBytes(distance - 2n, 1), ...nopBytes(3)]);
    notes.push('jmp fixed and shortened');
  } else {
    bytes.set([JMP, ...toBytes(distance - 5n, 4)]);
    notes.push('jmp displacement fixed');
  }
}

/** From 6.5: one instruction of a copied replacement. */
export function moveInstruction(bytes: Uint8Array, part: Parts, entry: AltEntry, told: PatchNotes): void {
  const next = part.at + part.length;
  const moved = entry.replacement - entry.site;
  const branch = relativeField(bytes, part);
  const displacement = branch && signed(fromBytes(bytes, branch.offset, branch.size), branch.size);
  if (branch && displacement !== undefined) moveField(bytes, branch.offset, branch.size, next, part, entry, told);
  if (bytes[part.opcode] === JMP && displacement !== undefined) {
    // Shortened by where it would go if it left the replacement, whether it does or not.
    const short = displacement + moved + 3n;
    if (fitsSigned(short, 8)) {
      bytes.fill(INT3, part.at, next);
      bytes.set([JMP_SHORT, ...toBytes(short, 1)], part.at);
      told.notes.push('jmp shortened');
    }
  }
  const operand = ripDisplacement(bytes, part);
  if (operand !== undefined) moveField(bytes, operand, 4, next, part, entry, told);
}

/** Adds the distance that the code moves by, if the target, counted from `next`, lies outside the replacement. */
function moveField(
  bytes: Uint8Array,
  offset: number,
  size: 1 | 4,
  next: number,
  { insn }: Parts,
  entry: AltEntry,
  { notes, complain }: PatchNotes,
): void {
  const displacement = signed(fromBytes(bytes, offset, size), size);
  const target = BigInt(next) + displacement;
  if (target >= 0n && target <= BigInt(entry.replacementLength)) return;
  const value = displacement + entry.replacement - entry.site;
  if (!fitsSigned(value, 8 * size)) {
    complain(
      `entry ${entry.index}: ${insn.mnemonic} with a displacement of ${size} byte(s) does not reach its target from the site`,
    );
    return;
  }
  bytes.set(toBytes(value, size), offset);
  notes.push(
    `${insn.mnemonic} ${size === 4 && !isBranch(insn.mnemonic) ? 'RIP-relative operand' : 'displacement'} fixed`,
  );
}

const isBranch = (mnemonic: string): boolean => mnemonic.startsWith('j') || mnemonic === 'call';

/** ff 15: `call *disp32(%rip)` */
const CALL_THROUGH = [0xff, 0x15] as const;
const CALL_THROUGH_LENGTH = 6;

/** From 6.8: `call BUG_func` becomes a call of what the site's pointer holds, or NOPs if that is nop_func. */
function redirectCall(bytes: Uint8Array, image: Image, entry: AltEntry, { notes, complain }: PatchNotes): void {
  if (entry.replacementLength !== NEAR_LENGTH || bytes[0] !== CALL)
    return complain(`entry ${entry.index}: the direct-call flag is set for a replacement that is no call`);
  const site = bytesAt(image, entry.site, entry.siteLength)!;
  if (site.length !== CALL_THROUGH_LENGTH || CALL_THROUGH.some((byte, i) => site[i] !== byte))
    return complain(`entry ${entry.index}: the direct-call flag is set for a site that is no \`call *pointer(%rip)'`);
  const pointer = u64(entry.site + BigInt(CALL_THROUGH_LENGTH) + signed(fromBytes(site, 2, 4), 4));
  const held = bytesAt(image, pointer, 8);
  if (!held) return complain(`entry ${entry.index}: the pointer of the call lies outside the image`);
  const target = fromBytes(held);
  if (target === 0n) return; // The call of BUG_func stays.
  if (target === symbolNamed(image, 'nop_func')?.address) {
    bytes.fill(NOP);
    notes.push('call of nop_func dropped');
    return;
  }
  const displacement = signed(target - entry.replacement - BigInt(NEAR_LENGTH), 8);
  if (!fitsSigned(displacement, 32)) return complain(`entry ${entry.index}: the called function is out of reach`);
  bytes.set(toBytes(displacement, 4), 1);
  notes.push('call made direct');
}
