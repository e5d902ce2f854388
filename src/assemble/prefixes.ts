/**
 * What stands before a mnemonic: prefix bytes, one for each group, and what the source asks of the encoder.
 *
 * In: the names as the grammar read them, `{disp32}` included. Out: `Prefixes` and `Wishes`, or GNU as's message. Groups
 * and their order are those of gas's add_prefix: a second prefix of a group is an error, even the same one again.
 */
import type { Bits, Form, OperandSpec } from '../isa/forms.ts';
import type { Choice } from './encode.ts';

/** Prefix bytes by their group; one of each can be present. */
export interface Prefixes {
  wait: boolean;
  segment: number;
  address: boolean;
  data: boolean;
  repeat: number;
  lock: boolean;
  /** 0, or 0x40 … 0x4f. */
  rex: number;
  /** How the repeat prefix was written: `rep`, `xacquire`, `bnd` … */
  repeatName: string;
  notrack: boolean;
  /** Whether anything but pseudo prefixes was written. */
  any: boolean;
}

/** `{load}`, `{store}`, `{disp8}`, `{disp32}` …: what the source asks of the encoder. */
export interface Wishes {
  direction?: 'load' | 'store';
  disp?: 8 | 16 | 32;
  rex?: boolean;
  encoding?: 'vex' | 'vex3' | 'evex';
}

export interface Read {
  readonly prefixes: Prefixes;
  readonly wishes: Wishes;
}

export const SEGMENT_PREFIX: Readonly<Record<string, number>> = {
  es: 0x26,
  cs: 0x2e,
  ss: 0x36,
  ds: 0x3e,
  fs: 0x64,
  gs: 0x65,
};

export const REX = { PRESENT: 0x40, W: 8, R: 4, X: 2, B: 1 } as const;

const REPEAT: Readonly<Record<string, number>> = {
  rep: 0xf3,
  repe: 0xf3,
  repz: 0xf3,
  xrelease: 0xf3,
  repne: 0xf2,
  repnz: 0xf2,
  xacquire: 0xf2,
  bnd: 0xf2,
};

const WISHES: Readonly<Record<string, Wishes>> = {
  '{load}': { direction: 'load' },
  '{store}': { direction: 'store' },
  '{disp8}': { disp: 8 },
  '{disp16}': { disp: 16 },
  '{disp32}': { disp: 32 },
  '{rex}': { rex: true },
  '{vex}': { encoding: 'vex' },
  '{vex2}': { encoding: 'vex' },
  '{vex3}': { encoding: 'vex3' },
  '{evex}': { encoding: 'evex' },
  '{nooptimize}': {},
};

const NONE: Read = {
  prefixes: {
    wait: false,
    segment: 0,
    address: false,
    data: false,
    repeat: 0,
    lock: false,
    rex: 0,
    repeatName: '',
    notrack: false,
    any: false,
  },
  wishes: {},
};

const TWICE = 'same type of prefix used twice';

/** Undefined: a name that is no prefix. */
export function readPrefixes(names: readonly string[], bits: Bits): Read | string | undefined {
  if (names.length === 0) return NONE;
  const prefixes = { ...NONE.prefixes };
  const wishes: Wishes = {};
  for (const name of names) {
    const wish = WISHES[name];
    if (wish !== undefined) {
      if (name === '{rex}' && bits !== 64) return `\`${name}' is only supported in 64-bit mode`;
      Object.assign(wishes, wish);
      continue;
    }
    const wrong = addPrefix(prefixes, name, bits);
    if (wrong !== '') return wrong;
    prefixes.any = true;
  }
  return { prefixes, wishes };
}

/** Sets the prefix of that name; a message, empty when all is well, or undefined when there is no such prefix. */
function addPrefix(prefixes: Prefixes, name: string, bits: Bits): string | undefined {
  const segment = SEGMENT_PREFIX[name] ?? HINTS[name] ?? (name === 'notrack' ? SEGMENT_PREFIX.ds : undefined);
  const repeat = REPEAT[name];
  if (segment !== undefined) {
    if (bits === 64 && (name === 'es' || name === 'ss')) return `\`${name}' is not supported in 64-bit mode`;
    if (prefixes.segment !== 0) return TWICE;
    prefixes.segment = segment;
    prefixes.notrack = name === 'notrack';
  } else if (repeat !== undefined) {
    if (prefixes.repeat !== 0) return TWICE;
    prefixes.repeat = repeat;
    prefixes.repeatName = name;
  } else if (name === 'lock') {
    if (prefixes.lock) return TWICE;
    prefixes.lock = true;
  } else if (name === 'wait' || name === 'fwait') {
    if (prefixes.wait) return TWICE;
    prefixes.wait = true;
  } else if (/^(data|addr)(16|32)$/.test(name)) return addSize(prefixes, name, bits);
  else return addRex(prefixes, name, bits);
  return '';
}

