/**
 * A decoded instruction: plain data, made from bytes by `decode.ts` (iced-x86 reads the bytes; its objects never
 * leave that file). The lowering, the printer and the cost model see this and nothing else of the encoding.
 *
 * Operands stand in Intel order (destination first), explicit ones as the manual lists them. Widths are bytes.
 */
import type { Width } from '../base/u64.ts';

export interface Insn {
  /** RIP when it is fetched (EIP, where `mode` isn't 64). */
  readonly ip: bigint;
  /** The code segment it is read by: 64-bit mode, or compatibility mode with 32 or 16 bits as the default (SDM vol. 3, 5.2.1). */
  readonly mode: 64 | 32 | 16;
  /** Bytes of the stack pointer that pushes and pops use: 8 in 64-bit mode, else as SS.B says. */
  readonly stackSize: 2 | 4 | 8;
  /** 1 … 15 */
  readonly length: number;
  readonly bytes: Uint8Array;
  /** Lower-case Intel mnemonic without conditions folded away: `mov`, `bts`, `jb`, `cmovb`, `setb`, `swapgs`, `iretq`. */
  readonly mnemonic: string;
  /** The name of the form in `forms.json` (iced's `Code` name): `Mov_cr_r64`. */
  readonly form: string;
  readonly operands: readonly InsnOperand[];
  /** Effective operand size and address size in bytes; of a byte instruction the operand size its prefixes give. */
  readonly operandSize: 2 | 4 | 8;
  readonly addressSize: 2 | 4 | 8;
  readonly lock: boolean;
  readonly rep: 'none' | 'rep' | 'repne';
  /** Condition of Jcc, SETcc, CMOVcc: the low four bits of the opcode (SDM vol. 2, appendix B, table B-10). */
  readonly condition?: number;
}

export type InsnOperand =
  /** A general register; `high` for AH, CH, DH, BH (index 0 … 3). */
  | { readonly kind: 'gpr'; readonly index: number; readonly width: Width; readonly high: boolean }
  | { readonly kind: 'segment'; readonly index: number }
  | { readonly kind: 'cr'; readonly index: number }
  | { readonly kind: 'dr'; readonly index: number }
  /** Any other register (xmm0, bnd1 …): named only, not lowered. */
  | { readonly kind: 'other'; readonly name: string }
  /** Already sign- or zero-extended as the instruction does, unsigned 64 bits; `width` is the operand's. */
  | { readonly kind: 'imm'; readonly value: bigint; readonly width: Width }
  /** The absolute target of a relative branch. */
  | { readonly kind: 'target'; readonly address: bigint }
  /** A far pointer in the instruction: compatibility mode only. */
  | { readonly kind: 'far'; readonly selector: number; readonly offset: bigint }
  | MemOperand;

export interface MemOperand {
  readonly kind: 'mem';
  /** Width of the operand in bytes; 0 where it has none (LEA, INVLPG); LGDT 10, INVPCID 16. NOP names memory it doesn't access. */
  readonly width: number;
  /** 0 ES, 1 CS, 2 SS, 3 DS, 4 FS, 5 GS: the effective segment. */
  readonly segment: number;
  /** Whether the segment was written as a prefix. */
  readonly override: boolean;
  /** Register numbers 0 … 15; -1 none; `RIP` when relative (then `disp` is the absolute address already). */
  readonly base: number;
  readonly index: number;
  /** The vector register that is the index (VSIB); `index` is -1 then. */
  readonly vectorIndex?: string;
  readonly scale: 1 | 2 | 4 | 8;
  /** Unsigned 64 bits, sign-extended; for RIP-relative operands the target address. */
  readonly disp: bigint;
  /** Bytes of the displacement in the encoding; 0 when there is none. */
  readonly dispSize: number;
}

/** `MemOperand.base` of a RIP-relative operand. */
export const RIP = 16;

export const SEGMENT = { ES: 0, CS: 1, SS: 2, DS: 3, FS: 4, GS: 5 } as const;

/** General registers by their encoding. */
export const GPR = {
  RAX: 0,
  RCX: 1,
  RDX: 2,
  RBX: 3,
  RSP: 4,
  RBP: 5,
  RSI: 6,
  RDI: 7,
  R8: 8,
  R9: 9,
  R10: 10,
  R11: 11,
  R12: 12,
  R13: 13,
  R14: 14,
  R15: 15,
} as const;

export const GPR64_NAMES = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
] as const;

export const SEGMENT_NAMES = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;

/** RFLAGS, SDM vol. 1, 3.4.3. */
export const RFLAGS = {
  CF: 1 << 0,
  FIXED: 1 << 1,
  PF: 1 << 2,
  AF: 1 << 4,
  ZF: 1 << 6,
  SF: 1 << 7,
  TF: 1 << 8,
  IF: 1 << 9,
  DF: 1 << 10,
  OF: 1 << 11,
  IOPL: 3 << 12,
  NT: 1 << 14,
  RF: 1 << 16,
  VM: 1 << 17,
  AC: 1 << 18,
  VIF: 1 << 19,
  VIP: 1 << 20,
  ID: 1 << 21,
} as const;

/** Result of decoding: an instruction, or why there is none. */
export type Decoded =
  | { readonly kind: 'insn'; readonly insn: Insn }
  /** No such opcode: #UD. `length` is what the decoder looked at. */
  | { readonly kind: 'invalid'; readonly length: number }
  /** More than 15 bytes: #GP(0), SDM vol. 2, 2.3.11. */
  | { readonly kind: 'too-long' }
  /** The bytes ended before the instruction did. */
  | { readonly kind: 'truncated' };
