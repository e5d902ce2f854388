/** Spoils an instruction line for corpus.ts, so that what an assembler refuses can be compared, and in which words. */
import type { Bits } from '../src/isa/forms.ts';
import { type Pick, registersOf } from './corpus-operands.ts';

const CLASSES = [
  'gpr8',
  'gpr16',
  'gpr32',
  'gpr64',
  'segment',
  'cr',
  'dr',
  'mm',
  'xmm',
  'ymm',
  'st',
  'zmm+',
  'xmm+',
  'k',
];
const SUFFIXES = ['b', 'w', 'l', 'q', 's', 't', ''];
const PREFIXES = [
  'lock',
  'rep',
  'repne',
  'data16',
  'addr32',
  'cs',
  'fs',
  'xacquire',
  'xrelease',
  'bnd',
  'notrack',
  'rex.w',
  '{disp8}',
  '{disp32}',
  '{load}',
  '{store}',
  '{vex}',
  '{evex}',
  '{rex}',
];

type Change = (line: string, pick: Pick, bits: Bits) => string;

/** The mnemonic, and what stands before and behind. */
const split = (line: string): [string, string, string] => {
  const [, before = '', mnemonic = '', after = ''] = /^((?:lock |rep |\{\w+\} )?)(\S+)(.*)$/.exec(line) ?? [];
  return [before, mnemonic, after];
};

/** One register for another of some class. */
const register: Change = (line, pick, bits) => {
  const all = [...line.matchAll(/%[a-z]\w*(?:\(\d\))?/g)];
  const at = pick(all);
  if (at === undefined) return line;
  const other = pick(registersOf(pick(CLASSES), bits)) ?? '%eax';
  return line.slice(0, at.index) + other + line.slice(at.index + at[0].length);
};

const suffix: Change = (line, pick) => {
  const [before, mnemonic, after] = split(line);
  const stem = pick([mnemonic, mnemonic.replace(/[bwlqst]$/, '')]);
  return `${before}${stem}${pick(SUFFIXES)}${after}`;
};

const prefix: Change = (line, pick) => `${pick(PREFIXES)} ${line}`;

/** An operand more, or one fewer, or two exchanged. */
const operands: Change = (line, pick) => {
  const [before, mnemonic, after] = split(line);
  const list = after.trim() === '' ? [] : after.trim().split(/,(?![^(]*\))/);
  const n = pick(list.length === 0 ? [0] : [...list.keys()]);
  const changed = pick([
    [...list, pick(['%eax', '$1', '(%ebx)', 'foo'])],
    list.filter((_, i) => i !== n),
    [...list].reverse(),
    list.map((one, i) => (i === n ? pick(['$1', '%ecx', '4(%esi)', '*%eax', 'foo', '%st', '$0x12345678']) : one)),
  ]);
  return `${before}${mnemonic} ${changed.join(',')}`.trim();
};

/** A mask, a broadcast or a rounding mode more. */
const decoration: Change = (line, pick) => {
  const [before, mnemonic, after] = split(line);
  const list = after.trim() === '' ? [] : after.trim().split(/,(?![^(]*\))/);
  const n = pick(list.length === 0 ? [0] : [...list.keys()]);
  const added = pick(['{%k2}', '{%k2}{z}', '{z}', '{1to4}', '{1to8}', '{1to16}', '{1to3}', '{%k0}', '{%eax}']);
  const changed = list.map((one, i) => (i === n ? one + added : one));
  const mode = pick([[], [], [pick(['{rn-sae}', '{sae}', '{rz-sae}'])]]);
  const whole = mode.length > 0 ? [...list.slice(0, n), ...mode, ...list.slice(n)] : changed;
  return `${before}${mnemonic} ${whole.join(',')}`.trim();
};

export function mutate(line: string, pick: Pick, bits: Bits): string {
  return pick([register, register, suffix, prefix, operands, decoration])(line, pick, bits);
}
