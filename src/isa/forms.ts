/**
 * The table of instruction forms, as the assembler reads it.
 *
 * In: forms.json (columns documented in tools/forms.ts, which generates it). Out: forms by mnemonic, parsed when first
 * asked for, because a program uses a few dozen of the 1,600 and start-up time counts. Forms of one mnemonic stand in
 * opcode order; the choice between them is made in assemble/select.ts.
 */
import table from './forms.json' with { type: 'json' };
import vectorTable from './forms-vector.json' with { type: 'json' };
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
  /** Only where {vex} asks for it. */
  readonly onRequest: boolean;
  readonly bnd: boolean;
  readonly notrack: boolean;
  /** XACQUIRE and XRELEASE: neither, both after LOCK, XRELEASE only, or both without LOCK. */
  readonly elision: 'none' | 'locked' | 'release' | 'any';
  /** MODE bits of the code that may hold it. */
  readonly modes: number;
}

/** What code is for, a bit each: `.code16`, `.code32`, `.code64`. */
export const MODE = { 16: 1, 32: 2, 64: 4 } as const;
export type Bits = keyof typeof MODE;

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

type Row = readonly string[];
const rows: readonly Row[] = table;
/** By mnemonic rows, a line each, their columns separated by semicolons; or `=`, a mnemonic and an immediate (tools/forms-vector.ts). */
const vectorRows: Readonly<Record<string, string>> = vectorTable;

const GPR_CLASSES: Readonly<Record<string, RegisterClass>> = {
  r8: 'gpr8',
  r16: 'gpr16',
  r32: 'gpr32',
  r64: 'gpr64',
  seg: 'segment',
};

const PLACES: Readonly<Record<string, RegisterPlace>> = {
  m: 'rm',
  o: 'opcode',
  n: 'opcode',
  b: 'both',
  v: 'vvvv',
  4: 'vvvv',
  i: 'is4',
};

const IMPLIED: Readonly<Record<string, OperandSpec>> = {
  si: { kind: 'implied', base: 'si', override: true },
  di: { kind: 'implied', base: 'di', override: false },
  segdi: { kind: 'implied', base: 'di', override: true },
  bxal: { kind: 'implied', base: 'bx', override: true },
};

/** `xmm`, `mm` … name a class; `al`, `cl`, `st0` one register. */
const isRegisterField = (token: string): boolean => /^(r\d+|seg|cr|dr|tr|[xyzt]?mm|k|bnd)$/.test(token);

function parseOperand(token: string): OperandSpec {
  const special = IMPLIED[token];
  if (special !== undefined) return special;
  if (token === 'm' || token === 'mib' || token === 'msib') return { kind: 'memory', sib: token === 'msib' };
  if (/^v[xyz]mm$/.test(token)) return { kind: 'memory', sib: true, vector: token.slice(1) as RegisterClass };
  if (token.startsWith('moffs')) return { kind: 'offset', only64: token === 'moffs64' };
  if (/^\d$/.test(token)) return { kind: 'literal', value: BigInt(token) };
  if (token === 'sel') return { kind: 'immediate', bits: 16, width: 16, isSelector: true };
  const immediate = /^imm(\d+)(?:s(\d+))?$/.exec(token);
  if (immediate !== null) {
    const bits = Number(immediate[1]);
    return { kind: 'immediate', bits, width: Number(immediate[2] ?? bits), isSelector: false };
  }
  if (token.startsWith('rel')) return { kind: 'target', bits: Number(token.slice(3)) };
  const bare = token.replace(/[()]/g, '').replace(/^st0$/, 'st');
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
    group: place === '4',
    isAddress: place === 'a',
  };
}

const TAIL_SIZES: Readonly<Record<string, number>> = { ib: 1, iw: 2, id: 4, iq: 8, cb: 1, cw: 2, cd: 4, mo: 0 };

