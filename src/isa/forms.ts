/**
 * The table of instruction forms, as the assembler reads it.
 *
 * In: forms.json (columns documented in tools/forms.ts, which generates it). Out: forms by mnemonic, parsed when first
 * asked for, because a program uses a few dozen of the 1,600 and start-up time counts. Forms of one mnemonic stand in
 * opcode order; the choice between them is made in assemble/select.ts.
 */
import table from './forms.json' with { type: 'json' };
import { parseRow, type Row } from './forms-row.ts';
import vectorTable from './forms-vector.json' with { type: 'json' };
import { type Bits, MODE } from './mode.ts';
import type { RegisterClass } from './registers.ts';

export interface Form {
  /** iced's Code name: `Add_rm64_imm8`. */
  readonly name: string;
  /** AT&T names without suffix. */
  readonly mnemonics: readonly string[];
  /** The letter that AT&T text may append, or ''. */
  readonly suffix: string;
  readonly encoding: Encoding;
  /** Intel order. */
  readonly operands: readonly OperandSpec[];
  readonly lockable: boolean;
  readonly rep: boolean;
  readonly repne: boolean;
  /** The operand size is 64 bits without REX.W. */
  readonly default64: boolean;
  readonly privileged: boolean;
  readonly branch: boolean;
  /** Only where {vex} asks for it. */
  readonly onRequest: boolean;
  readonly bnd: boolean;
  readonly notrack: boolean;
  /** XACQUIRE and XRELEASE: neither, both after LOCK, XRELEASE only, or both without LOCK. */
  readonly elision: 'none' | 'locked' | 'release' | 'any';
  /** MODE bits of the code that may hold it. */
  readonly modes: number;
}

export type { Bits };
export { MODE };

export interface Encoding {
  /** FWAIT in front (FSTCW …). */
  readonly wait: boolean;
  /** The size that the form has, when a prefix 67 or 66 may say so; 0 when neither plays a part. */
  readonly addressSize: 0 | 16 | 32;
  readonly operandSize: 0 | 16 | 32;
  /** 66 as a part of the opcode. */
  readonly mandatory66: boolean;
  readonly repeat: 0 | 0xf2 | 0xf3;
  readonly rexW: boolean;
  /** One to four bytes; `plusRegister` adds a register number to the last. */
  readonly opcode: readonly number[];
  readonly plusRegister: boolean;
  /** `r`: a register in ModRM.reg; a digit: an opcode extension; undefined: no ModRM byte. */
  readonly modrm?: 'r' | number;
  /**
   * Sizes in bytes of the immediates, targets and absolute addresses that follow, one for each such operand; 0: as wide as
   * addresses are.
   */
  readonly tail: readonly number[];
  /** Their sum, an address counted as 8. */
  readonly tailLength: number;
  /** An immediate that the mnemonic stands for. */
  readonly implied?: number;
  readonly vex?: Vex;
  readonly evex?: Evex;
}

/** The fields of a VEX or EVEX prefix that belong to the opcode; `any`: GNU as writes 0. */
export interface Vex {
  readonly kind: 'vex' | 'evex';
  /** 0: 128 bits, 1: 256, 2: 512. */
  readonly length: 0 | 1 | 2 | 'any';
  /** 0: none, 1: 66, 2: F3, 3: F2. */
  readonly prefix: 0 | 1 | 2 | 3;
  readonly map: number;
  readonly w: 0 | 1 | 'any';
}

/** What an EVEX form takes besides its operands. */
export interface Evex {
  /** An 8-bit displacement counts units of two to that power. */
  readonly shift: number;
  /** Memory of one element, of two to the power of `element` bytes, may stand for `copies` of it; 1: it may not. */
  readonly element: number;
  readonly copies: number;
  readonly mask: 'none' | 'optional' | 'required';
  readonly zeroing: boolean;
  /** {rn-sae} and its like, or {sae} alone. */
  readonly rounding: 'none' | 'mode' | 'sae';
  /** The destination may be no source. */
  readonly distinct: boolean;
}

