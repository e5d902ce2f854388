/**
 * Where a breakpoint goes: `sym`, `sym+4`, `*EXPRESSION`, `file:line`, `line`, or the name of a macro, in; addresses out.
 *
 * A line of a macro's definition stands for every expansion of it, and a line that invokes one for the first instruction that came of it.
 * A line without code means the next one in its file that has some, as in gdb.
 */
import type { Place, Span } from '../base/diagnostics.ts';
import type { ImageLine } from '../image/image.ts';
import { lineAt, symbolNamed } from '../image/image.ts';
import type { Result } from '../lab/expression.ts';
import type { Machine } from '../machine/machine.ts';
import { failure, success } from './values.ts';
import { nameAt } from './views/guest.ts';
import { codeLinesOf } from './views/source.ts';

export interface Location {
  readonly address: bigint;
  readonly symbol: string | undefined;
  readonly place: Place | undefined;
}

/** What `*EXPRESSION` and plain numbers come to. */
export type AddressOf = (expression: string) => Result<bigint>;

/** At least one location, or gdb's words for there being none. `file`: what a plain line number is a line of. */
export function locate(
  spec: string,
  machine: Machine,
  addressOf: AddressOf,
  file: string | undefined,
): Result<readonly Location[]> {
  const text = spec.trim();
  if (text.startsWith('*')) return oneAt(machine, addressOf(text.slice(1)));
  const [, named, digits] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
  if (digits !== undefined) return atLine(machine, named ?? file, Number(digits));
  if (symbolNamed(machine.image, text)) return oneAt(machine, success(symbolNamed(machine.image, text)!.address));
  if (/^[\w.$]+\s*[+-]\s*\w+$/.test(text)) return oneAt(machine, addressOf(text));
  const expansions = expansionsOf(machine, text);
  if (expansions.length > 0) return success(expansions);
  return failure(`Function "${text}" not defined.`);
}

export const locationAt = (machine: Machine, address: bigint): Location => ({
  address,
  symbol: nameAt(machine, address),
  place: lineAt(machine.image, address)?.place,
});

const oneAt = (machine: Machine, address: Result<bigint>): Result<readonly Location[]> =>
  address.ok ? success([locationAt(machine, address.value)]) : address;

/** `entry_64.S` names `arch/x86/entry/entry_64.S`. */
const isFile = (name: string, file: string): boolean => file === name || file.endsWith(`/${name}`);

function atLine(machine: Machine, file: string | undefined, line: number): Result<readonly Location[]> {
  if (file === undefined) return failure('No symbol table is loaded.  Use the "file" command.');
  const spans = codeLinesOf(machine.image)
    .flatMap(({ place }) => spansOf(place))
    .filter((span) => isFile(file, span.file));
  if (spans.length === 0) return failure(`No source file named ${file}.`);
  const next = spans.reduce(
    (least, span) => (span.line >= line && span.line < least ? span.line : least),
    Number.POSITIVE_INFINITY,
  );
  if (next === Number.POSITIVE_INFINITY) return failure(`No line ${line} in file "${file}".`);
  return success(firsts(machine, ({ place }) => keyOf(place, (span) => isFile(file, span.file) && span.line === next)));
}

const spansOf = ({ span, chain }: Place): Span[] => [span, ...chain.map(({ at }) => at)];

const spanText = ({ file, line }: Span): string => `${file}:${line}`;

/** Tells the expansions of one line apart: the wanted span and those it is invoked from; undefined: it isn't there. */
function keyOf(place: Place, isWanted: (span: Span) => boolean): string | undefined {
  const spans = spansOf(place);
  const index = spans.findIndex(isWanted);
  return index < 0 ? undefined : spans.slice(index).map(spanText).join(' < ');
}

/** The first instruction of every stretch of lines with the same key; no key: not wanted. */
function firsts(machine: Machine, key: (line: ImageLine) => string | undefined): Location[] {
  const found: Location[] = [];
  let previous: { readonly key: string | undefined; readonly end: bigint } | undefined;
  for (const line of codeLinesOf(machine.image)) {
    const now = key(line);
    const goesOn = now !== undefined && previous?.key === now && previous.end === line.address;
    if (now !== undefined && !goesOn) found.push(locationAt(machine, line.address));
    previous = { key: now, end: line.end };
  }
  return found;
}

/** Where the expansions of a macro begin. */
function expansionsOf(machine: Machine, macro: string): Location[] {
  return firsts(machine, ({ place: { chain } }) => {
    const index = chain.findIndex((frame) => frame.macro === macro);
    return index < 0
      ? undefined
      : chain
          .slice(index)
          .map(({ at }) => spanText(at))
          .join(' < ');
  });
}

/** Names of macros that left code, for completion. */
export const macroNames = ({ image }: Machine): string[] => [
  ...new Set(image.lines.flatMap(({ place: { chain } }) => chain.map(({ macro }) => macro))),
];

/** `at calling.inc:106, from entry_64.S:40`: the line itself, and the one of the program that it is there for. */
export function placeText({ span, chain }: Place): string {
  const outer = chain.at(-1);
  return `at ${spanText(span)}${outer ? `, from ${spanText(outer.at)}` : ''}`;
}

/** Address, symbol and place, as much of it as is known. */
export function locationText({ address, symbol, place }: Location): string {
  return [`0x${address.toString(16)}`, symbol && `<${symbol}>`, place && placeText(place)].filter(Boolean).join(' ');
}
