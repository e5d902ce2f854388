/**
 * Registers by name: the class that an operand of a form asks for, and the number that goes into the encoding.
 *
 * In: a name without its per cent sign, lower case. Out: class, number, and for general registers the width. The one
 * subtle thing is the byte registers: AH, CH, DH, BH share numbers 4 … 7 with SPL, BPL, SIL, DIL, and the presence of a
 * REX prefix tells them apart (SDM vol. 2, 2.2.1.2), so a register says which it demands.
 */
import { GPR64_NAMES, SEGMENT_NAMES } from './insn.ts';

export type RegisterClass =
  | 'gpr8'
  | 'gpr16'
  | 'gpr32'
  | 'gpr64'
  | 'segment'
  | 'cr'
  | 'dr'
  | 'tr'
  | 'ip'
  | 'st'
  | 'mm'
  | 'xmm'
  | 'ymm'
  | 'zmm'
  | 'k'
  | 'bnd'
  | 'tmm';

export interface Register {
  readonly name: string;
  readonly class: RegisterClass;
  /** 0 … 31; AH … BH have 4 … 7, as in the encoding. */
  readonly number: number;
  /** `required` for SPL … DIL and everything numbered 8 up, `forbidden` for AH … BH. */
  readonly rex: 'any' | 'required' | 'forbidden';
}

/** Width in bytes of a general register class. */
export const GPR_WIDTH = { gpr8: 1, gpr16: 2, gpr32: 4, gpr64: 8 } as const;

const LOW_BYTES = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil'] as const;
const HIGH_BYTES = ['ah', 'ch', 'dh', 'bh'] as const;
const WORDS = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'] as const;

function build(): Map<string, Register> {
  const table = new Map<string, Register>();
  const add = (name: string, cls: RegisterClass, number: number, rex: Register['rex'] = 'any'): void => {
    table.set(name, { name, class: cls, number, rex });
  };
  for (const [n, name] of LOW_BYTES.entries()) add(name, 'gpr8', n, n < 4 ? 'any' : 'required');
  for (const [n, name] of HIGH_BYTES.entries()) add(name, 'gpr8', 4 + n, 'forbidden');
  for (const [n, name] of WORDS.entries()) {
    add(name, 'gpr16', n);
    add(`e${name}`, 'gpr32', n);
  }
  for (const [n, name] of GPR64_NAMES.entries()) {
    add(name, 'gpr64', n, n < 8 ? 'any' : 'required');
    if (n < 8) continue;
    add(`${name}b`, 'gpr8', n, 'required');
    add(`${name}w`, 'gpr16', n, 'required');
    add(`${name}d`, 'gpr32', n, 'required');
  }
  for (const [n, name] of SEGMENT_NAMES.entries()) add(name, 'segment', n);
  for (let n = 0; n < 16; n++) {
    const rex = n < 8 ? 'any' : 'required';
    add(`cr${n}`, 'cr', n, rex);
    add(`dr${n}`, 'dr', n, rex);
    add(`db${n}`, 'dr', n, rex);
  }
  add('rip', 'ip', 8);
  add('eip', 'ip', 4);
  add('st', 'st', 0);
  for (let n = 0; n < 8; n++) {
    add(`st(${n})`, 'st', n);
    add(`mm${n}`, 'mm', n);
    add(`k${n}`, 'k', n);
    add(`tmm${n}`, 'tmm', n);
    if (n < 4) add(`bnd${n}`, 'bnd', n);
  }
  for (let n = 0; n < 32; n++) {
    const rex = n < 8 ? 'any' : 'required';
    add(`xmm${n}`, 'xmm', n, rex);
    add(`ymm${n}`, 'ymm', n, rex);
    add(`zmm${n}`, 'zmm', n, rex);
  }
  return table;
}

/** Registers that only 64-bit code can name: numbers from 8 up and everything 64 bits wide; CR8 has LOCK's spelling too. */
const isOnly64 = ({ class: cls, number, rex, name }: Register): boolean =>
  cls === 'gpr64' || cls === 'tmm' || name === 'rip' || (rex === 'required' && name !== 'cr8') || number > 15;

let registers: Map<string, Register> | undefined;
let registers32: Map<string, Register> | undefined;

/** The register of that name, or undefined; the ones that code of `bits` bits has. */
export function findRegister(name: string, bits: 16 | 32 | 64 = 64): Register | undefined {
  registers ??= build();
  if (bits === 64) return registers.get(name);
  registers32 ??= new Map([...registers].filter(([, register]) => !isOnly64(register)));
  return registers32.get(name);
}
