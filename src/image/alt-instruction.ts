/**
 * What the patcher has to know of an instruction besides its operands: where its opcode is, where a branch keeps its
 * displacement, where a RIP-relative operand does. SDM vol. 2, 2.1 (legacy prefixes, ModRM), 2.3 (VEX), 2.7 (EVEX).
 */
import { decode } from '../isa/decode.ts';
import { type Insn, RIP } from '../isa/insn.ts';

/** An instruction within a buffer; offsets count from the buffer's start. */
export interface Parts {
  readonly at: number;
  readonly length: number;
  /** Offset of the opcode: behind legacy prefixes and REX, at the first byte of VEX and EVEX. */
  readonly opcode: number;
  readonly insn: Insn;
}

export const CALL = 0xe8;
export const JMP = 0xe9;
export const JMP_SHORT = 0xeb;
const ESCAPE = 0x0f;

const LEGACY_PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);

/** The instruction at `at`, as if the buffer stood at address 0; undefined when the bytes are none. */
export function instructionAt(bytes: Uint8Array, at: number): Parts | undefined {
  const decoded = decode(bytes.subarray(at), BigInt(at));
  if (decoded.kind !== 'insn') return undefined;
  let opcode = at;
  while (LEGACY_PREFIXES.has(bytes[opcode]!)) opcode++;
  if ((bytes[opcode]! & 0xf0) === 0x40) opcode++;
  return { at, length: decoded.insn.length, opcode, insn: decoded.insn };
}

/** NOP (90, but not PAUSE) and the NOP with an operand (0f 1f), as the kernel's insn_is_nop() has it. */
export const isNop = (bytes: Uint8Array, { at, opcode }: Parts): boolean =>
  (bytes[opcode] === 0x90 && bytes[at] !== 0xf3) || (bytes[opcode] === ESCAPE && bytes[opcode + 1] === 0x1f);

/** The displacement of CALL, JMP and Jcc; the kernel knows no other relative branches (LOOP, JRCXZ, XBEGIN). */
export function relativeField(
  bytes: Uint8Array,
  { at, length, opcode }: Parts,
): { offset: number; size: 1 | 4 } | undefined {
  const first = bytes[opcode]!;
  const long = first === CALL || first === JMP || (first === ESCAPE && (bytes[opcode + 1]! & 0xf0) === 0x80);
  const short = first === JMP_SHORT || (first & 0xf0) === 0x70;
  if (!long && !short) return undefined;
  const size = long ? 4 : 1;
  return { offset: at + length - size, size };
}

/** Offset of the 32-bit displacement of a RIP-relative operand; undefined when there is none. */
export function ripDisplacement(bytes: Uint8Array, { opcode, insn }: Parts): number | undefined {
  if (!insn.operands.some((o) => o.kind === 'mem' && o.base === RIP)) return undefined;
  return opcode + opcodeLength(bytes, opcode) + 1;
}

/** Bytes from the opcode (or VEX, EVEX prefix) to the ModRM byte. */
function opcodeLength(bytes: Uint8Array, opcode: number): number {
  switch (bytes[opcode]) {
    case ESCAPE:
      return bytes[opcode + 1] === 0x38 || bytes[opcode + 1] === 0x3a ? 3 : 2;
    case 0xc5:
      return 3;
    case 0xc4:
      return 4;
    case 0x62:
      return 5;
    default:
      return 1;
  }
}
