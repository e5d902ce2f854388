/**
 * How long an instruction is that does not exist.
 *
 * A CPU finds the length of what it fetches by prefixes, opcode, ModRM and immediate alone, before it knows whether the opcode is
 * defined. So an undefined one raises #UD only when all of its bytes are there: #PF when the rest lies in a page that isn't, #GP
 * when they are more than 15. (That is how a Zen 4 behaves; the opcode maps are those of the AMD APM vol. 3, appendix A.)
 */

/** `00-03 0a`, hexadecimal, as a set. */
const opcodes = (text: string): ReadonlySet<number> =>
  new Set(
    text.split(' ').flatMap((range) => {
      const [first, last = first] = range.split('-').map((digits) => Number.parseInt(digits, 16)) as [number, number?];
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    }),
  );

const PREFIXES = opcodes('26 2e 36 3e 64-67 f0 f2-f3');

const ONE_BYTE = {
  modrm: opcodes('00-03 08-0b 10-13 18-1b 20-23 28-2b 30-33 38-3b 63 69 6b 80-8f c0-c1 c6-c7 d0-d3 d8-df f6-f7 fe-ff'),
  imm8: opcodes('04 0c 14 1c 24 2c 34 3c 6a-6b 70-7f 80 82-83 a8 b0-b7 c0-c1 c6 cd d4-d5 e0-e7 eb'),
  /** 2 bytes with a 66 prefix, else 4. */
  immz: opcodes('05 0d 15 1d 25 2d 35 3d 68-69 81 a9 b8-bf c7 e8-e9'),
  imm16: opcodes('c2 ca'),
  far: opcodes('9a ea'),
  address: opcodes('a0-a3'),
} as const;

const TWO_BYTES = {
  plain: opcodes('04-0c 0e 24-27 30-37 39 3b-3f 77 7a-7b 80-8f a0-a2 a6-aa b9 c8-cf ff'),
  /** MOV to and from control and debug registers: whatever ModRM says, it names registers. */
  registers: opcodes('20-23'),
  imm8: opcodes('0f 70-73 a4 ac ba c2 c4-c6'),
  imm16: opcodes('78'),
  immz: opcodes('80-8f'),
} as const;

interface Shape {
  readonly modrm: boolean;
  /** Bytes. */
  readonly immediate: number;
}

/** What the prefixes make of immediates, in bytes. */
interface Sizes {
  /** REX.W */
  readonly wide: boolean;
  readonly z: 2 | 4;
  readonly address: 2 | 4 | 8;
}

function addressSize(mode: 64 | 32 | 16, switched: boolean): 2 | 4 | 8 {
  if (mode === 64) return switched ? 4 : 8;
  return (mode === 32) !== switched ? 4 : 2;
}

/** In bytes; undefined where there are not enough to tell, so at least one more has to be fetched. */
export function undefinedLength(
  bytes: Uint8Array,
  mode: 64 | 32 | 16 = 64,
  vendor: 'intel' | 'amd' = 'amd',
): number | undefined {
  let at = 0;
  let narrow = false;
  let shortAddress = false;
  let rex = 0;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    const isRex = mode === 64 && (byte & 0xf0) === 0x40;
    if (!isRex && !PREFIXES.has(byte)) break;
    narrow ||= byte === 0x66;
    shortAddress ||= byte === 0x67;
    // One that isn't the last prefix is ignored (SDM vol. 2, 2.2.1).
    rex = isRex ? byte : 0;
  }
  const opcode = mapAndOpcode(bytes, at, rex !== 0, mode === 64);
  if (opcode === undefined) return undefined;
  // Intel's near branches ignore the prefix in 64-bit mode.
  if (mode === 64 && vendor === 'intel' && isNearBranch(opcode)) narrow = false;
  const wide = (rex & 8) !== 0;
  const address = addressSize(mode, shortAddress);
  const sizes: Sizes = { wide, z: (mode === 16) !== narrow && !wide ? 2 : 4, address };
  const shape = shapeOf(opcode, bytes[opcode.end], sizes);
  const registers = opcode.map === 'two' && TWO_BYTES.registers.has(opcode.byte);
  const operands = !shape.modrm ? 0 : registers ? 1 : modrmLength(bytes, opcode.end, address);
  if (operands === undefined) return undefined;
  const length = opcode.end + operands + shape.immediate;
  return length <= bytes.length ? length : undefined;
}

interface Opcode {
  readonly map: 'one' | 'two' | '38' | '3a' | 'vex 1' | 'vex 2' | 'vex 3' | 'xop' | 'xop a';
  readonly byte: number;
  /** Where ModRM stands, or the immediate. */
  readonly end: number;
}

/** CALL, JMP, Jcc with a displacement of 16 or 32 bits. */
const isNearBranch = ({ map, byte }: Opcode): boolean =>
  map === 'one' ? byte === 0xe8 || byte === 0xe9 : map === 'two' && byte >= 0x80 && byte <= 0x8f;

