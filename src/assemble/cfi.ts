/**
 * `.cfi_*`: in go the directives, out come frame descriptions (`Fde`), which eh-frame.ts writes out at the end of the
 * source. gas manual, 7.12; DWARF 5, 6.4.2; gas's dw2gencfi.c.
 *
 * The subtle invariant: a description is open for a subsection of a section, not for the whole source, so a
 * `.pushsection` inside one neither ends nor continues it. Before each instruction the location is advanced to here; two
 * places that may turn out to be one still get their `advance`, as GNU as decides by what it knows while reading.
 */
import { type Assembly, bound, dot, fail } from './assembly.ts';
import { dwarfRegister } from './cfi-registers.ts';
import { demandEnd, peek, type TextReader, takeChar, takeExpression, takeName, takeNumber } from './directive-text.ts';
import { atEnd, type Cursor, readName, skipBlanks } from './macro-arguments.ts';
import { knownDistance, type Location } from './section.ts';
import type { AsmSymbol, Bound } from './symbols.ts';
import { symbolNamed } from './symbols.ts';

export type CfiInstruction =
  | { readonly kind: 'advance'; readonly from: Location; readonly to: Location }
  | { readonly kind: 'offset' | 'valOffset' | 'defCfa'; readonly register: number; readonly offset: bigint }
  | { readonly kind: 'defCfaOffset'; readonly offset: bigint }
  | { readonly kind: 'defCfaRegister' | 'restore' | 'undefined' | 'sameValue'; readonly register: number }
  | { readonly kind: 'register'; readonly register: number; readonly other: number }
  | { readonly kind: 'remember' | 'restoreState' | 'windowSave' }
  | { readonly kind: 'escape'; readonly values: readonly (Bound | undefined)[] }
  | { readonly kind: 'valEncodedAddress'; readonly register: number; readonly encoding: number; readonly value: Bound }
  | { readonly kind: 'label'; readonly symbol: AsmSymbol };

/** An address together with how it is encoded (DW_EH_PE_*). */
export interface Encoded {
  readonly encoding: number;
  readonly value: Bound | undefined;
}

export const OMIT = 0xff;

export interface Fde {
  readonly start: Location;
  end: Location | undefined;
  readonly sections: CfiSections;
  readonly instructions: CfiInstruction[];
  returnColumn: number;
  isSignalFrame: boolean;
  personality: Encoded;
  lsda: Encoded;
}

export interface CfiSections {
  readonly ehFrame: boolean;
  readonly debugFrame: boolean;
}

interface OpenFde {
  readonly fde: Fde;
  last: Location;
  cfaOffset: bigint;
  readonly remembered: bigint[];
}

export interface CfiState {
  sections: CfiSections;
  /** All sections that a description has gone to so far; the later ones go there, too. */
  all: CfiSections;
  readonly fdes: Fde[];
  /** By section and subsection. */
  readonly open: Map<string, OpenFde>;
}

export const newCfiState = (): CfiState => ({
  sections: { ehFrame: true, debugFrame: false },
  all: { ehFrame: false, debugFrame: false },
  fdes: [],
  open: new Map(),
});

const RETURN_ADDRESS = 16;
const STACK_POINTER = 7;
const DATA_ALIGNMENT = -8n;

const key = ({ here }: Assembly): string => `${here.section.index}:${here.subsection}`;

