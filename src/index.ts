/**
 * The public API: what the command line is made of, for use from other programs and in a browser. Nothing exported
 * here touches the file system; files come in through a `FilePort`.
 */
export { assemble, assembleWithListing } from './assemble/assemble.ts';
export type { FilePort } from './assemble/logical-line.ts';
export { type Diagnostic, formatDiagnostic, type Parsed, type Place } from './base/diagnostics.ts';
export { SKYLAKE } from './cost/skylake.ts';
/** The modelled CPU itself: registers, runs, events, checkpoints, vCPUs. */
export * as cpu from './cpu/cpu.ts';
export { applyAlternatives, featuresTested } from './image/alternatives.ts';
export type { Image } from './image/image.ts';
export { link } from './image/link.ts';
export { CPU_MODELS, cpuModelNamed } from './isa/cpu-models.ts';
export { decode } from './isa/decode.ts';
export { featureName, featureNumber, featureSet } from './isa/features.ts';
export { printInsn } from './isa/print.ts';
export { listLines } from './lab/assembly-listing.ts';
export { createBench, entriesOf, judge, runOnce, selectionOf, setUp } from './lab/execute.ts';
export { disassemble } from './lab/listing.ts';
export { runMatrix } from './lab/matrix.ts';
export { buildImage, loadProgram } from './lab/program.ts';
export { parseScenario } from './lab/scenario.ts';
export { createMachine } from './machine/machine.ts';
export { readElf } from './object/elf-read.ts';
export { writeElf } from './object/elf-write.ts';
export { traceRun } from './trace/step.ts';
export { stepJson, stepText } from './trace/text.ts';
export { lower } from './uop/lower/lower.ts';
export { printUop } from './uop/print.ts';
