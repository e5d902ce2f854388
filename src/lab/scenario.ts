/**
 * Scenario headers: the `//@` lines of a program in, a Scenario out. A header is comments to GNU as and the C
 * preprocessor, so the file stays one that `gcc -c` takes. README.md documents every key; an unknown key, a name given
 * twice or an expression that does not parse is an error at its line, and all of them are reported.
 */
import { type Diagnostic, error, type Parsed, type Place, place } from '../base/diagnostics.ts';
import { parseHexBytes } from '../base/hex.ts';
import { type KernelVersion, parseKernelVersion } from '../image/alt-entries.ts';
import { type CpuChoice, chosenOver, NO_CHOICE, parseCpuChoice } from '../isa/cpu-choice.ts';
import { featureNumber } from '../isa/features.ts';
import { type Expression, parseExpression } from './expression.ts';

export interface Scenario {
  readonly title: string | undefined;
  /** The functions to run, by the name the tables show. */
  readonly entries: readonly Entry[];
  /** Features that a matrix varies; undefined: all that the image's alternatives test. */
  readonly vary: readonly number[] | undefined;
  /** Features that are set unless the command line says otherwise. */
  readonly features: readonly number[];
  /** The modelled CPU, or how it differs from the default one. */
  readonly cpu: CpuChoice;
  readonly kernel: KernelVersion | undefined;
  /** Groups of initial states; a matrix takes one of each. */
  readonly groups: readonly StateGroup[];
  readonly percpu: readonly { readonly name: string; readonly size: number }[];
  readonly stubs: ReadonlyMap<string, Uint8Array>;
  readonly expects: readonly Expectation[];
  /** Expectations that are known not to hold under a condition. */
  readonly xfails: readonly KnownFailure[];
  readonly faults: readonly KnownFault[];
  readonly shows: readonly Show[];
  readonly goldens: readonly Golden[];
}

export interface Entry {
  readonly name: string;
  readonly symbol: string;
  readonly place: Place;
}

export interface StateGroup {
  readonly name: string;
  readonly states: readonly State[];
}

export interface State {
  readonly name: string;
  readonly assignments: readonly Assignment[];
}

/** `r14 = kernel_cr3(1)` */
export interface Assignment {
  readonly target: string;
  readonly value: Expression;
  readonly place: Place;
}

export interface Expectation {
  readonly name: string;
  readonly test: Expression;
  readonly text: string;
  readonly place: Place;
}

export interface KnownFailure {
  readonly expectation: string;
  readonly when: Expression;
  readonly reason: string;
  readonly place: Place;
}

export interface KnownFault {
  readonly when: Expression;
  /** `#PF` */
  readonly fault: string;
  readonly reason: string;
  readonly place: Place;
}

/** A figure to print after the run, with a note beside it. */
export interface Show {
  readonly name: string;
  readonly value: Expression;
  readonly note: string;
  readonly place: Place;
}

/** A trace kept under tests/golden: the entry, the features and the states to run. */
export interface Golden {
  readonly name: string;
  readonly entry: string | undefined;
  /** Undefined: the header's `features`. */
  readonly features: readonly number[] | undefined;
  /** Group name to state name; groups not named take their first state. */
  readonly states: ReadonlyMap<string, string>;
  readonly place: Place;
}

