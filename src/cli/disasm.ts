/** `entrylab disasm`: the patched image, objdump style, with the alternatives marked and the patch log on request. */
import { Command } from 'commander';
import { address, hexBytes } from '../base/hex.ts';
import type { PatchRecord } from '../image/alternatives.ts';
import { type Image, segmentAt, symbolize, symbolNamed } from '../image/image.ts';
import { featureName, featureSet } from '../isa/features.ts';
import { type DisasmLine, disassemble } from '../lab/listing.ts';
import { buildImage, loadProgram } from '../lab/program.ts';
import { patchName, placeJson } from '../trace/text.ts';
import {
  accept,
  EXIT,
  print,
  printJson,
  programOptions,
  SOURCE_OPTIONS,
  type SourceFlags,
  writeError,
} from './context.ts';
import { FEATURES_OPTION, featureList, kernelOption, MACHINE_OPTIONS } from './machine-options.ts';

interface DisasmFlags extends SourceFlags {
  readonly features?: readonly string[];
  readonly kernel?: string;
  readonly symbol?: string;
  readonly lines?: boolean;
  readonly patches?: boolean;
  readonly json?: boolean;
}

export function disasmCommand(): Command {
  const command = new Command('disasm').description('show the linked, patched code').argument('<file>');
  for (const option of [
    ...SOURCE_OPTIONS,
    ...MACHINE_OPTIONS.filter((o) => ['--kernel', '--scenario'].includes(o.long ?? '')),
  ])
    command.addOption(option);
  return command
    .addOption(FEATURES_OPTION)
    .option('--symbol <name>', 'only this function')
    .option('-l, --lines', 'show source lines and macro chains')
    .option('--patches', 'also list what was patched and why not')
    .option('--json', 'print one JSON document')
    .action((path: string, flags: DisasmFlags) => {
      const program = accept(loadProgram(path, programOptions(flags)));
      if (!program) return;
      const features = featureSet(flags.features ? featureList(flags.features) : program.scenario.features);
      const built = accept(buildImage(program, features, kernelOption(flags.kernel).kernel));
      if (!built) return;
      const { image, log } = built;
      if (flags.symbol !== undefined && symbolNamed(image, flags.symbol)?.kind !== 'code') {
        writeError(`entrylab: no function \`${flags.symbol}' in ${path}\n`);
        process.exitCode = EXIT.badInput;
        return;
      }
      if (flags.json)
        return printJson({
          file: path,
          code: codeLines(image, flags.symbol).flat().map(lineJson),
          patches: log.map(patchJson),
        });
      print(disasmText(image, flags.symbol, flags.lines));
      if (flags.patches) print(['', ...patchLogText(log, image, flags.symbol)].join('\n'));
    });
}

/** The lines of each executable segment, or of one function. */
function codeLines(image: Image, symbol?: string): DisasmLine[][] {
  if (symbol === undefined)
    return image.segments
      .filter((s) => s.execute && s.name !== '.altinstr_replacement')
      .map((s) => disassemble(image, s));
  const { address: from, size } = symbolNamed(image, symbol)!;
  const segment = segmentAt(image, from)!;
  const next = image.symbols.find(
    (s) => s.address > from && s.kind === 'code' && segmentAt(image, s.address) === segment,
  );
  const end = size > 0n ? from + size : (next?.address ?? segment.address + BigInt(segment.bytes.length));
  return [disassemble(image, segment, from, end)];
}

const BYTE_COLUMN = 30;

/** objdump's columns; `{PTI}` marks what the patcher put there. */
export function disasmText(image: Image, symbol?: string, withLines = false): string {
  const out: string[] = [];
  for (const lines of codeLines(image, symbol)) {
    let last = '';
    for (const line of lines) {
      if (line.label !== undefined) out.push(`${out.length > 0 ? '\n' : ''}${address(line.address)} <${line.label}>:`);
      const where =
        line.place &&
        [
          `${line.place.span.file}:${line.place.span.line}`,
          ...line.place.chain.map((c) => `${c.macro} at ${c.at.file}:${c.at.line}`),
        ].join(' < ');
      if (withLines && where !== undefined && where !== last) out.push(`; ${where}`);
      last = where ?? last;
      const mark = line.patched ? `  {${patchName(line.patched)}}` : '';
      out.push(`${address(line.address)}:  ${hexBytes(line.bytes).padEnd(BYTE_COLUMN)} ${line.text}${mark}`.trimEnd());
    }
  }
  return out.join('\n');
}

/** One line an entry of the table, as the kernel's debug-alternative would log it; only those in `symbol` when given. */
export function patchLogText(log: readonly PatchRecord[], image: Image, symbol?: string): string[] {
  return log
    .filter(({ entry }) => symbol === undefined || symbolize(image, entry.site)?.split('+')[0] === symbol)
    .map(({ entry, outcome, before, after, notes }) => {
      const feature = `${entry.inverted ? '!' : ''}${featureName(entry.feature)}`;
      const where = symbolize(image, entry.site) ?? address(entry.site);
      const bytes =
        outcome === 'kept' && notes.length === 0
          ? hexBytes(before) || 'empty'
          : `${hexBytes(before)} -> ${hexBytes(after)}`;
      const why = outcome === 'patched' ? 'patched' : `kept (${entry.inverted ? 'set' : 'not set'})`;
      return `alt ${String(entry.index).padStart(3)}  ${where.padEnd(26)} ${feature.padEnd(8)} ${why.padEnd(15)} ${bytes}${notes.map((n) => `; ${n}`).join('')}`;
    });
}

const lineJson = (line: DisasmLine): Record<string, unknown> => ({
  address: address(line.address),
  bytes: hexBytes(line.bytes),
  text: line.text,
  ...(line.label !== undefined && { label: line.label }),
  ...(line.place && { at: placeJson(line.place) }),
  ...(line.patched && { alternative: patchName(line.patched) }),
});

const patchJson = ({ entry, outcome, before, after, notes }: PatchRecord): Record<string, unknown> => ({
  index: entry.index,
  site: address(entry.site),
  feature: featureName(entry.feature),
  inverted: entry.inverted,
  outcome,
  before: hexBytes(before),
  after: hexBytes(after),
  notes,
});