function parseEncoding(text: string, traits: string): Encoding {
  const words = text.split(' ');
  const isPrefix = (word: string, at: number): boolean =>
    at < words.length - 1 && /^(9B|66|F2|F3|W|[oa](16|32))$/.test(word);
  const first = words.findIndex((word, at) => !isPrefix(word, at));
  const prefixes = words.slice(0, first);
  const opcode: number[] = [];
  const tail: number[] = [];
  let plusRegister = false;
  let modrm: 'r' | number | undefined;
  const vex = parseVex(words[first] ?? '');
  for (const word of words.slice(vex === undefined ? first : first + 1)) {
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
    addressSize: has('a16') ? 16 : has('a32') ? 32 : 0,
    operandSize: has('o16') ? 16 : has('o32') ? 32 : 0,
    mandatory66: has('66'),
    repeat: has('F3') ? 0xf3 : has('F2') ? 0xf2 : 0,
    rexW: has('W'),
    opcode,
    plusRegister,
    ...(modrm === undefined ? {} : { modrm }),
    tail,
    tailLength: tail.reduce((sum, size) => sum + (size || 8), 0),
    ...(vex !== undefined && { vex }),
    ...(traits !== '' && { evex: parseEvex(traits) }),
  };
}

const VEX_LENGTH: Readonly<Record<string, Vex['length']>> = { 128: 0, L0: 0, LZ: 0, 256: 1, L1: 1, 512: 2, LIG: 'any' };
const VEX_PREFIX: Readonly<Record<string, Vex['prefix']>> = { 66: 1, F3: 2, F2: 3 };
const VEX_MAP: Readonly<Record<string, number>> = { '0F': 1, '0F38': 2, '0F3A': 3, MAP5: 5, MAP6: 6 };

/** `VEX.128.66.0F.WIG` */
function parseVex(word: string): Vex | undefined {
  const [kind, ...parts] = word.split('.');
  if (kind !== 'VEX' && kind !== 'EVEX') return undefined;
  const find = <T>(table: Readonly<Record<string, T>>): T | undefined =>
    parts.map((part) => table[part]).find((value) => value !== undefined);
  return {
    kind: kind === 'VEX' ? 'vex' : 'evex',
    length: find(VEX_LENGTH) ?? 'any',
    prefix: find(VEX_PREFIX) ?? 0,
    map: find(VEX_MAP) ?? 0,
    w: parts.includes('W0') ? 0 : parts.includes('W1') ? 1 : 'any',
  };
}

/** `4b2kz`, `3Ku` */
function parseEvex(text: string): Evex {
  const [, shift = '0', element, letters = ''] = /^(\d)(?:b(\d))?(.*)$/.exec(text) ?? [];
  const has = (letter: string): boolean => letters.includes(letter);
  return {
    shift: Number(shift),
    element: Number(element ?? 0),
    copies: element === undefined ? 1 : 1 << (Number(shift) - Number(element)),
    mask: has('K') ? 'required' : has('k') ? 'optional' : 'none',
    zeroing: has('z'),
    rounding: has('r') ? 'mode' : has('s') ? 'sae' : 'none',
    distinct: has('u'),
  };
}

function parseRow(row: Row): Form {
  const [name = '', mnemonics = '', suffix = '', encoding = '', operands = '', attributes = '', traits = ''] = row;
  return {
    name,
    mnemonics: mnemonics.split(' '),
    suffix,
    encoding: parseEncoding(encoding, traits),
    operands: operands === '' ? [] : operands.split(' ').map(parseOperand),
    lockable: attributes.includes('L'),
    rep: attributes.includes('R'),
    repne: attributes.includes('N'),
    default64: attributes.includes('D'),
    privileged: attributes.includes('P'),
    branch: attributes.includes('B'),
    onRequest: attributes.includes('V'),
    bnd: attributes.includes('M'),
    notrack: attributes.includes('T'),
    elision: elisionOf(attributes),
    modes: modesOf(attributes),
  };
}

function elisionOf(attributes: string): Form['elision'] {
  if (!attributes.includes('E')) return 'none';
  if (!attributes.includes('A')) return 'release';
  return attributes.includes('O') ? 'any' : 'locked';
}

/** `w`, `l`, `q`; none of them says all. */
function modesOf(attributes: string): number {
  const has = (letter: string, bit: number): number => (attributes.includes(letter) ? bit : 0);
  return has('w', MODE[16]) | has('l', MODE[32]) | has('q', MODE[64]) || MODE[16] | MODE[32] | MODE[64];
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