const startProc: TextReader = (asm, c) => {
  if (asm.cfi.open.has(key(asm))) return fail(asm, 'previous CFI entry not closed (missing .cfi_endproc)');
  const start = dot(asm);
  const { sections: asked, all } = asm.cfi;
  asm.cfi.all = { ehFrame: all.ehFrame || asked.ehFrame, debugFrame: all.debugFrame || asked.debugFrame };
  const nothing = { encoding: OMIT, value: undefined };
  const fde: Fde = {
    start,
    end: undefined,
    sections: asm.cfi.all,
    instructions: [],
    returnColumn: RETURN_ADDRESS,
    isSignalFrame: false,
    personality: nothing,
    lsda: nothing,
  };
  asm.cfi.fdes.push(fde);
  const open: OpenFde = { fde, last: start, cfaOffset: 0n, remembered: [] };
  asm.cfi.open.set(key(asm), open);
  skipBlanks(c);
  const before = c.at;
  if (takeName(c) !== 'simple') {
    c.at = before;
    open.cfaOffset = 8n;
    fde.instructions.push({ kind: 'defCfa', register: STACK_POINTER, offset: 8n });
    fde.instructions.push({ kind: 'offset', register: RETURN_ADDRESS, offset: -8n });
  }
  demandEnd(asm, c);
};

const endProc: TextReader = (asm, c) => {
  const open = asm.cfi.open.get(key(asm));
  if (open === undefined) return fail(asm, '.cfi_endproc without corresponding .cfi_startproc');
  open.fde.end = dot(asm);
  asm.cfi.open.delete(key(asm));
  demandEnd(asm, c);
};

/** Frame descriptions that the source leaves open are ended where they began. */
export function closeFrames(asm: Assembly): void {
  for (const fde of asm.cfi.fdes) {
    if (fde.end !== undefined) continue;
    fail(asm, 'open CFI at the end of file; missing .cfi_endproc directive');
    fde.end = fde.start;
  }
}

/** The open description here, its location advanced to here; undefined (reported) when there is none. */
function current(asm: Assembly): OpenFde | undefined {
  const open = asm.cfi.open.get(key(asm));
  if (open === undefined) {
    fail(asm, 'CFI instruction used without previous .cfi_startproc');
    return undefined;
  }
  const here = dot(asm);
  if (knownDistance(here, open.last) !== 0) {
    open.fde.instructions.push({ kind: 'advance', from: open.last, to: here });
    open.last = here;
  }
  return open;
}

