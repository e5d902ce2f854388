/**
 * Relative branches. JMP and Jcc become a fragment whose size layout decides; CALL, LOOP and JCXZ have one size.
 *
 * In: the form chosen (the short one, where there are two) and its prefixes. Out: a fragment, or bytes with a fixup. Without
 * symbols there is nothing to relax: prefixes beyond those that gas's output_branch and output_jump keep are skipped.
 */
import type { Bits, Form } from '../isa/forms.ts';
import { type Assembly, emit, emitFragment, fail, warn } from './assembly.ts';
import type { Encoded } from './encode.ts';
import { misplacedModifier } from './modifiers.ts';
import { type Prefixes, SEGMENT_PREFIX, type Wishes } from './prefixes.ts';
import type { Fixup } from './section.ts';
import { nearForm } from './select-match.ts';
import { type Bound, modifierOf } from './symbols.ts';

interface Wanted {
  /** The mnemonic as written, without its suffix. */
  readonly name: string;
  readonly prefixes: Prefixes;
  readonly wishes: Wishes;
}

export function emitBranch(asm: Assembly, form: Form, encoded: Encoded, { name, prefixes, wishes }: Wanted): void {
  const { bits } = asm.mode;
  const target = encoded.target!;
  const size = encoded.targetSize!;
  const near = size === 1 ? nearForm(form) : undefined;
  const isByteOnly = size === 1 && near === undefined;
  const before = encoded.bytes.slice(0, encoded.bytes.length - form.encoding.opcode.length);
  const isJump = near !== undefined || isByteOnly;
  const kept = before.filter((byte) => isKept(byte, isJump, isByteOnly));
  if (kept.length < before.length) warn(asm, `skipping prefixes on \`${name}'`);
  const isWide = (bits !== 16) !== (prefixes.data && !isByteOnly);
  const width = near === undefined ? sizeOfTarget(size, isWide, prefixes) : isWide ? 4 : 2;
  const kind = width === 4 && bits === 64 ? 'branch' : 'relative';
  if (near !== undefined && (wishes.disp === 16 || wishes.disp === 32) && wishes.disp !== 8 * width) {
    return fail(asm, `invalid \`{disp${wishes.disp}}' prefix`);
  }
  if (near !== undefined && wishes.disp !== 32 && wishes.disp !== 16) {
    if (asm.here.section === asm.absolute) return fail(asm, 'relaxable branches not supported in absolute section');
    return emitFragment(asm, {
      kind: 'branch',
      prefixes: kept,
      short: form.encoding.opcode,
      near: near.encoding.opcode,
      width,
      target,
      fixup: kind,
      isNear: false,
      size: kept.length + form.encoding.opcode.length + 1,
      place: asm.place,
    });
  }
  const stray = strayModifier(target, kind, width, bits);
  if (stray !== undefined) fail(asm, stray);
  const bytes = [...kept, ...(near ?? form).encoding.opcode];
  const fixup = { offset: bytes.length, size: width, value: target, kind, toEnd: width, got: 'plain' } as const;
  emit(asm, [...bytes, ...new Array<number>(width).fill(0)], [fixup satisfies Omit<Fixup, 'place'>]);
}

/** What is wrong with the relocation operator in a field of an instruction. */
export function strayModifier(value: Bound, kind: Fixup['kind'], size: number, bits: Bits): string | undefined {
  const modifier = modifierOf(value);
  if (modifier === undefined) return undefined;
  const isRelative = kind === 'relative' || kind === 'branch';
  return misplacedModifier(modifier, size, isRelative, bits === 64 ? kind === 'signed' : undefined);
}

const ADDRESS_SIZE = 0x67;
const LOCK = 0xf0;
const HINTS: ReadonlySet<number> = new Set([0x2e, 0x3e]);
const SEGMENTS: ReadonlySet<number> = new Set(Object.values(SEGMENT_PREFIX));

/** Hints to jumps, sizes where they matter, BND. */
function isKept(byte: number, isJump: boolean, isByteOnly: boolean): boolean {
  if (byte === LOCK) return false;
  if (byte === ADDRESS_SIZE) return isByteOnly;
  return !SEGMENTS.has(byte) || (isJump && HINTS.has(byte));
}

function sizeOfTarget(size: number, isWide: boolean, { data }: Prefixes): 1 | 2 | 4 {
  if (size === 1) return 1;
  return data ? (isWide ? 4 : 2) : (size as 2 | 4);
}
