/**
 * Generates src/isa/forms-vector.json: the forms in VEX and EVEX encoding, and the instructions that are another one with
 * its immediate fixed (CMPEQPS, PCLMULLQLQDQ …), by mnemonic. One string holds a mnemonic's rows, a line
 * each: a program asks for few of them, and nothing else has to be built when it starts. Rows have the columns of tools/forms.ts, with semicolons between:
 *
 *   - the encoding begins with the manual's `VEX.128.66.0F.WIG` or `EVEX.…`;
 *   - operands besides those of legacy forms: ymm zmm k tmm, `…/v` in VEX.vvvv, `…/4` likewise, the first of four,
 *     `…/i` in an immediate's high half, `imm4` its low half, vxmm vymm vzmm memory with such an index, msib memory with a
 *     SIB byte always;
 *   - the attribute V: only where {vex} asks for it, since GNU as takes the EVEX form otherwise;
 *   - a seventh column for EVEX forms: the power of two that an 8-bit displacement is scaled by, then `b` and the same for
 *     the element where it may be broadcast, `k` a mask, `K` one that has to be written, `z` with zeroing, `r` rounding,
 *     `s` only {sae}, `u` a destination that may be no source.
 *
 * `=vcmpps 11`: the forms of that mnemonic with 0x11 for the immediate.
 */
import { writeFileSync } from 'node:fs';
import { Code, CodeExt, type OpCodeInfo, TupleType } from 'iced-x86';
import { type Row, rowsOf } from './forms.ts';
import { ABSENT, EXACT, ONLY_ON_REQUEST, OPERANDS, PREDICATES, VECTOR_SUFFIX } from './forms-vector-att.ts';

const FILE = new URL('../src/isa/forms-vector.json', import.meta.url);

const LEGACY = 0;
const EVEX = 2;

function vectorRows(name: string, info: OpCodeInfo): Row[] {
  return rowsOf(name, info)
    .filter(([, mnemonics]) => mnemonics !== '')
    .map(([form, mnemonics, suffix, encoding, operands, attributes]) => [
      form,
      mnemonics,
      VECTOR_SUFFIX.find(([pattern]) => pattern.test(name))?.[1] ?? suffix,
      encoding,
      OPERANDS[name] ?? operands,
      attributes.replace(/[wlq]*$/, (modes) => (ONLY_ON_REQUEST.test(name) ? 'V' : '') + modes),
    ]);
}

/** The seventh column. */
function evexTraits(name: string, info: OpCodeInfo): string {
  const tuple = TupleType[info.tupleType] ?? '';
  const [, whole = '1', element] = /^N(\d+)(?:b(\d+))?$/.exec(tuple) ?? [];
  const rounding = EXACT.test(name) ? '' : info.canUseRoundingControl ? 'r' : info.canSuppressAllExceptions ? 's' : '';
  return [
    Math.log2(Number(whole)),
    element === undefined ? '' : `b${Math.log2(Number(element))}`,
    info.requireOpMaskRegister ? 'K' : info.canUseOpMaskRegister ? 'k' : '',
    info.canUseZeroingMasking ? 'z' : '',
    rounding,
    info.requiresUniqueDestRegNum ? 'u' : '',
  ].join('');
}

/** FMA4 has its forms in pairs; of two registers GNU as takes the form that could have the last one in memory. */
function inOrder(rows: readonly Row[]): Row[] {
  const isFma4 = ([form]: Row): boolean => /^VEX_Vf\w+_[xy]mm_[xy]mm_[xy]mm\w*_[xy]mm\w*$/.test(form);
  return [...rows].sort((a, b) =>
    isFma4(a) && isFma4(b) ? Number(b[3].includes('W1')) - Number(a[3].includes('W1')) : 0,
  );
}

/** Mnemonics that fix an immediate: what they stand for. */
function aliases(): [string, string][] {
  return PREDICATES.flatMap(([mnemonic, stem, names]) =>
    names.map(({ name, value }): [string, string] => [
      mnemonic.replace(stem, name),
      `=${mnemonic} ${value.toString(16).padStart(2, '0')}`,
    ]),
  );
}

export function generateVector(): Record<string, string> {
  const byName = new Map<string, Row[]>();
  const traits = new Map<string, string>();
  for (const [name, code] of Object.entries(Code)) {
    if (typeof code !== 'number') continue;
    const info = CodeExt.opCode(code);
    if (info.isInstruction && info.encoding > LEGACY && info.encoding <= EVEX && !ABSENT.test(name)) {
      if (info.encoding === EVEX) traits.set(name, `;${evexTraits(name, info)}`);
      for (const row of vectorRows(name, info)) {
        for (const word of row[1].split(' ')) byName.set(word, [...(byName.get(word) ?? []), row]);
      }
    }
    info.free();
  }
  const text = (name: string, [form, , suffix, ...rest]: Row): string =>
    [form, name, suffix, ...rest].join(';') + (traits.get(form) ?? '');
  return Object.fromEntries([
    ...[...byName].map(([name, rows]) => [
      name,
      inOrder(rows)
        .map((row) => text(name, row))
        .join('\n'),
    ]),
    ...aliases(),
  ]);
}

export const renderVector = (forms: Readonly<Record<string, string>>): string =>
  `{\n${Object.entries(forms)
    .map(([name, rows]) => `${JSON.stringify(name)}:${JSON.stringify(rows)}`)
    .join(',\n')}\n}\n`;

if (process.argv[1]?.endsWith('forms-vector.ts')) writeFileSync(FILE, renderVector(generateVector()));