function mapAndOpcode(bytes: Uint8Array, at: number, rex: boolean, long: boolean): Opcode | undefined {
  const make = (map: Opcode['map'], i: number): Opcode | undefined => {
    const byte = bytes[i];
    return byte === undefined ? undefined : { map, byte, end: i + 1 };
  };
  const first = bytes[at];
  const second = bytes[at + 1];
  // Outside of 64-bit mode these are LES, LDS and BOUND, whose operand is memory.
  if (!long && (first === 0xc4 || first === 0xc5 || first === 0x62)) {
    if (second === undefined) return undefined;
    if (second < 0xc0) return make('one', at);
  }
  if (first === 0xc5) return make('vex 1', at + 2);
  if (second !== undefined) {
    if (first === 0xc4)
      return make((second & 0x1f) === 2 ? 'vex 2' : (second & 0x1f) === 3 ? 'vex 3' : 'vex 1', at + 3);
    if (first === 0x62) return make((second & 7) === 3 ? 'vex 3' : (second & 7) === 2 ? 'vex 2' : 'vex 1', at + 4);
    if (isXop(first, second, rex)) return make((second & 0x1f) === 10 ? 'xop a' : 'xop', at + 3);
  } else if (first === 0xc4 || first === 0x62 || first === 0x8f) return undefined;
  if (first !== 0x0f) return make('one', at);
  if (second === 0x38) return make('38', at + 2);
  return second === 0x3a ? make('3a', at + 2) : make('two', at + 1);
}

/** 8F is POP with a register field of 0, or behind REX; else it begins XOP, of which only TBM is modelled. */
const isXop = (first: number | undefined, second: number, rex: boolean): boolean =>
  first === 0x8f && !rex && (second & 0x38) !== 0;

function shapeOf({ map, byte }: Opcode, modrm: number | undefined, sizes: Sizes): Shape {
  switch (map) {
    case 'one':
      return oneByte(byte, modrm, sizes);
    case 'two': {
      const immediate = TWO_BYTES.imm8.has(byte)
        ? 1
        : TWO_BYTES.imm16.has(byte)
          ? 2
          : TWO_BYTES.immz.has(byte)
            ? sizes.z
            : 0;
      return { modrm: !TWO_BYTES.plain.has(byte), immediate };
    }
    case 'vex 1':
      return { modrm: byte !== 0x77, immediate: TWO_BYTES.imm8.has(byte) ? 1 : 0 };
    case '3a':
    case 'vex 3':
      return { modrm: true, immediate: 1 };
    case 'xop a':
      return { modrm: true, immediate: 4 };
    case '38':
    case 'vex 2':
    case 'xop':
      return { modrm: true, immediate: 0 };
    default:
      return map satisfies never;
  }
}

/** BOUND, LES, LDS. */
const LOADS_POINTER = opcodes('62 c4-c5');

function oneByte(byte: number, modrm: number | undefined, { wide, z, address }: Sizes): Shape {
  const has = ONE_BYTE.modrm.has(byte) || LOADS_POINTER.has(byte);
  // TEST alone has an immediate in its group.
  if (byte === 0xf6 || byte === 0xf7) {
    const test = modrm !== undefined && (modrm & 0x30) === 0;
    return { modrm: true, immediate: test ? (byte === 0xf6 ? 1 : z) : 0 };
  }
  // MOV r64, imm64.
  if (wide && byte >= 0xb8 && byte <= 0xbf) return { modrm: false, immediate: 8 };
  if (byte === 0xc8) return { modrm: false, immediate: 3 };
  if (ONE_BYTE.address.has(byte)) return { modrm: false, immediate: address };
  if (ONE_BYTE.far.has(byte)) return { modrm: false, immediate: z + 2 };
  const immediate = ONE_BYTE.imm8.has(byte) ? 1 : ONE_BYTE.immz.has(byte) ? z : ONE_BYTE.imm16.has(byte) ? 2 : 0;
  return { modrm: has, immediate };
}

/** ModRM, SIB and displacement (SDM vol. 2, table 2-2 and 2-3). */
function modrmLength(bytes: Uint8Array, at: number, address: 2 | 4 | 8): number | undefined {
  const modrm = bytes[at];
  if (modrm === undefined) return undefined;
  const mod = modrm >> 6;
  if (mod === 3) return 1;
  const rm = modrm & 7;
  if (address === 2) return mod === 1 ? 2 : mod === 2 || rm === 6 ? 3 : 1;
  const sib = rm === 4 ? bytes[at + 1] : undefined;
  if (rm === 4 && sib === undefined) return undefined;
  const base = sib === undefined ? rm : sib & 7;
  const displacement = mod === 1 ? 1 : mod === 2 || base === 5 ? 4 : 0;
  return (rm === 4 ? 2 : 1) + displacement;
}