/** Branch hints: `jne,pt` takes the branch, `jne,pn` does not. */
const HINTS: Readonly<Record<string, number>> = { ',pt': 0x3e, ',pn': 0x2e };

function addSize(prefixes: Prefixes, name: string, bits: Bits): string {
  const size = Number(name.slice(4));
  if (bits === 64 && (name === 'data32' || name === 'addr16')) return `\`${name}' is not supported in 64-bit mode`;
  if (bits !== 64 && size === bits) return `redundant ${name} prefix`;
  const group = name.startsWith('data') ? 'data' : 'address';
  if (prefixes[group]) return TWICE;
  prefixes[group] = true;
  return '';
}

function addRex(prefixes: Prefixes, name: string, bits: Bits): string | undefined {
  if (!/^rex(\.w?r?x?b?|64x?y?z?|x?y?z?)$/.test(name)) return undefined;
  if (bits !== 64) return `\`${name}' is only supported in 64-bit mode`;
  const rex = REX.PRESENT | rexBits(name);
  const both = prefixes.rex & rex;
  if ((both & REX.W) !== 0 || (both & (REX.R | REX.X | REX.B)) !== 0) return TWICE;
  prefixes.rex |= rex;
  return '';
}

/** `rex.wrxb`, and the older spelling `rex64xyz`. */
function rexBits(name: string): number {
  const [, dotted] = name.split('.');
  const letters = dotted ?? name.slice(3).replace('64', 'w').replace('x', 'r').replace('y', 'x').replace('z', 'b');
  const bits: Readonly<Record<string, number>> = { w: REX.W, r: REX.R, x: REX.X, b: REX.B };
  return [...letters].reduce((sum, letter) => sum | (bits[letter] ?? 0), 0);
}

/** A statement of prefixes alone: `rep; movsb`. */
export function prefixBytes(prefixes: Prefixes): number[] {
  const { wait, segment, address, data, repeat, lock, rex } = prefixes;
  return [wait ? 0x9b : 0, segment, address ? 0x67 : 0, data ? 0x66 : 0, repeat, lock ? 0xf0 : 0, rex].filter(
    (byte) => byte !== 0,
  );
}

/** Whether the chosen form may have the prefixes; a message if not (gas's check_prefix, check_hle). */
export function checkPrefixes(
  prefixes: Prefixes,
  { form, specs }: Pick<Choice, 'form' | 'specs'>,
  mnemonic: string,
  hasMemory: boolean,
): string | undefined {
  if (!prefixes.any) return undefined;
  const { lock, repeatName, notrack } = prefixes;
  if (repeatName === 'xacquire' || repeatName === 'xrelease') {
    const wrong = checkElision(prefixes, form, mnemonic, hasMemory);
    if (wrong !== undefined) return wrong;
  } else if (repeatName === 'bnd') {
    if (!form.bnd) return "expecting valid branch instruction after `bnd'";
  } else if (repeatName !== '' && !form.rep && !form.repne && mnemonic !== 'ret' && mnemonic !== 'nop') {
    return `invalid instruction \`${mnemonic}' after \`${repeatName}'`;
  }
  if (lock && !(form.lockable && hasMemory)) return "expecting lockable instruction after `lock'";
  if (notrack && !form.notrack) return "expecting indirect branch instruction after `notrack'";
  if (prefixes.data && (form.encoding.vex !== undefined || isVector(specs))) {
    return `data size prefix invalid with \`${mnemonic}'`;
  }
  if (prefixes.rex !== 0 && form.encoding.vex !== undefined) return `REX prefix invalid with \`${mnemonic}'`;
  return (prefixes.rex & REX.W) !== 0 && form.encoding.rexW ? TWICE : undefined;
}

/** Whether the first two operands in AT&T's order, numbers aside, have a register beyond the general ones. */
function isVector(specs: readonly OperandSpec[]): boolean {
  const rest = specs.filter((spec) => spec.kind !== 'immediate').slice(-2);
  return rest.some((spec) => spec.kind === 'register' && /mm$|^(k|bnd)$/.test(spec.class));
}

function checkElision(
  { lock, repeatName }: Prefixes,
  form: Form,
  mnemonic: string,
  hasMemory: boolean,
): string | undefined {
  switch (form.elision) {
    case 'none':
      return `invalid instruction \`${mnemonic}' after \`${repeatName}'`;
    case 'locked':
      return lock ? undefined : `missing \`lock' with \`${repeatName}'`;
    case 'release':
      if (repeatName === 'xacquire') return `instruction \`${mnemonic}' after \`xacquire' not allowed`;
      return hasMemory ? undefined : `memory destination needed for instruction \`${mnemonic}' after \`xrelease'`;
    case 'any':
      return undefined;
    default:
      return form.elision satisfies never;
  }
}
