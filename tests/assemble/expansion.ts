/** Expansion with a small host in the assembler's place: it knows absolute symbols, and which labels there are. */
import { type ExpandOptions, expand } from '../../src/assemble/expand.ts';
import { evaluateAbsolute, type Leaf } from '../../src/assemble/expression.ts';
import type { LogicalLine } from '../../src/assemble/logical-line.ts';
import { parseStatements } from '../../src/assemble/parse.ts';
import { splitLines } from '../../src/assemble/source.ts';
import { type Diagnostic, formatDiagnostic } from '../../src/base/diagnostics.ts';

export interface Expanded {
  readonly lines: readonly LogicalLine[];
  /** As gas prints them, without the macro's name behind `invoked from here`. */
  readonly messages: readonly string[];
  /** The lines again as a source without macros. */
  readonly text: string;
}

export function expandText(source: string, options: ExpandOptions = {}): Expanded {
  const values = new Map<string, bigint | undefined>();
  const lookup = (leaf: Leaf) => (leaf.kind === 'symbol' ? values.get(leaf.name) : undefined);
  const host = {
    evaluate: (expr: Parameters<typeof evaluateAbsolute>[0]) => evaluateAbsolute(expr, lookup),
    isDefined: (name: string) => values.has(name),
  };
  const { lines, diagnostics } = expand(splitLines(source, 'm.s'), host, options);
  const out: LogicalLine[] = [];
  const bad: Diagnostic[] = [];
  for (const line of lines) {
    out.push(line);
    const { value, diagnostics: wrong } = parseStatements(line.text, line.place);
    bad.push(...wrong);
    for (const statement of value) {
      if (statement.kind === 'assign') values.set(statement.name, evaluateAbsolute(statement.value, lookup));
      if (statement.kind === 'label') values.set(statement.name, undefined);
    }
  }
  const messages = [...diagnostics, ...bad]
    .map(formatDiagnostic)
    .flatMap((text) => text.split('\n'))
    .map((line) => line.replace(/(invoked from here): .*/, '$1'));
  return { lines: out, messages, text: `${out.map(({ text }) => text).join('\n')}\n` };
}
