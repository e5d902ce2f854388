/**
 * `.if` and its family: in go the text behind the directive's name and the expander, out comes a conditional opened,
 * turned or closed. One row each in `CONDITIONALS`. gas manual: `.if`, `.elseif`, `.else`, `.endif`.
 */
import { alternative, close, open } from './conditional.ts';
import { atEnd, cursor, readArgument, readName, skipBlanks } from './macro-arguments.ts';
import {
  evaluate,
  junk,
  NO_ZERO,
  numberWithin,
  type Perform,
  readStrings,
  report,
  type TextDirective,
} from './text-directive.ts';

const NOT_CONSTANT = 'non-constant expression in ".if" statement';

const compares =
  (holds: (value: bigint) => boolean): Perform =>
  (expander, rest, { place }) =>
    open(expander.conditionals, place, () => {
      const value = evaluate(expander, rest, place, NOT_CONSTANT);
      return holds(value ?? numberWithin(expander, rest, place));
    });

const defines =
  (wanted: boolean): Perform =>
  (expander, rest, { place }, name) =>
    open(expander.conditionals, place, () => {
      const c = cursor(rest);
      const symbol = /^"/.test(rest) ? readArgument(c) : readName(c);
      if (symbol === '') {
        report(expander, `invalid identifier for "${name}"`, place);
        return undefined;
      }
      skipBlanks(c);
      if (!atEnd(c)) report(expander, junk(rest.slice(c.at)), place);
      return expander.host.isDefined(symbol) === wanted;
    });

const comparesText =
  (wanted: boolean): Perform =>
  (expander, rest, { place }) =>
    open(expander.conditionals, place, () => {
      const comma = rest.indexOf(',');
      if (comma < 0) report(expander, 'bad format for ifc or ifnc', place);
      return comma >= 0 && (rest.slice(0, comma).trim() === rest.slice(comma + 1).trim()) === wanted;
    });

const comparesStrings =
  (wanted: boolean): Perform =>
  (expander, rest, { place }) =>
    open(expander.conditionals, place, () => {
      const { strings, rest: left } = readStrings(rest);
      const [first, second] = strings;
      if (first === undefined || second === undefined) {
        report(expander, first === undefined ? 'missing string' : '.ifeqs syntax error', place);
        return undefined;
      }
      // Such a string ends nothing that GNU as reads as text.
      if (`${first}${second}`.includes('\0')) report(expander, NO_ZERO, place);
      if (left !== '') report(expander, junk(left), place);
      return (first === second) === wanted;
    });

const isBlank =
  (wanted: boolean): Perform =>
  (expander, rest, { place }) =>
    open(expander.conditionals, place, () => (rest === '') === wanted);

const elseIf: Perform = (expander, rest, { place }, name) => {
  const test = () => {
    const value = evaluate(expander, rest, place, 'non-constant expression in ".elseif" statement');
    return (value ?? numberWithin(expander, rest, place)) !== 0n;
  };
  expander.diagnostics.push(...alternative(expander.conditionals, name, place, test));
};

const otherwise: Perform = (expander, rest, { place }, name) => {
  expander.diagnostics.push(...alternative(expander.conditionals, name, place));
  if (rest !== '') report(expander, junk(rest), place);
};

const endIf: Perform = (expander, rest, { place }) => {
  expander.diagnostics.push(...close(expander.conditionals, place));
  if (rest !== '') report(expander, junk(rest), place);
};

const ALWAYS = { evenWhenSkipping: true } as const;

export const CONDITIONALS: readonly (readonly [string, TextDirective])[] = [
  ['.if', { ...ALWAYS, perform: compares((value) => value !== 0n) }],
  ['.ifne', { ...ALWAYS, perform: compares((value) => value !== 0n) }],
  ['.ifeq', { ...ALWAYS, perform: compares((value) => value === 0n) }],
  ['.ifgt', { ...ALWAYS, perform: compares((value) => value > 0n) }],
  ['.ifge', { ...ALWAYS, perform: compares((value) => value >= 0n) }],
  ['.iflt', { ...ALWAYS, perform: compares((value) => value < 0n) }],
  ['.ifle', { ...ALWAYS, perform: compares((value) => value <= 0n) }],
  ['.ifdef', { ...ALWAYS, perform: defines(true) }],
  ['.ifndef', { ...ALWAYS, perform: defines(false) }],
  ['.ifnotdef', { ...ALWAYS, perform: defines(false) }],
  ['.ifc', { ...ALWAYS, perform: comparesText(true) }],
  ['.ifnc', { ...ALWAYS, perform: comparesText(false) }],
  ['.ifeqs', { ...ALWAYS, perform: comparesStrings(true) }],
  ['.ifnes', { ...ALWAYS, perform: comparesStrings(false) }],
  ['.ifb', { ...ALWAYS, perform: isBlank(true) }],
  ['.ifnb', { ...ALWAYS, perform: isBlank(false) }],
  ['.elseif', { ...ALWAYS, perform: elseIf }],
  ['.else', { ...ALWAYS, perform: otherwise }],
  ['.endif', { ...ALWAYS, perform: endIf }],
];
