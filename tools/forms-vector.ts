/**
 * Generates src/isa/forms-vector.json: the forms in VEX and EVEX encoding, and the instructions that are another one with
 * its immediate fixed (CMPEQPS, PCLMULLQLQDQ …), by mnemonic. Rows have the columns of tools/forms.ts, with semicolons between:
 *
 *   - the encoding begins with the manual's `VEX.128.66.0F.WIG` or `EVEX.…`; `ib=1F` is an immediate that the name implies;
 *   - operands besides those of legacy forms: ymm zmm k tmm, `…/v` in VEX.vvvv, `…/i` in an immediate's high half, `imm4` its low
 *     half, vxmm vymm vzmm memory with such an index, msib memory with a SIB byte always;
 *   - the attribute V: only where {vex} asks for it, since GNU as takes the EVEX form otherwise.
 */
import { writeFileSync } from 'node:fs';
import { Code, CodeExt, type OpCodeInfo } from 'iced-x86';
import { type Row, rowsOf } from './forms.ts';
import { ABSENT, ONLY_ON_REQUEST, OPERANDS, PREDICATES, VECTOR_SUFFIX } from './forms-vector-att.ts';

const FILE = new URL('../src/isa/forms-vector.json', import.meta.url);

const LEGACY = 0;
const VEX = 1;

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

/** `cmpltps`: CMPPS with its immediate fixed, which then is no operand. */
function withPredicates(row: Row): Row[] {
  const [form, mnemonics, suffix, encoding, operands, attributes] = row;
  return PREDICATES.filter(([pattern]) => pattern.test(form)).flatMap(([, stem, names]) =>
    names.map(({ name, value }): Row => {
      const fixed = encoding.replace(/ ib$/, ` ib=${value.toString(16).padStart(2, '0')}`);
      return [form, mnemonics.replace(stem, name), suffix, fixed, operands.replace(/ imm8$/, ''), attributes];
    }),
  );
}

/** FMA4 has its forms in pairs; of two registers GNU as takes the form that could have the last one in memory. */
function inOrder(rows: readonly Row[]): Row[] {
  const isFma4 = ([form]: Row): boolean => /^VEX_Vf\w+_[xy]mm_[xy]mm_[xy]mm\w*_[xy]mm\w*$/.test(form);
  return [...rows].sort((a, b) =>
    isFma4(a) && isFma4(b) ? Number(b[3].includes('W1')) - Number(a[3].includes('W1')) : 0,
  );
}

export function generateVector(): Record<string, string[]> {
  const rows: Row[] = [];
  for (const [name, code] of Object.entries(Code)) {
    if (typeof code !== 'number') continue;
    const info = CodeExt.opCode(code);
    if (info.isInstruction && info.encoding <= VEX && !ABSENT.test(name)) {
      const own = vectorRows(name, info);
      if (info.encoding !== LEGACY) rows.push(...own);
      rows.push(...own.flatMap(withPredicates));
    }
    info.free();
  }
  const byName: Record<string, Row[]> = {};
  for (const row of rows) {
    for (const name of row[1].split(' ')) byName[name] = [...(byName[name] ?? []), row];
  }
  return Object.fromEntries(
    Object.entries(byName).map(([name, list]) => [
      name,
      inOrder(list).map(([form, , suffix, ...rest]) => [form, name, suffix, ...rest].join(';')),
    ]),
  );
}

export const renderVector = (forms: Readonly<Record<string, readonly string[]>>): string =>
  `{\n${Object.entries(forms)
    .map(([name, rows]) => `${JSON.stringify(name)}:[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}]`)
    .join(',\n')}\n}\n`;

if (process.argv[1]?.endsWith('forms-vector.ts')) writeFileSync(FILE, renderVector(generateVector()));
