/**
 * A program as the laboratory takes it: a path in; the object, the scenario header and the per-CPU layout out.
 *
 * `.s` and `.S` are assembled; ELF objects (by gcc, as or entrylab) are read; anything else is raw bytes, placed as
 * entry text with the symbol `start`. All three go the same way from the object on.
 */
import { assemble } from '../assemble/assemble.ts';
import type { FilePort } from '../assemble/logical-line.ts';
import { type Diagnostic, error, hasErrors, type Parsed, place } from '../base/diagnostics.ts';
import { DEFAULT_KERNEL, type KernelVersion } from '../image/alt-entries.ts';
import { applyAlternatives, type PatchRecord } from '../image/alternatives.ts';
import type { Image } from '../image/image.ts';
import { link } from '../image/link.ts';
import type { Features } from '../isa/features.ts';
import { type PercpuVariable, percpuLayout } from '../machine/percpu.ts';
import { readElf } from '../object/elf-read.ts';
import { type ObjectFile, SHF, SHT } from '../object/object-file.ts';
import { parseScenario, type Scenario } from './scenario.ts';

export interface Program {
  readonly path: string;
  readonly object: ObjectFile;
  readonly scenario: Scenario;
  readonly percpu: readonly PercpuVariable[];
}

export interface ProgramOptions {
  readonly files: FilePort;
  readonly includeDirs?: readonly string[];
  /** Files to include before the program, as `gcc -include` does. */
  readonly includes?: readonly string[];
  readonly defines?: readonly { readonly name: string; readonly value: string }[];
  /** A file whose `//@` header is used instead of the program's own (objects have none). */
  readonly scenarioPath?: string;
}

/** Undefined when there is nothing that can run; the diagnostics say why, all of them. */
export function loadProgram(path: string, options: ProgramOptions): Parsed<Program | undefined> {
  const bytes = options.files.read(path);
  if (!bytes) return failed(error(`cannot open ${path}: no such file`, place(path, 0)));
  const object = readObject(path, bytes, options);
  const headerPath = options.scenarioPath ?? path;
  const headerBytes = options.scenarioPath === undefined ? bytes : options.files.read(headerPath);
  if (!headerBytes) return failed(error(`cannot open ${headerPath}: no such file`, place(headerPath, 0)));
  const isText = options.scenarioPath !== undefined || isSource(path);
  const scenario = parseScenario(headerPath, isText ? new TextDecoder().decode(headerBytes) : '');
  const percpu = percpuLayout(scenario.value.percpu);
  const diagnostics = [...object.diagnostics, ...scenario.diagnostics];
  if (!percpu) diagnostics.push(error('the per-CPU variables do not fit the per-CPU area', place(headerPath, 0)));
  if (!percpu || !object.value || hasErrors(diagnostics)) return { value: undefined, diagnostics };
  return { value: { path, object: object.value, scenario: scenario.value, percpu }, diagnostics };
}

const failed = (diagnostic: Diagnostic): Parsed<undefined> => ({ value: undefined, diagnostics: [diagnostic] });

export const isSource = (path: string): boolean => /\.s$/i.test(path);

const isElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

function readObject(path: string, bytes: Uint8Array, options: ProgramOptions): Parsed<ObjectFile | undefined> {
  if (isSource(path)) return assemble(path, options);
  if (isElf(bytes)) return readElf(bytes, path);
  return { value: rawObject(bytes), diagnostics: [] };
}

/** Raw bytes as one section of entry text that begins with the symbol `start`. */
const rawObject = (data: Uint8Array): ObjectFile => ({
  sections: [
    {
      name: '.entry.text',
      type: SHT.PROGBITS,
      flags: SHF.ALLOC | SHF.EXECINSTR,
      align: 16,
      entsize: 0,
      data,
      size: data.length,
      relocations: [],
    },
  ],
  symbols: [
    {
      name: 'start',
      home: { kind: 'section', index: 0 },
      value: 0n,
      size: BigInt(data.length),
      binding: 'global',
      type: 'func',
      visibility: 'default',
    },
  ],
  lines: [],
});

export interface BuiltImage {
  readonly image: Image;
  readonly log: readonly PatchRecord[];
}

export const linkProgram = ({ object, path, percpu, scenario }: Program): Parsed<Image> =>
  link(object, path, {
    bind: (name) => {
      const variable = percpu.find((v) => v.name === name);
      return variable && BigInt(variable.offset);
    },
    stub: (name) => scenario.stubs.get(name),
  });

/** The program linked and patched for one set of features. */
export function buildImage(program: Program, features: Features, kernel?: KernelVersion): Parsed<BuiltImage> {
  const linked = linkProgram(program);
  const patched = applyAlternatives(linked.value, features, kernel ?? program.scenario.kernel ?? DEFAULT_KERNEL);
  return { value: patched.value, diagnostics: [...linked.diagnostics, ...patched.diagnostics] };
}
