/**
 * The matrix as one table. Rows that came out alike and differ in one column only are drawn together, so that the
 * table shows what matters: `any` where all values give this row, `a|b` where some do.
 */
import Table from 'cli-table3';
import { hex } from '../base/hex.ts';
import { PLAIN_BORDERS } from '../debug/style.ts';
import { featureName, featureNames } from '../isa/features.ts';
import type { RunResult } from '../lab/execute.ts';
import type { Matrix } from '../lab/matrix.ts';
import { colors } from './colors.ts';

interface Row {
  /** For each input column the values that it stands for. */
  readonly inputs: readonly ReadonlySet<string>[];
  readonly outputs: readonly string[];
  readonly verdict: RunResult['verdict'];
  readonly runs: number;
}

const OUTPUT_COLUMNS = ['final CR3', 'flush mask', 'insns', 'CR3 writes', 'TLB lost', 'cycles', 'expected'];

/** `merge` off: a row a run. */
export function matrixTable({ varied, groups, runs }: Matrix, merge: boolean): string {
  const inputColumns = ['entry', ...varied.map(featureName), ...groups];
  const rows = runs.map((run) => toRow(run, varied, groups));
  const values = inputColumns.map((_, i) => new Set(rows.flatMap((row) => [...row.inputs[i]!])));
  const drawn = merge ? mergeRows(rows, 1) : rows;
  const table = new Table({
    head: [...inputColumns, ...OUTPUT_COLUMNS],
    style: { head: [], border: [], compact: true },
    chars: PLAIN_BORDERS,
    colAligns: [...inputColumns.map(() => 'left' as const), 'left', 'left', 'right', 'left', 'right', 'right', 'left'],
  });
  let entry: ReadonlySet<string> | undefined;
  for (const row of drawn) {
    if (entry && [...entry][0] !== [...row.inputs[0]!][0]) table.push([]);
    entry = row.inputs[0];
    const inputs = row.inputs.map((set, i) =>
      set.size > 1 && set.size === values[i]!.size ? 'any' : [...set].join('|'),
    );
    table.push([...inputs, ...row.outputs.slice(0, -1), paint(row)]);
  }
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  return lines.join('\n');
}

function paint({ outputs, verdict }: Row): string {
  const text = outputs.at(-1)!;
  return verdict === 'ok' ? colors.green(text) : verdict === 'known' ? colors.yellow(text) : colors.red(text);
}

function toRow(run: RunResult, varied: readonly number[], groups: readonly string[]): Row {
  const { figures, selection, features, fault } = run;
  const one = (value: string): ReadonlySet<string> => new Set([value]);
  return {
    inputs: [
      one(selection.entry),
      ...varied.map((f) => one(features.has(f) ? 'yes' : 'no')),
      ...groups.map((g) => one(selection.states.get(g) ?? '')),
    ],
    outputs: [
      fault ?? run.cr3Name,
      maskText(run),
      String(figures.instructions),
      writesText(run),
      String(figures.tlbLost),
      String(figures.cycles),
      verdictText(run),
    ],
    verdict: run.verdict,
    runs: 1,
  };
}

/** `kept`, or `0xc -> 0x8`. */
export const maskText = ({ figures: { flushMask, flushMaskAtEntry } }: RunResult): string =>
  flushMask === flushMaskAtEntry ? 'kept' : `${hex(flushMaskAtEntry)} -> ${hex(flushMask)}`;

/** `1 flush`, `1 no-flush`, `0` */
export function writesText({ figures: { cr3Writes, cr3Flushes } }: RunResult): string {
  const kept = cr3Writes - cr3Flushes;
  const parts = [cr3Flushes > 0 ? `${cr3Flushes} flush` : '', kept > 0 ? `${kept} no-flush` : ''].filter(Boolean);
  return parts.join(', ') || '0';
}

/** `yes`; `xfail restored` where the header announces it; `FAIL restored, flush_done` where nothing does. */
export function verdictText({ verdict, verdicts }: RunResult): string {
  const known = verdicts.filter((v) => v.known !== undefined).map((v) => v.name);
  const failed = verdicts.filter((v) => !v.met && v.known === undefined).map((v) => v.name);
  if (verdict === 'ok') return 'yes';
  return verdict === 'known' ? `xfail ${known.join(', ')}` : `FAIL ${failed.join(', ')}`;
}

/** Joins rows with equal outputs that differ in one input column, from column `first` on, until none is left. */
function mergeRows(rows: readonly Row[], first: number): Row[] {
  let current = [...rows];
  for (;;) {
    const merged: Row[] = [];
    for (const row of current) {
      const at = merged.findIndex((other) => differingColumn(other, row, first) !== undefined);
      if (at < 0) merged.push(row);
      else merged[at] = join(merged[at]!, row, differingColumn(merged[at]!, row, first)!);
    }
    if (merged.length === current.length) return merged;
    current = merged;
  }
}

const equalSets = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((v) => b.has(v));

/** The single input column in which two rows of equal outputs differ; undefined when they can't be joined. */
function differingColumn(a: Row, b: Row, first: number): number | undefined {
  if (a.outputs.some((value, i) => value !== b.outputs[i])) return undefined;
  const columns = a.inputs.flatMap((set, i) => (equalSets(set, b.inputs[i]!) ? [] : [i]));
  return columns.length === 1 && columns[0]! >= first ? columns[0] : undefined;
}

const join = (a: Row, b: Row, column: number): Row => ({
  ...a,
  inputs: a.inputs.map((set, i) => (i === column ? new Set([...set, ...b.inputs[i]!]) : set)),
  runs: a.runs + b.runs,
});

/** `--entry btr --features PTI,PCID --state saved=user,flush=none`: what to run to see it. */
export function runText({ selection, features }: RunResult): string {
  const names = featureNames(features).join(',');
  const states = [...selection.states].map(([group, state]) => `${group}=${state}`).join(',');
  return [`--entry ${selection.entry}`, names && `--features ${names}`, states && `--state ${states}`]
    .filter(Boolean)
    .join(' ');
}

/** The header's `show` figures of a run, a line each: `read  7900  thread: 8224`. */
export const showLines = ({ shows }: RunResult): string[] =>
  shows.map(({ name, value, note }) => `${name.padEnd(12)} ${String(value).padStart(10)}  ${note}`.trimEnd());