/** `both`: the two-operand IMUL by an immediate, whose register is source and destination; `is4`: an immediate's high half. */
export type RegisterPlace = 'reg' | 'rm' | 'opcode' | 'both' | 'vvvv' | 'is4';

export type OperandSpec =
  | {
      readonly kind: 'register';
      readonly class: RegisterClass;
      readonly place: RegisterPlace;
      readonly orMemory: boolean;
      /** Any register but number 0. */
      readonly notZero: boolean;
      /** It stands for itself and the three that follow a multiple of four. */
      readonly group: boolean;
      /** It holds an address, and memory operands have to have that address size too. */
      readonly isAddress: boolean;
    }
  /** `vector`: the class of the index register, for gathers; `sib`: a SIB byte even where a base alone would do. */
  | { readonly kind: 'memory'; readonly sib: boolean; readonly vector?: RegisterClass }
  /** Exactly this register, implied by the opcode; `optional` when it need not be written. */
  | { readonly kind: 'fixed'; readonly register: string; readonly optional: boolean }
  /** The 1 of `shl $1, %eax`, which need not be written; the 3 of `int $3`. */
  | { readonly kind: 'literal'; readonly value: bigint }
  /** `bits` are encoded; `width` is the operand's (larger: sign-extended). */
  | { readonly kind: 'immediate'; readonly bits: number; readonly width: number; readonly isSelector: boolean }
  | { readonly kind: 'target'; readonly bits: number }
  /** An absolute address; `only64`: one that no sign-extended 32-bit displacement reaches. */
  | { readonly kind: 'offset'; readonly only64: boolean }
  /** (%rsi), (%rdi), (%rbx,%al): where a string or XLAT instruction works. */
  | { readonly kind: 'implied'; readonly base: 'si' | 'di' | 'bx'; readonly override: boolean };

const rows: readonly Row[] = table;
/** By mnemonic rows, a line each, their columns separated by semicolons; or `=`, a mnemonic and an immediate (tools/forms-vector.ts). */
const vectorRows: Readonly<Record<string, string>> = vectorTable;

let index: Map<string, number[]> | undefined;
const parsed = new Map<string, readonly Form[]>();

function rowNumbers(mnemonic: string): readonly number[] {
  if (index === undefined) {
    index = new Map();
    for (const [n, row] of rows.entries()) {
      for (const name of row[1]?.split(' ') ?? []) {
        const numbers = index.get(name);
        if (numbers === undefined) index.set(name, [n]);
        else numbers.push(n);
      }
    }
    index.delete('');
  }
  return index.get(mnemonic) ?? [];
}

/** The forms of an AT&T mnemonic without its suffix, in opcode order; empty when there are none. */
export function formsOf(mnemonic: string): readonly Form[] {
  const known = parsed.get(mnemonic);
  if (known !== undefined) return known;
  const forms = rowNumbers(mnemonic).map((n) => parseRow(rows[n]!));
  if (Object.hasOwn(vectorRows, mnemonic)) forms.push(...vectorForms(mnemonic, vectorRows[mnemonic]!));
  parsed.set(mnemonic, forms);
  return forms;
}

function vectorForms(mnemonic: string, text: string): Form[] {
  if (!text.startsWith('=')) return text.split('\n').map((row) => parseRow(row.split(';')));
  const [base = '', implied = ''] = text.slice(1).split(' ');
  return formsOf(base)
    .filter(({ operands }) => operands.at(-1)?.kind === 'immediate')
    .map((form) => withImmediate(form, mnemonic, Number.parseInt(implied, 16)));
}

/** The form with its last operand fixed. */
const withImmediate = (form: Form, mnemonic: string, implied: number): Form => ({
  ...form,
  mnemonics: [mnemonic],
  operands: form.operands.slice(0, -1),
  encoding: { ...form.encoding, tail: [], tailLength: 0, implied },
});

/** Every form, for tests and documentation. */
export const allForms = (): Form[] => [
  ...rows.map(parseRow),
  ...Object.entries(vectorRows).flatMap(([mnemonic, text]) => vectorForms(mnemonic, text)),
];
