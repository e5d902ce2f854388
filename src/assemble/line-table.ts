/**
 * `.loc`, `.file N`, `.loc_mark_labels`: in go the directives, out come the rows of the line table and its files, which
 * line-program.ts writes out at the end of the source. gas manual, 7.60 and 7.53; DWARF 5, 6.2.
 *
 * The subtle invariant: a `.loc` is a row only once something is there to have a line, an instruction or the next `.loc`,
 * and its address is that one's; with a `view` it is a row at once. A view counts the rows at one address, which may be
 * known only after layout, so that it is an expression where padding lies before the row.
 */
import { SHF } from '../object/object-file.ts';
import { type Assembly, dot, fail, warn } from './assembly.ts';
import { type AsmSection, knownDistance, type Location, surelyBehind } from './section.ts';
import { type AsmSymbol, type Bound, EXPRESSION_SYMBOL, newSymbol } from './symbols.ts';

export interface LineFile {
  /** Of the directories. */
  readonly directory: number;
  readonly name: string;
  /** Little-endian. */
  readonly md5: Uint8Array | undefined;
}

/** What a row says of its address, but for the view. */
export interface LineRegisters {
  file: number;
  line: number;
  column: number;
  isStmt: boolean;
  isa: number;
  discriminator: number;
  isBlock: boolean;
  isPrologueEnd: boolean;
  isEpilogueBegin: boolean;
}

/** `reset` is `-0`: zero whatever was before; `zero` is asserted to be that. */
export type View = { readonly kind: 'symbol'; readonly symbol: AsmSymbol } | { readonly kind: 'reset' | 'zero' };

export interface LineRow extends Readonly<LineRegisters> {
  readonly subsection: number;
  readonly at: Location;
  readonly view: Bound;
  /** The address has to be set anew, for a debugger to count views from zero. */
  readonly startsAnew: boolean;
}

export interface LineState {
  /** 5 as soon as there is a file 0, 3 before. */
  version: 3 | 5;
  /** The first is the compilation's own, '' while it is unknown. */
  readonly directories: string[];
  readonly files: (LineFile | undefined)[];
  readonly rows: Map<AsmSection, LineRow[]>;
  /** What the next row says. */
  readonly registers: LineRegisters;
  /** A `.loc` waits for its row. */
  isPending: boolean;
  marksLabels: boolean;
}

export const newLineState = (): LineState => ({
  version: 3,
  directories: [''],
  files: [],
  rows: new Map(),
  registers: {
    file: 1,
    line: 1,
    column: 0,
    isStmt: true,
    isa: 0,
    discriminator: 0,
    isBlock: false,
    isPrologueEnd: false,
    isEpilogueBegin: false,
  },
  isPending: false,
  marksLabels: false,
});

const ZERO: Bound = { kind: 'int', value: 0n };
const ONE: Bound = { kind: 'int', value: 1n };

/** Makes a row of what was last said, here; a line 0 is none. */
export function addRow(asm: Assembly, view?: View): void {
  const { lines } = asm;
  lines.isPending = false;
  if (lines.registers.line !== 0) pushRow(asm, view);
  consume(lines);
}

/** What is said of one row only. */
const consume = ({ registers }: LineState): void => {
  Object.assign(registers, { discriminator: 0, isBlock: false, isPrologueEnd: false, isEpilogueBegin: false });
};

function pushRow(asm: Assembly, view: View | undefined): void {
  const { lines, here } = asm;
  const { section, subsection } = here;
  if (section === asm.absolute || (section.flags & SHF.EXECINSTR) === 0) {
    return warn(asm, `dwarf line number information for ${section.name} ignored`);
  }
  const at = dot(asm);
  const rows = lines.rows.get(section) ?? [];
  lines.rows.set(section, rows);
  const counted = viewAt(asm, at, lastOf(rows, subsection));
  const startsAnew = view?.kind === 'reset' && counted !== ZERO;
  if (view?.kind === 'zero' && counted.kind === 'int' && counted.value !== 0n) fail(asm, 'view number mismatch');
  if (view?.kind === 'symbol') view.symbol.home = { kind: 'value', value: counted, place: asm.place };
  // A row that asks for no view counts as the first.
  rows.push({ ...lines.registers, subsection, at, view: view?.kind === 'symbol' ? counted : ZERO, startsAnew });
}

function lastOf(rows: readonly LineRow[], subsection: number): LineRow | undefined {
  const last = rows.at(-1);
  return last === undefined || last.subsection === subsection
    ? last
    : rows.findLast((row) => row.subsection === subsection);
}

/** How many rows in a row stand before at this address; `ZERO` itself only where there can be none. */
function viewAt(asm: Assembly, at: Location, previous: LineRow | undefined): Bound {
  if (previous === undefined) return ZERO;
  const distance = knownDistance(at, previous.at);
  const isBehind = distance === undefined ? surelyBehind(at, previous.at) : distance !== 0;
  if (isBehind) return ZERO;
  const { view } = previous;
  const next: Bound =
    view.kind === 'int' ? { kind: 'int', value: view.value + 1n } : { kind: 'binary', op: '+', left: view, right: ONE };
  if (distance === 0) return next;
  const symbolAt = (place: Location): Bound => ({
    kind: 'symbol',
    symbol: newSymbol(EXPRESSION_SYMBOL, asm.place, true, { kind: 'label', at: place }),
  });
  const apart: Bound = { kind: 'binary', op: '-', left: symbolAt(at), right: symbolAt(previous.at) };
  return { kind: 'binary', op: '*', left: next, right: { kind: 'unary', op: '!', arg: apart } };
}

/** A label begins a block, and has a line of its own where `.loc_mark_labels` asks for that. */
export function markLabel(asm: Assembly): void {
  const { lines, here } = asm;
  if ((here.section.flags & SHF.EXECINSTR) === 0 || lines.files.length === 0) return;
  lines.registers.isBlock = true;
  lines.isPending = false;
  pushRow(asm, undefined);
  consume(lines);
}
