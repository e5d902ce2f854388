/** Assembles a text with the macros of asm/include, links it and patches it for a kernel and a set of features. */
import { readFileSync } from 'node:fs';
import { assemble } from '../../src/assemble/assemble.ts';
import { formatDiagnostic } from '../../src/base/diagnostics.ts';
import { type KernelVersion, parseKernelVersion } from '../../src/image/alt-entries.ts';
import { applyAlternatives, type PatchRecord } from '../../src/image/alternatives.ts';
import type { Image } from '../../src/image/image.ts';
import { link } from '../../src/image/link.ts';
import { featureNumber, featureSet } from '../../src/isa/features.ts';
import type { ObjectFile } from '../../src/object/object-file.ts';

const INCLUDE = new URL('../../asm/include/', import.meta.url);
const encoder = new TextEncoder();

export function objectOf(text: string, defines: readonly string[] = []): ObjectFile {
  const read = (path: string): Uint8Array | undefined =>
    path === 't.S'
      ? encoder.encode(`#include "alternative.inc"\n${text}\n`)
      : path.startsWith('inc/')
        ? readFileSync(new URL(path.slice(4), INCLUDE))
        : undefined;
  const { value, diagnostics } = assemble('t.S', {
    files: { read },
    includeDirs: ['inc'],
    defines: defines.map((name) => ({ name, value: '1' })),
  });
  if (diagnostics.length > 0) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return value;
}

/** The table's format that goes with a kernel. */
export const formatOf = ([major, minor]: KernelVersion): readonly string[] => {
  const version = major * 100 + minor;
  return version >= 603 ? ['ALT_ENTRY_FLAGS'] : version >= 401 && version < 513 ? ['ALT_ENTRY_PADLEN'] : [];
};

export function imageOf(text: string, kernel: KernelVersion = [6, 1]): Image {
  const { value, diagnostics } = link(objectOf(text, formatOf(kernel)), 't.S');
  if (diagnostics.length > 0) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return value;
}

export interface Patched {
  readonly image: Image;
  readonly log: readonly PatchRecord[];
  readonly messages: readonly string[];
  /** Hexadecimal bytes of .text. */
  readonly text: string;
}

export function patched(text: string, version: string, features: readonly string[]): Patched {
  const kernel = parseKernelVersion(version)!;
  const set = featureSet(features.map((name) => featureNumber(name)!));
  const { value, diagnostics } = applyAlternatives(imageOf(text, kernel), set, kernel);
  const messages = diagnostics.map(formatDiagnostic);
  return { ...value, messages, text: textOf(value.image) };
}

export const textOf = (image: Image): string =>
  Buffer.from(image.segments.find((s) => s.name === '.text')!.bytes).toString('hex');
