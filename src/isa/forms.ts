/**
 * The table of instruction forms, as the assembler reads it.
 *
 * In: forms.json (columns documented in tools/forms.ts, which generates it). Out: forms by mnemonic, parsed when first
 * asked for, because a program uses a few dozen of the 1,600 and start-up time counts. Forms of one mnemonic stand in
 * opcode order; the choice between them is made in assemble/select.ts.
 */
import table from './forms.json' with { type: 'json' };
import { findRegister, type RegisterClass } from './registers.ts';

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
}

export interface Encoding {
  /** FWAIT in front (FSTCW …). */
  readonly wait: boolean;
  readonly addressSize: boolean;
  readonly operandSize: boolean;
  readonly repeat: 0 | 0xf2 | 0xf3;
  readonly rexW: boolean;
  /** One to four bytes; `plusRegister` adds a register number to the last. */
  readonly opcode: readonly number[];
  readonly plusRegister: boolean;
  /** `r`: a register in ModRM.reg; a digit: an opcode extension; undefined: no ModRM byte. */
  readonly modrm?: 'r' | number;
  /** Sizes in bytes of the immediates, targets and absolute addresses that follow, one for each such operand. */
  readonly tail: readonly number[];
}

/** `both`: the two-operand IMUL by an immediate, whose register is source and destination. */
export type RegisterPlace = 'reg' | 'rm' | 'opcode' | 'both';

export type OperandSpec =
  | {
      readonly kind: 'register';
      readonly class: RegisterClass;
      readonly place: RegisterPlace;
      readonly orMemory: boolean;
      /** Any register but number 0. */
      readonly notZero: boolean;
      /** It holds an address, and memory operands have to have that address size too. */
      readonly isAddress: boolean;
    }
  | { readonly kind: 'memory'; readonly sib: boolean }
  /** Exactly this register, implied by the opcode; `optional` when it need not be written. */
  | { readonly kind: 'fixed'; readonly register: string; readonly optional: boolean }
  /** The 1 of `shl $1, %eax`, which need not be written; the 3 of `int $3`. */
  | { readonly kind: 'literal'; readonly value: bigint }
  /** `bits` are encoded; `width` is the operand's (larger: sign-extended). */
  | { readonly kind: 'immediate'; readonly bits: number; readonly width: number }
  | { readonly kind: 'target'; readonly bits: number }
  /** An absolute address; `only64`: one that no sign-extended 32-bit displacement reaches. */
  | { readonly kind: 'offset'; readonly only64: boolean }
  /** (%rsi), (%rdi), (%rbx,%al): where a string or XLAT instruction works. */
  | { readonly kind: 'implied'; readonly base: 'si' | 'di' | 'bx'; readonly override: boolean };

type Row = readonly string[];
const rows: readonly Row[] = table;

const GPR_CLASSES: Readonly<Record<string, RegisterClass>> = {
  r8: 'gpr8',
  r16: 'gpr16',
  r32: 'gpr32',
  r64: 'gpr64',
  seg: 'segment',
};

const PLACES: Readonly<Record<string, RegisterPlace>> = { m: 'rm', o: 'opcode', n: 'opcode', b: 'both' };

const IMPLIED: Readonly<Record<string, OperandSpec>> = {
  si: { kind: 'implied', base: 'si', override: true },
  di: { kind: 'implied', base: 'di', override: false },
  segdi: { kind: 'implied', base: 'di', override: true },
  bxal: { kind: 'implied', base: 'bx', override: true },
};

/** `xmm`, `mm` … name a class; `al`, `cl`, `st0` one register. */
const isRegisterField = (token: string): boolean => /^(r\d+|seg|cr|dr|xmm|mm|bnd)$/.test(token);

function parseOperand(token: string): OperandSpec {
  const special = IMPLIED[token];
  if (special !== undefined) return special;
  if (token === 'm' || token === 'mib') return { kind: 'memory', sib: token === 'mib' };
  if (token.startsWith('moffs')) return { kind: 'offset', only64: token === 'moffs64' };
  if (/^\d$/.test(token)) return { kind: 'literal', value: BigInt(token) };
  const immediate = /^imm(\d+)(?:s(\d+))?$/.exec(token);
  if (immediate !== null) {
    const bits = Number(immediate[1]);
    return { kind: 'immediate', bits, width: Number(immediate[2] ?? bits) };
  }
  if (token.startsWith('rel')) return { kind: 'target', bits: Number(token.slice(3)) };
  const bare = token === 'st0' ? 'st' : token.replace(/[()]/g, '');
  if (findRegister(bare) !== undefined && !isRegisterField(bare)) {
    return { kind: 'fixed', register: bare, optional: token.startsWith('(') };
  }
  const orMemory = token.endsWith('|m');
  const [name = '', place] = token.replace('|m', '').split('/');
  return {
    kind: 'register',
    class: GPR_CLASSES[name] ?? (name as RegisterClass),
    place: orMemory ? 'rm' : (PLACES[place ?? ''] ?? 'reg'),
    orMemory,
    notZero: place === 'n',
    isAddress: place === 'a',
  };
}

const TAIL_SIZES: Readonly<Record<string, number>> = { ib: 1, iw: 2, id: 4, iq: 8, cb: 1, cw: 2, cd: 4, mo: 8 };

function parseEncoding(text: string): Encoding {
  const words = text.split(' ');
  const isPrefix = (word: string, at: number): boolean => at < words.length - 1 && /^(9B|67|66|F2|F3|W)$/.test(word);
  const first = words.findIndex((word, at) => !isPrefix(word, at));
  const prefixes = words.slice(0, first);
  const opcode: number[] = [];
  const tail: number[] = [];
  let plusRegister = false;
  let modrm: 'r' | number | undefined;
  for (const word of words.slice(first)) {
    const size = TAIL_SIZES[word];
    if (word === '/r') modrm = 'r';
    else if (word.startsWith('/')) modrm = Number(word.slice(1));
    else if (size !== undefined) tail.push(size);
    else {
      plusRegister = word.endsWith('+r');
      opcode.push(Number.parseInt(word, 16));
    }
  }
  const has = (word: string): boolean => prefixes.includes(word);
  return {
    wait: has('9B'),
    addressSize: has('67'),
    operandSize: has('66'),
    repeat: has('F3') ? 0xf3 : has('F2') ? 0xf2 : 0,
    rexW: has('W'),
    opcode,
    plusRegister,
    ...(modrm === undefined ? {} : { modrm }),
    tail,
  };
}

function parseRow(row: Row): Form {
  const [name = '', mnemonics = '', suffix = '', encoding = '', operands = '', attributes = ''] = row;
  return {
    name,
    mnemonics: mnemonics.split(' '),
    suffix,
    encoding: parseEncoding(encoding),
    operands: operands === '' ? [] : operands.split(' ').map(parseOperand),
    lockable: attributes.includes('L'),
    rep: attributes.includes('R'),
    repne: attributes.includes('N'),
    default64: attributes.includes('D'),
    privileged: attributes.includes('P'),
    branch: attributes.includes('B'),
  };
}

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
  parsed.set(mnemonic, forms);
  return forms;
}

/** Every form, for tests and documentation. */
export const allForms = (): Form[] => rows.map(parseRow);
