/**
 * One instruction statement: select its form, encode it, put it into the section.
 *
 * In: prefixes, mnemonic and operands as the grammar read them, and the text for "no such instruction". Out: bytes and
 * fixups at the end of the section, or a branch fragment for JMP and Jcc, whose size layout decides; or diagnostics.
 */
import { type Form, formsOf } from '../isa/forms.ts';
import { type Assembly, bound, emit, emitFragment, fail, warn } from './assembly.ts';
import { addPrefix, type Encoded, encode, noPrefixes, type Prefixes } from './encode.ts';
import { type Actual, actualOperand, type BindValue } from './operands.ts';
import { mnemonicProblem, type Selected, select, type Wishes } from './select.ts';
import type { Statement } from './statement.ts';

type Instruction = Extract<Statement, { kind: 'instruction' }>;

export function assembleInstruction(asm: Assembly, statement: Instruction, text: string): void {
  const read = readPrefixes(statement.prefixes);
  if (typeof read === 'string') return fail(asm, read);
  const { prefixes, wishes } = read;
  if (statement.mnemonic === '') return emit(asm, prefixBytes(prefixes));
  const problem = mnemonicProblem(statement.mnemonic);
  if (problem === 'unknown') return fail(asm, `no such instruction: \`${text}'`);
  if (problem === 'suffix') return fail(asm, `invalid instruction suffix for \`${statement.mnemonic.slice(0, -1)}'`);
  const operands = readOperands(asm, statement);
  if (operands === undefined) return;
  const selected = select(statement.mnemonic, operands, wishes);
  if (typeof selected === 'string') return fail(asm, selected);
  for (const message of selected.warnings) warn(asm, message);
  const wrong = checkPrefixes(prefixes, selected);
  if (wrong !== undefined) return fail(asm, wrong);
  const encoded = encode(selected.form, selected.pairs, prefixes, wishes);
  if (typeof encoded === 'string') return fail(asm, encoded);
  if (encoded.target === undefined) return emit(asm, encoded.bytes, encoded.fixups);
  emitBranch(asm, selected.form, encoded, wishes);
}

function readPrefixes(names: readonly string[]): { prefixes: Prefixes; wishes: Wishes } | string {
  const prefixes = noPrefixes();
  let wishes: Wishes = { rex: false };
  for (const name of names) {
    const wish = WISHES[name];
    if (wish !== undefined) wishes = { ...wishes, ...wish };
    else if (!addPrefix(prefixes, name)) return `no such instruction: \`${name}'`;
  }
  return { prefixes, wishes };
}

const WISHES: Readonly<Record<string, Partial<Wishes>>> = {
  '{load}': { direction: 'load' },
  '{store}': { direction: 'store' },
  '{disp8}': { disp: 8 },
  '{disp16}': {},
  '{disp32}': { disp: 32 },
  '{rex}': { rex: true },
  '{nooptimize}': {},
};

/** A prefix on a line of its own: `rep; movsb`. */
function prefixBytes(prefixes: Prefixes): number[] {
  const { wait, segment, address, data, repeat, lock, rex } = prefixes;
  return [wait ? 0x9b : 0, segment, address ? 0x67 : 0, data ? 0x66 : 0, repeat, lock ? 0xf0 : 0, rex].filter(
    (byte) => byte !== 0,
  );
}

function readOperands(asm: Assembly, { operands }: Instruction): Actual[] | undefined {
  const bindValue: BindValue = (expr) => {
    const value = bound(asm, expr);
    if (value === undefined) return '';
    return { bound: value, known: value.kind === 'int' ? value.value : undefined };
  };
  const actuals: Actual[] = [];
  for (const operand of operands) {
    const actual = actualOperand(operand, bindValue);
    if (typeof actual === 'string') {
      // An expression that means nothing has been reported where it was bound.
      if (actual !== '') fail(asm, actual);
      return undefined;
    }
    actuals.push(actual);
  }
  return actuals;
}

function checkPrefixes({ lock }: Prefixes, { form, pairs }: Selected): string | undefined {
  if (!lock) return undefined;
  const writesMemory = pairs.some(({ spec, actual }) => actual.kind === 'memory' && spec.kind !== 'target');
  return form.lockable && writesMemory ? undefined : "expecting lockable instruction after `lock'";
}

/** The four-byte form of a jump that has a one-byte form too. */
function nearForm(form: Form): Form | undefined {
  const isNear = (f: Form): boolean =>
    f.suffix === form.suffix && f.operands[0]?.kind === 'target' && f.encoding.tail[0] === 4;
  return formsOf(form.mnemonics[0]!).find(isNear);
}

function emitBranch(asm: Assembly, form: Form, encoded: Encoded, wishes: Wishes): void {
  const target = encoded.target!;
  const size = encoded.targetSize!;
  const near = size === 1 ? nearForm(form) : undefined;
  const prefixes = encoded.bytes.slice(0, encoded.bytes.length - form.encoding.opcode.length);
  if (near !== undefined && wishes.disp === undefined) {
    return emitFragment(asm, {
      kind: 'branch',
      prefixes,
      short: form.encoding.opcode,
      near: near.encoding.opcode,
      target,
      isNear: false,
      size: prefixes.length + form.encoding.opcode.length + 1,
      place: asm.place,
    });
  }
  const long = near !== undefined && wishes.disp === 32;
  const bytes = long ? [...prefixes, ...near.encoding.opcode] : encoded.bytes;
  const fieldSize = long ? 4 : (size as 1 | 2 | 4);
  const fixup = {
    offset: bytes.length,
    size: fieldSize,
    value: target,
    kind: fieldSize === 4 ? 'branch' : 'relative',
    toEnd: fieldSize,
    got: 'plain',
  } as const;
  emit(asm, [...bytes, ...new Array<number>(fieldSize).fill(0)], [fixup]);
}
