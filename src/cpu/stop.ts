/**
 * Why a run ended, and the faults among the reasons, as a table.
 *
 * A fault leaves the state as it was before the instruction (RIP at the instruction, registers untouched) apart
 * from what silicon keeps as well: CR2 and accessed bits. SDM vol. 3, 6.3 to 6.15.
 */
import type { Quad } from './state.ts';

export type Stop =
  /** `maxInsns` instructions ran; RIP is at the next one. */
  | { readonly kind: 'budget' }
  /** HLT ran; RIP is behind it. */
  | { readonly kind: 'halt' }
  /** The program wrote to the exit port; RIP is behind the OUT. */
  | { readonly kind: 'exit'; readonly code: number }
  /** An event could not be delivered, nor the double fault that it became: the CPU does nothing more until a reset. */
  | { readonly kind: 'shutdown'; readonly rip: bigint; readonly detail: string }
  | FaultStop
  /** The instruction is not modelled: RIP is at it, nothing happened. */
  | { readonly kind: 'not-modelled'; readonly form: string; readonly rip: bigint };

export interface FaultStop {
  readonly kind: 'fault';
  readonly vector: number;
  /** The error code, where the vector pushes one. */
  readonly error?: number;
  /** The faulting linear address, for #PF. */
  readonly cr2?: bigint;
  /** Address of the instruction that faulted (of the one not fetched, when fetching it is what faulted). */
  readonly rip: bigint;
  /** One sentence: why, with the section of the manual. */
  readonly detail: string;
}

/** A fault on its way from where it was found to the report. A page fault's address is in CR2. */
export interface Fault {
  readonly vector: number;
  readonly error?: number;
  readonly detail: string;
  /** Of a software interrupt: what its frame returns to. */
  readonly next?: Quad;
  /** Of a software interrupt: INT1's, for which the gate's DPL doesn't count. */
  readonly privileged?: boolean;
  /** Reported before the instruction without RF in the frame: instruction breakpoints (SDM vol. 3, 17.3.1.1). */
  readonly withoutRf?: boolean;
}

export const VECTOR = {
  DE: 0,
  DB: 1,
  NMI: 2,
  BP: 3,
  OF: 4,
  BR: 5,
  UD: 6,
  NM: 7,
  DF: 8,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
  MF: 16,
  AC: 17,
  MC: 18,
  XM: 19,
} as const;

/** SDM vol. 3, table 6-1 (name, error code) and table 6-4 (class for double faults). */
export const EXCEPTIONS: readonly {
  readonly vector: number;
  readonly name: string;
  readonly title: string;
  readonly class: 'benign' | 'contributory' | 'page-fault' | 'double-fault';
  readonly errorCode: boolean;
}[] = [
  { vector: 0, name: '#DE', title: 'divide error', class: 'contributory', errorCode: false },
  { vector: 1, name: '#DB', title: 'debug', class: 'benign', errorCode: false },
  { vector: 2, name: 'NMI', title: 'non-maskable interrupt', class: 'benign', errorCode: false },
  { vector: 3, name: '#BP', title: 'breakpoint', class: 'benign', errorCode: false },
  { vector: 4, name: '#OF', title: 'overflow', class: 'benign', errorCode: false },
  { vector: 5, name: '#BR', title: 'bound range exceeded', class: 'benign', errorCode: false },
  { vector: 6, name: '#UD', title: 'invalid opcode', class: 'benign', errorCode: false },
  { vector: 7, name: '#NM', title: 'device not available', class: 'benign', errorCode: false },
  { vector: 8, name: '#DF', title: 'double fault', class: 'double-fault', errorCode: true },
  { vector: 10, name: '#TS', title: 'invalid TSS', class: 'contributory', errorCode: true },
  { vector: 11, name: '#NP', title: 'segment not present', class: 'contributory', errorCode: true },
  { vector: 12, name: '#SS', title: 'stack-segment fault', class: 'contributory', errorCode: true },
  { vector: 13, name: '#GP', title: 'general protection', class: 'contributory', errorCode: true },
  { vector: 14, name: '#PF', title: 'page fault', class: 'page-fault', errorCode: true },
  { vector: 16, name: '#MF', title: 'x87 floating-point error', class: 'benign', errorCode: false },
  { vector: 17, name: '#AC', title: 'alignment check', class: 'benign', errorCode: true },
  { vector: 18, name: '#MC', title: 'machine check', class: 'benign', errorCode: false },
  { vector: 19, name: '#XM', title: 'SIMD floating-point error', class: 'benign', errorCode: false },
];

/** `#PF`; vectors without a name print as numbers. */
export const faultName = (vector: number): string =>
  EXCEPTIONS.find((e) => e.vector === vector)?.name ?? `vector ${vector}`;

export const gp = (detail: string, error = 0): Fault => ({ vector: VECTOR.GP, error, detail });

export const ud = (detail: string): Fault => ({ vector: VECTOR.UD, detail });