function takeRegister(asm: Assembly, c: Cursor): number {
  skipBlanks(c);
  const before = c.at;
  if (peek(c) === '%') c.at++;
  const number = dwarfRegister(takeRegisterName(c));
  skipBlanks(c);
  const isAlone = !/[-+*/|&^!<>=%(]/.test(peek(c));
  if (number !== undefined && isAlone) {
    if (number >= 0) return number;
    fail(asm, 'bad register expression');
    return 0;
  }
  c.at = before;
  const expr = takeExpression(asm, c);
  const value = expr === undefined ? undefined : bound(asm, expr);
  if (value?.kind === 'int' && value.value >= 0n) return Number(value.value);
  fail(asm, 'bad register expression');
  return 0;
}

/** `rax`, `st(1)`, `fs.base` */
function takeRegisterName(c: Cursor): string {
  let name = readName(c);
  const number = name === 'st' ? /^\s*\(\s*[0-7]\s*\)/.exec(c.text.slice(c.at))?.[0] : undefined;
  if (number !== undefined) {
    c.at += number.length;
    name += number.replace(/\s/g, '');
  }
  return name;
}

function separator(asm: Assembly, c: Cursor): void {
  if (!takeChar(c, ',')) fail(asm, 'missing separator');
}

type Add = (asm: Assembly, open: OpenFde, c: Cursor) => void;

/** An instruction of the open description: advance, read, add, and nothing may follow. */
const instruction =
  (add: Add): TextReader =>
  (asm, c) => {
    const open = current(asm);
    if (open === undefined) return;
    add(asm, open, c);
    demandEnd(asm, c);
  };

const push = ({ fde }: OpenFde, added: CfiInstruction): void => {
  fde.instructions.push(added);
};

function addOffset(asm: Assembly, open: OpenFde, kind: 'offset' | 'valOffset', register: number, offset: bigint): void {
  if (offset % DATA_ALIGNMENT !== 0n) fail(asm, `register save offset not a multiple of ${-DATA_ALIGNMENT}`);
  push(open, { kind, register, offset });
}

function registerAndNumber(asm: Assembly, c: Cursor): { register: number; number: bigint } {
  const register = takeRegister(asm, c);
  separator(asm, c);
  return { register, number: takeNumber(asm, c) ?? 0n };
}

const offset =
  (kind: 'offset' | 'valOffset'): Add =>
  (asm, open, c) => {
    const { register, number } = registerAndNumber(asm, c);
    addOffset(asm, open, kind, register, number);
  };

const relativeOffset: Add = (asm, open, c) => {
  const { register, number } = registerAndNumber(asm, c);
  addOffset(asm, open, 'offset', register, number - open.cfaOffset);
};

const defCfa: Add = (asm, open, c) => {
  const { register, number } = registerAndNumber(asm, c);
  push(open, { kind: 'defCfa', register, offset: number });
  open.cfaOffset = number;
};

const defCfaOffset =
  (isRelative: boolean): Add =>
  (asm, open, c) => {
    const number = takeNumber(asm, c) ?? 0n;
    open.cfaOffset = isRelative ? open.cfaOffset + number : number;
    push(open, { kind: 'defCfaOffset', offset: open.cfaOffset });
  };

const twoRegisters: Add = (asm, open, c) => {
  const register = takeRegister(asm, c);
  separator(asm, c);
  push(open, { kind: 'register', register, other: takeRegister(asm, c) });
};

const oneRegister: Add = (asm, open, c) => push(open, { kind: 'defCfaRegister', register: takeRegister(asm, c) });

const registers =
  (kind: 'restore' | 'undefined' | 'sameValue'): Add =>
  (asm, open, c) => {
    do push(open, { kind, register: takeRegister(asm, c) });
    while (takeChar(c, ','));
  };

const remember: Add = (_asm, open) => {
  push(open, { kind: 'remember' });
  open.remembered.push(open.cfaOffset);
};

const restoreState: Add = (asm, open) => {
  const offset = open.remembered.pop();
  if (offset === undefined) return fail(asm, 'CFI state restore without previous remember');
  push(open, { kind: 'restoreState' });
  open.cfaOffset = offset;
};

const returnColumn: Add = (asm, open, c) => {
  open.fde.returnColumn = takeRegister(asm, c);
};

const signalFrame: Add = (_asm, open) => {
  open.fde.isSignalFrame = true;
};

const escapeBytes: Add = (asm, open, c) => {
  const values: (Bound | undefined)[] = [];
  do {
    const expr = takeExpression(asm, c);
    values.push(expr === undefined ? undefined : bound(asm, expr));
  } while (takeChar(c, ','));
  push(open, { kind: 'escape', values });
};

const PCREL = 0x10;

/** Whether an address can be written so: absolute or relative to its place, of a fixed size. */
const isWritable = (encoding: bigint): boolean =>
  encoding >= 0n &&
  encoding <= 0xffn &&
  ((encoding & 0x70n) === 0n || (encoding & 0x70n) === BigInt(PCREL)) &&
  (encoding & 7n) !== 1n &&
  (encoding & 7n) <= 4n;

/** `.cfi_personality encoding, symbol`, `.cfi_lsda encoding, symbol` */
const encodedAddress =
  (field: 'personality' | 'lsda'): TextReader =>
  (asm, c, name) => {
    const open = asm.cfi.open.get(key(asm));
    if (open === undefined) return fail(asm, 'CFI instruction used without previous .cfi_startproc');
    const encoding = takeNumber(asm, c) ?? 0n;
    if (encoding === BigInt(OMIT)) {
      open.fde[field] = { encoding: OMIT, value: undefined };
      demandEnd(asm, c);
      return;
    }
    if (!isWritable(encoding)) return fail(asm, `invalid or unsupported encoding in ${name}`);
    if (!takeChar(c, ',')) return fail(asm, `${name} requires encoding and symbol arguments`);
    const expr = takeExpression(asm, c);
    const value = expr === undefined ? undefined : bound(asm, expr);
    const isPlace = value?.kind === 'symbol' || value?.kind === 'binary';
    if (value === undefined || !(isPlace || (value.kind === 'int' && (encoding & 0x70n) !== BigInt(PCREL)))) {
      return fail(asm, `wrong second argument to ${name}`);
    }
    open.fde[field] = { encoding: Number(encoding), value };
    demandEnd(asm, c);
  };

const valEncodedAddress: Add = (asm, open, c) => {
  const register = takeRegister(asm, c);
  separator(asm, c);
  const encoding = takeNumber(asm, c) ?? 0n;
  if (!isWritable(encoding)) return fail(asm, 'invalid or unsupported encoding in .cfi_lsda');
  if (!takeChar(c, ',')) return fail(asm, '.cfi_val_encoded_addr requires three arguments');
  const expr = takeExpression(asm, c);
  const value = expr === undefined ? undefined : bound(asm, expr);
  if (value === undefined) return fail(asm, 'wrong third argument to .cfi_val_encoded_addr');
  push(open, { kind: 'valEncodedAddress', register, encoding: Number(encoding), value });
};

const label: Add = (asm, open, c) => {
  const name = takeName(c);
  if (name === '') return fail(asm, 'expected symbol name');
  push(open, { kind: 'label', symbol: symbolNamed(asm.symbols, name, asm.place) });
};

const sections: TextReader = (asm, c) => {
  let ehFrame = false;
  let debugFrame = false;
  skipBlanks(c);
  while (!atEnd(c)) {
    const before = c.at;
    const name = takeName(c);
    if (name === '.eh_frame') ehFrame = true;
    else if (name === '.debug_frame') debugFrame = true;
    else {
      c.at = before;
      break;
    }
    if (!takeChar(c, ',')) break;
  }
  if (!demandEnd(asm, c)) return;
  // Only .eh_frame by itself, which is the default, may be changed once there is a description.
  const { sections: now, fdes } = asm.cfi;
  const differs = now.ehFrame !== ehFrame || now.debugFrame !== debugFrame;
  if (differs && now.debugFrame && fdes.length > 0) return fail(asm, 'inconsistent uses of .cfi_sections');
  asm.cfi.sections = { ehFrame, debugFrame };
};

const missing: TextReader = (asm, _c, name) => fail(asm, `${name} is not supported for this target`);

export const CFI_DIRECTIVES: Readonly<Record<string, TextReader>> = {
  '.cfi_sections': sections,
  '.cfi_startproc': startProc,
  '.cfi_endproc': endProc,
  '.cfi_def_cfa': instruction(defCfa),
  '.cfi_def_cfa_register': instruction(oneRegister),
  '.cfi_def_cfa_offset': instruction(defCfaOffset(false)),
  '.cfi_adjust_cfa_offset': instruction(defCfaOffset(true)),
  '.cfi_offset': instruction(offset('offset')),
  '.cfi_val_offset': instruction(offset('valOffset')),
  '.cfi_rel_offset': instruction(relativeOffset),
  '.cfi_register': instruction(twoRegisters),
  '.cfi_restore': instruction(registers('restore')),
  '.cfi_undefined': instruction(registers('undefined')),
  '.cfi_same_value': instruction(registers('sameValue')),
  '.cfi_remember_state': instruction(remember),
  '.cfi_restore_state': instruction(restoreState),
  '.cfi_window_save': instruction((_asm, open) => push(open, { kind: 'windowSave' })),
  '.cfi_return_column': instruction(returnColumn),
  '.cfi_signal_frame': instruction(signalFrame),
  '.cfi_escape': instruction(escapeBytes),
  '.cfi_personality': encodedAddress('personality'),
  '.cfi_lsda': encodedAddress('lsda'),
  '.cfi_val_encoded_addr': instruction(valEncodedAddress),
  '.cfi_label': instruction(label),
  '.cfi_fde_data': missing,
  '.cfi_personality_id': missing,
  '.cfi_inline_lsda': missing,
};
