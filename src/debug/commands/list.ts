/** `list`: lines of the source, around a location or on from the last ones. */
import type { Place, Span } from '../../base/diagnostics.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { lineAt } from '../../image/image.ts';
import { isSource } from '../../lab/program.ts';
import type { Command } from '../command.ts';
import { type Interpreter, say } from '../interpreter.ts';
import { locate } from '../locations.ts';
import { demand, Mistake } from '../mistake.ts';
import { addressOf, machineOf } from '../session.ts';

/** The file that plain line numbers are lines of: that of the last listing, else of RIP, else the program's. */
export function fileHere(it: Interpreter): string {
  return it.listed?.file ?? spanHere(it)?.file ?? it.session.program.path;
}

/** The line that RIP comes from; in a macro, the one that invokes it. */
function spanHere({ session }: Interpreter): { readonly file: string; readonly line: number } | undefined {
  const { cpu, image } = machineOf(session);
  const place = lineAt(image, cpuModel.getRip(cpu))?.place;
  return place && outermost(place);
}

const outermost = ({ span, chain }: Place): Span => chain.at(-1)?.at ?? span;

function list(it: Interpreter, argument: string): undefined {
  const { listsize } = it.settings;
  if (argument === '-') return listBefore(it);
  if (argument === '') {
    const here = it.listed ?? around(spanHere(it), listsize) ?? beginning(it);
    return listFrom(it, here.file, here.line, here.line + listsize);
  }
  const [, from = '', to] = /^([^,]*)(?:,\s*(.*))?$/.exec(argument) ?? [];
  const start = from.trim() === '' ? undefined : spanOf(it, from);
  if (to !== undefined) {
    const end = to.trim() === '' ? undefined : spanOf(it, to, start?.file);
    if (!start && !end) throw new Mistake('A range needs a first line or a last one.');
    const first = start?.line ?? Math.max(1, end!.line - listsize + 1);
    return listFrom(it, (start ?? end)!.file, first, (end?.line ?? first + listsize - 1) + 1);
  }
  const { file, line } = around(start, listsize)!;
  return listFrom(it, file, line, line + listsize);
}

/** An object without lines has no source. */
function beginning({ session: { program } }: Interpreter): { readonly file: string; readonly line: number } {
  if (!isSource(program.path)) throw new Mistake('No line of source is known here.');
  return { file: program.path, line: 1 };
}

function around(
  span: { readonly file: string; readonly line: number } | undefined,
  size: number,
): { readonly file: string; readonly line: number } | undefined {
  return span && { file: span.file, line: Math.max(1, span.line - Math.floor(size / 2)) };
}

function listBefore(it: Interpreter): undefined {
  const { listsize } = it.settings;
  const next = it.listed;
  if (!next) return list(it, '');
  const first = next.line - 2 * listsize;
  if (next.line <= listsize + 1) throw new Mistake('Already at the start of the file.');
  return listFrom(it, next.file, Math.max(1, first), next.line - listsize);
}

/** A line may be named by its number alone, though no code came of it. */
function spanOf(it: Interpreter, text: string, file = fileHere(it)): { readonly file: string; readonly line: number } {
  const [, named, digits] = /^\s*(?:(.+):)?(\d+)\s*$/.exec(text) ?? [];
  if (digits !== undefined) return { file: named === undefined ? file : pathOf(it, named), line: Number(digits) };
  const { session } = it;
  const [location] = demand(locate(text, machineOf(session), (t) => addressOf(session, t), file));
  if (!location?.place) throw new Mistake(`Function "${text.trim()}" has no line of source.`);
  return outermost(location.place);
}

/** `calling.inc` → the path that the program's lines have it under. */
function pathOf({ session }: Interpreter, name: string): string {
  for (const { place } of machineOf(session).image.lines)
    for (const { file } of [place.span, ...place.chain.map(({ at }) => at)])
      if (file === name || file.endsWith(`/${name}`)) return file;
  return name;
}

/** `end` is not shown any more. */
function listFrom(it: Interpreter, file: string, first: number, end: number): undefined {
  const lines = it.host.sources(file);
  if (!lines) throw new Mistake(`${file}: No such file or directory.`);
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  if (first > count) throw new Mistake(`Line number ${first} out of range; "${file}" has ${count} lines.`);
  const last = Math.min(end - 1, count);
  for (let line = first; line <= last; line++) say(it, `${line}\t${lines[line - 1]}`);
  it.listed = { file, line: last + 1 };
}

export const LIST: Command = {
  name: 'list',
  aliases: ['l'],
  category: 'status',
  usage: '[LINE|FILE:LINE|SYMBOL|MACRO|*ADDRESS][,LAST] | -',
  help: 'Show lines of the source: around a location, on from the last ones, or (-) those before.',
  completes: 'location',
  repeats: 'bare',
  run: list,
};
