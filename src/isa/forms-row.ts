/**
 * A row of the table of forms, read.
 *
 * In: its columns, documented in tools/forms.ts and tools/forms-vector.ts. Out: the form. The encoding is in the manual's
 * notation (SDM vol. 2, 3.1.1.1), so what is a prefix and what an opcode byte is told by its place: the last byte before
 * ModRM is always opcode.
 */
import type { Encoding, Evex, Form, OperandSpec, RegisterPlace, Vex } from './forms.ts';
import { MODE } from './mode.ts';
import { findRegister, type RegisterClass } from './registers.ts';

export type Row = readonly string[];

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

export function parseRow(row: Row): Form {
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
