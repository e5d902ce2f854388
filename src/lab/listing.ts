/**
 * Disassembly: a patched image's code as `objdump -d` shows it, with the alternatives marked.
 */
import type { Place } from '../base/diagnostics.ts';
import { type Image, lineAt, type PatchedRange, patchAt, type Segment, symbolize } from '../image/image.ts';
import { decode } from '../isa/decode.ts';
import { printInsn } from '../isa/print.ts';

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