const MARK = /^\s*(?:\/\/|#)@\s*(\S*)\s*(.*?)\s*$/;

/** What a header is read into, line by line. */
interface Draft {
  title: string | undefined;
  entries: Entry[];
  vary: number[] | undefined;
  features: number[];
  cpu: CpuChoice;
  kernel: KernelVersion | undefined;
  groups: Map<string, State[]>;
  percpu: { name: string; size: number }[];
  stubs: Map<string, Uint8Array>;
  expects: Expectation[];
  xfails: KnownFailure[];
  faults: KnownFault[];
  shows: Show[];
  goldens: Golden[];
}

interface Line {
  readonly rest: string;
  readonly place: Place;
  complain(message: string): void;
}

/** Reads the header of a program's text. A text without one gives an empty scenario. */
export function parseScenario(file: string, text: string): Parsed<Scenario> {
  const diagnostics: Diagnostic[] = [];
  const draft: Draft = {
    title: undefined,
    entries: [],
    vary: undefined,
    features: [],
    cpu: NO_CHOICE,
    kernel: undefined,
    groups: new Map(),
    percpu: [],
    stubs: new Map(),
    expects: [],
    xfails: [],
    faults: [],
    shows: [],
    goldens: [],
  };
  for (const [index, source] of text.split('\n').entries()) {
    const [, key, rest] = MARK.exec(source) ?? [];
    if (key === undefined) continue;
    const at = place(file, index + 1);
    const line: Line = { rest: rest!, place: at, complain: (message) => void diagnostics.push(error(message, at)) };
    const read = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (read) read(draft, line);
    else line.complain(`unknown key \`${key}' in the scenario header; the keys are: ${Object.keys(KEYS).join(', ')}`);
  }
  checkReferences(draft, diagnostics);
  const groups = [...draft.groups].map(([name, states]) => ({ name, states }));
  return { value: { ...draft, groups }, diagnostics };
}

/** One reader for each key. */
const KEYS: Readonly<Record<string, (draft: Draft, line: Line) => void>> = {
  title: (draft, { rest }) => {
    draft.title = rest;
  },
  entry: (draft, line) => {
    const [, name, symbol] = /^(?:([\w-]+)\s*=\s*)?([\w.$]+)$/.exec(line.rest) ?? [];
    if (symbol === undefined) return line.complain("entry takes a symbol: `entry SYMBOL' or `entry NAME = SYMBOL'");
    if (draft.entries.some((e) => e.name === (name ?? symbol)))
      return line.complain(`entry \`${name ?? symbol}' is given twice`);
    draft.entries.push({ name: name ?? symbol, symbol, place: line.place });
  },
  vary: (draft, line) => {
    draft.vary = [...(draft.vary ?? []), ...featureList(line)];
  },
  features: (draft, line) => void draft.features.push(...featureList(line)),
  cpu: (draft, line) => {
    const { choice, problems } = parseCpuChoice(line.rest);
    for (const problem of problems) line.complain(problem);
    draft.cpu = chosenOver(draft.cpu, choice);
  },
  kernel: (draft, line) => {
    draft.kernel = parseKernelVersion(line.rest);
    if (!draft.kernel) line.complain(`\`${line.rest}' is no kernel version`);
  },
  state: readState,
  percpu: (draft, line) => {
    const [, name, size] = /^([\w.$]+)\s+(\d+)$/.exec(line.rest) ?? [];
    if (name === undefined || Number(size) === 0 || Number(size) > 4096)
      return line.complain('percpu takes a name and a size of 1 to 4096 bytes');
    draft.percpu.push({ name, size: Number(size) });
  },
  stub: readStub,
  expect: (draft, line) => {
    const [, name, text] = /^(?:([A-Za-z_]\w*)\s*:(?!:))?\s*(.*)$/.exec(line.rest)!;
    const test = expression(text!, line);
    if (test) draft.expects.push({ name: name ?? text!, test, text: text!, place: line.place });
  },
  xfail: (draft, line) => {
    const [, expectation, condition, reason] = /^([A-Za-z_]\w*)\s*:\s*(.*?)\s*(?:--\s*(.*))?$/.exec(line.rest) ?? [];
    if (expectation === undefined) return line.complain("xfail takes `EXPECTATION: CONDITION -- REASON'");
    const when = expression(condition!, line);
    if (when) draft.xfails.push({ expectation, when, reason: reason ?? '', place: line.place });
  },
  fault: (draft, line) => {
    const [, condition, fault, reason] = /^(.*):\s*(#[A-Z]{2})\s*(?:--\s*(.*))?$/.exec(line.rest) ?? [];
    if (fault === undefined) return line.complain("fault takes `CONDITION: #PF -- REASON'");
    const when = expression(condition!, line);
    if (when) draft.faults.push({ when, fault, reason: reason ?? '', place: line.place });
  },
  show: (draft, line) => {
    const [, name, text, note] = /^([\w-]+)\s*:\s*(.*?)\s*(?:--\s*(.*))?$/.exec(line.rest) ?? [];
    if (name === undefined) return line.complain("show takes `NAME: EXPRESSION -- NOTE'");
    const value = expression(text!, line);
    if (value) draft.shows.push({ name, value, note: note ?? '', place: line.place });
  },
  golden: readGolden,
};

function expression(text: string, line: Line): Expression | undefined {
  const parsed = parseExpression(text);
  if (parsed.ok) return parsed.value;
  line.complain(parsed.message);
  return undefined;
}

function featureList(line: Line): number[] {
  const numbers: number[] = [];
  for (const name of line.rest.split(/[\s,]+/).filter(Boolean)) {
    const number = featureNumber(name);
    if (number === undefined) line.complain(`undefined feature \`${name}'`);
    else numbers.push(number);
  }
  return numbers;
}

/** `state GROUP=NAME: a = x; b = y`; without a group the state is a switch, `NAME.off` and `NAME.on`. */
function readState(draft: Draft, line: Line): void {
  const [, group, name, list] = /^(?:([A-Za-z_]\w*)\s*=\s*)?([A-Za-z_]\w*)\s*:\s*(.*)$/.exec(line.rest) ?? [];
  if (name === undefined) return line.complain("state takes `GROUP=NAME: REGISTER = VALUE; …'");
  const assignments: Assignment[] = [];
  for (const part of list!.split(';').filter((p) => p.trim() !== '')) {
    const [, target, text] = /^\s*([A-Za-z_][\w.]*)\s*=(?!=)\s*(.*)$/.exec(part) ?? [];
    if (target === undefined) return line.complain(`\`${part.trim()}' is no assignment`);
    const value = expression(text!, line);
    if (value) assignments.push({ target, value, place: line.place });
  }
  const key = group ?? name;
  const states = draft.groups.get(key) ?? (group === undefined ? [{ name: 'off', assignments: [] }] : []);
  const label = group === undefined ? 'on' : name;
  if (states.some((s) => s.name === label)) return line.complain(`state \`${key}=${label}' is given twice`);
  states.push({ name: label, assignments });
  draft.groups.set(key, states);
}

/** `stub NAME: returns`, `stub NAME: halts`, or `stub NAME: 48 31 c0 c3`, its code. */
function readStub(draft: Draft, line: Line): void {
  const [, name, text] = /^([\w.$]+)\s*:\s*(.*)$/.exec(line.rest) ?? [];
  const code =
    text === 'returns' ? Uint8Array.of(0xc3) : text === 'halts' ? Uint8Array.of(0xf4) : parseHexBytes(text ?? '');
  if (name === undefined || !code || code.length === 0 || code.length > 16) {
    return line.complain("stub takes `NAME: returns', `NAME: halts' or `NAME: BYTES' (1 to 16 in hex)");
  }
  draft.stubs.set(name, code);
}

/** `golden NAME: [entry=E] [features=A,B] [GROUP=STATE …]` */
function readGolden(draft: Draft, line: Line): void {
  const [, name, list] = /^([\w.-]+)\s*:?\s*(.*)$/.exec(line.rest) ?? [];
  if (name === undefined) return line.complain("golden takes `NAME: entry=… features=… GROUP=STATE …'");
  const states = new Map<string, string>();
  let entry: string | undefined;
  let features: number[] | undefined;
  for (const part of list!.split(/\s+/).filter(Boolean)) {
    const [key, value] = part.split('=', 2);
    if (value === undefined) line.complain(`\`${part}' is no KEY=VALUE`);
    else if (key === 'entry') entry = value;
    else if (key === 'features') features = featureList({ ...line, rest: value });
    else states.set(key!, value);
  }
  draft.goldens.push({ name, entry, features, states, place: line.place });
}

/** Names that one line uses and another defines. */
function checkReferences(draft: Draft, diagnostics: Diagnostic[]): void {
  for (const { expectation, place: at } of draft.xfails) {
    if (!draft.expects.some((e) => e.name === expectation))
      diagnostics.push(error(`xfail of \`${expectation}', which nothing expects`, at));
  }
  for (const { entry, states, place: at } of draft.goldens) {
    if (entry !== undefined && !draft.entries.some((e) => e.name === entry))
      diagnostics.push(error(`no entry \`${entry}'`, at));
    for (const [group, state] of states) {
      if (!draft.groups.get(group)?.some((s) => s.name === state))
        diagnostics.push(error(`no state \`${group}=${state}'`, at));
    }
  }
}
