/**
 * Listings: an object's bytes beside their source as `as -al` shows them, and a patched image's code as `objdump -d`
 * does, with the alternatives marked.
 */
import type { FilePort } from '../assemble/logical-line.ts';
import type { Place } from '../base/diagnostics.ts';
import { hexBytes } from '../base/hex.ts';
import { type Image, lineAt, type PatchedRange, patchAt, type Segment, symbolize } from '../image/image.ts';
import { decode } from '../isa/decode.ts';
import { printInsn } from '../isa/print.ts';
import { type ObjectFile, SHF } from '../object/object-file.ts';

/** One line of disassembly. */
export interface DisasmLine {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** A symbol that starts here. */
  readonly label: string | undefined;
  readonly place: Place | undefined;
  readonly patched: PatchedRange | undefined;
}

/** The code of a segment, or of [from, to) of it. Bytes that are no instruction print as `(bad)`. */
export function disassemble(
  image: Image,
  segment: Segment,
  from = segment.address,
  to = segment.address + BigInt(segment.bytes.length),
): DisasmLine[] {
  const lines: DisasmLine[] = [];
  const nameOf = (address: bigint): string | undefined => symbolize(image, address);
  for (let address = from; address < to; ) {
    const bytes = segment.bytes.subarray(Number(address - segment.address), Number(to - segment.address));
    const decoded = decode(bytes, address);
    const length = decoded.kind === 'insn' ? decoded.insn.length : 1;
    const line = lineAt(image, address);
    const label = image.symbols.find((s) => s.address === address && s.kind !== 'absolute')?.name;
    lines.push({
      address,
      bytes: bytes.subarray(0, length),
      text: decoded.kind === 'insn' ? printInsn(decoded.insn, { symbolize: nameOf }) : '(bad)',
      label,
      place: line?.place,
      patched: patchAt(image, address),
    });
    address += BigInt(length);
  }
  return lines;
}

const BYTES_IN_LINE = 8;

/** `offset bytes  source`, section by section; lines from macros are marked by their depth, `>` a level. */
export function listObject(object: ObjectFile, files: FilePort): string {
  const sources = new Map<string, readonly string[]>();
  const sourceLine = (file: string, line: number): string => {
    if (!sources.has(file))
      sources.set(file, new TextDecoder().decode(files.read(file) ?? new Uint8Array(0)).split('\n'));
    return sources.get(file)![line - 1] ?? '';
  };
  const out: string[] = [];
  for (const [index, section] of object.sections.entries()) {
    if ((section.flags & SHF.ALLOC) === 0 || section.size === 0) continue;
    out.push(`${section.name}:`);
    const records = object.lines.filter((r) => r.section === index);
    for (const [i, { offset, place }] of records.entries()) {
      const bytes = section.data.subarray(offset, records[i + 1]?.offset ?? section.size);
      if (bytes.length === 0) continue;
      const text = `${'>'.repeat(place.chain.length)} ${sourceLine(place.span.file, place.span.line).trim()}`;
      const where = `${place.span.file}:${place.span.line}`;
      for (let at = 0; at < bytes.length; at += BYTES_IN_LINE) {
        const hex = hexBytes(bytes.subarray(at, at + BYTES_IN_LINE)).padEnd(3 * BYTES_IN_LINE);
        const column = `${(offset + at).toString(16).padStart(6, '0')}  ${hex}`;
        out.push(at === 0 ? `${column} ${where.padEnd(28)} ${text}` : column.trimEnd());
      }
    }
  }
  return out.join('\n');
}
