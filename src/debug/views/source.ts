/** `info line`, `info source`, `info macro`: what the image's line records say of addresses, files and macros. */
import type { Invocation, Place } from '../../base/diagnostics.ts';
import { hex } from '../../base/hex.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { type Image, type ImageLine, lineAt, segmentAt } from '../../image/image.ts';
import type { Machine } from '../../machine/machine.ts';
import { fit, paragraph, type Style, table, wrap } from '../style.ts';
import { hex64, nameSuffix } from './guest.ts';

/** The line of an address with the bytes that it made, and the macros that it came through, innermost first. */
export function infoLine(machine: Machine, style: Style, address: bigint): string[] {
  const line = lineAt(machine.image, address);
  if (!line) return paragraph(`No line number information available for address ${spot(machine, address)}`, style);
  const { span, chain } = line.place;
  return [
    ...paragraph(
      `Line ${span.line} of "${span.file}" starts at address ${spot(machine, line.address)} and ends at ${spot(machine, line.end)}.`,
      style,
    ),
    ...chainLines(style, chain),
  ];
}

const spot = (machine: Machine, address: bigint): string => `${hex(address)}${nameSuffix(machine, address)}`;

/** The lines that made instructions; data and replacements before they are put anywhere have lines too. */
export const codeLinesOf = (image: Image): ImageLine[] =>
  image.lines.filter(({ address }) => {
    const segment = segmentAt(image, address);
    return segment?.execute === true && segment.name !== '.altinstr_replacement';
  });

/** `  in RESTORE_CR3, invoked at t.S:87` */
const chainLines = (style: Style, chain: readonly Invocation[]): string[] =>
  chain.map(({ macro, at }) => fit(`  in ${macro}, invoked at ${at.file}:${at.line}`, style.width));

/** The file of the line at RIP, and every file that code comes from. */
export function infoSource({ cpu, image }: Machine, style: Style): string[] {
  const here = lineAt(image, cpuModel.getRip(cpu))?.place;
  const bytes = new Map<string, bigint>();
  for (const { place, address, end } of codeLinesOf(image))
    bytes.set(place.span.file, (bytes.get(place.span.file) ?? 0n) + (end - address));
  const rows = [...bytes].map(([file, count]) => [file, `${count} byte${count === 1n ? '' : 's'}`]);
  return [
    ...paragraph(
      here ? `Current source file is ${here.span.file}, line ${here.span.line}.` : 'No current source file.',
      style,
    ),
    ...(rows.length > 0 ? ['Code comes from:', ...table(rows, style)] : ['The program has no line records.']),
  ];
}

interface Expansion {
  readonly at: Invocation;
  /** The invocations further out. */
  readonly outer: readonly Invocation[];
  first: bigint;
  end: bigint;
}

/** Where a macro was expanded to code: the lines that invoked it and the addresses that came of it. */
export function infoMacro(machine: Machine, style: Style, name: string): string[] {
  const code = codeLinesOf(machine.image);
  const expansions = expansionsOf(code, name);
  if (expansions.length === 0) {
    const names = [...new Set(code.flatMap(({ place }) => place.chain.map(({ macro }) => macro)))].sort();
    const known = names.length > 0 ? ` Code comes from ${names.join(', ')}.` : '';
    return paragraph(`No code comes from a macro \`${name}'.${known}`, style);
  }
  return [
    fit(`${name}: ${definedAt(code, name)}`, style.width),
    ...expansions.flatMap(({ at, outer, first, end }) => [
      ...wrap(
        [
          `${at.at.file}:${at.at.line}`,
          `${style.address(hex64(first))}-${style.address(hex64(end - 1n))}${nameSuffix(machine, first)}`,
        ],
        style,
        4,
        '  ',
      ),
      ...chainLines(style, outer),
    ]),
  ];
}

/** Lines that one expansion made may be apart, where the patcher put something in between. */
function expansionsOf(lines: readonly ImageLine[], name: string): Expansion[] {
  const found = new Map<string, Expansion>();
  for (const { place, address, end } of lines) {
    for (const [i, at] of place.chain.entries()) {
      if (at.macro !== name) continue;
      const outer = place.chain.slice(i + 1);
      const key = [at, ...outer].map(({ macro, at: { file, line } }) => `${macro} ${file}:${line}`).join(' < ');
      const known = found.get(key);
      if (!known) found.set(key, { at, outer, first: address, end });
      else {
        if (address < known.first) known.first = address;
        if (end > known.end) known.end = end;
      }
    }
  }
  return [...found.values()];
}

/** The lines of its definition that made code: those of the macro itself, and where it invokes others. */
function definedAt(lines: readonly ImageLine[], name: string): string {
  const spans = lines.flatMap(({ place }) => definitionSpans(place, name));
  const file = spans[0]?.file;
  const numbers = spans.filter((span) => span.file === file).map(({ line }) => line);
  return `defined around ${file}:${Math.min(...numbers)}-${Math.max(...numbers)}`;
}

const definitionSpans = ({ span, chain }: Place, name: string) =>
  chain.flatMap(({ macro }, i) => (macro === name ? [i === 0 ? span : chain[i - 1]!.at] : []));
