/**
 * An ELF object as lines of text, for fixtures and for comparing ours with GNU as's: in go the bytes of the file, out
 * come its sections (header and contents), relocations and symbols, in the file's order and with names for numbers.
 *
 * It reads the headers by itself, so that a fault of `object/elf-read.ts` cannot hide one of the writer.
 */
const decoder = new TextDecoder();

interface Header {
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entsize: number;
}

const SYMTAB = 2;
const STRTAB = 3;
const RELA = 4;
const NOBITS = 8;

function textAt(bytes: Uint8Array, offset: number): string {
  return decoder.decode(bytes.subarray(offset, bytes.indexOf(0, offset)));
}

function readHeaders(bytes: Uint8Array, view: DataView): Header[] {
  const at = Number(view.getBigUint64(40, true));
  const number = (offset: number): number => Number(view.getBigUint64(offset, true));
  const raw = Array.from({ length: view.getUint16(60, true) }, (_, n) => at + 64 * n);
  const names = number(raw[view.getUint16(62, true)]! + 24);
  return raw.map((h) => ({
    name: textAt(bytes, names + view.getUint32(h, true)),
    type: view.getUint32(h + 4, true),
    flags: view.getBigUint64(h + 8, true),
    offset: number(h + 24),
    size: number(h + 32),
    link: view.getUint32(h + 40, true),
    info: view.getUint32(h + 44, true),
    align: number(h + 48),
    entsize: number(h + 56),
  }));
}

/** Sixteen bytes a line; a run of equal lines is given once with its length. */
function dump(data: Uint8Array): string[] {
  const lines: string[] = [];
  let last = '';
  let times = 0;
  const flush = (): void => {
    if (times > 1) lines.push(`    … ${times} times`);
  };
  for (let at = 0; at < data.length; at += 16) {
    const line = Buffer.from(data.subarray(at, at + 16)).toString('hex');
    if (line === last) {
      times++;
      continue;
    }
    flush();
    lines.push(`    ${line}`);
    last = line;
    times = 1;
  }
  flush();
  return lines;
}

export function describe(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headers = readHeaders(bytes, view);
  const nameOf = (n: number): string =>
    n === 0xfff1 ? 'ABS' : n === 0xfff2 ? 'COM' : n === 0 ? 'UND' : `${n}:${headers[n]?.name ?? '?'}`;
  const table = headers.find((h) => h.type === SYMTAB);
  const symbols = table === undefined ? [] : readSymbols(bytes, view, table, headers[table.link]!, nameOf);
  const lines: string[] = [];
  for (const [n, h] of headers.entries()) {
    if (n === 0 || h.type === STRTAB) continue;
    const info = h.type === SYMTAB ? `locals ${h.info}` : h.type === RELA ? `of ${nameOf(h.info)}` : `info ${h.info}`;
    lines.push(
      `${n}:${h.name} type ${h.type.toString(16)} flags ${h.flags.toString(16)} size ${h.size.toString(16)} ` +
        `align ${h.align} entsize ${h.entsize} link ${nameOf(h.link)} ${info}`,
    );
    if (h.type === SYMTAB) lines.push(...symbols.map((symbol, i) => `    ${i} ${symbol}`));
    else if (h.type === RELA) lines.push(...relocations(view, h, symbols));
    else if (h.type !== NOBITS) lines.push(...dump(bytes.subarray(h.offset, h.offset + h.size)));
  }
  return lines;
}

function readSymbols(
  bytes: Uint8Array,
  view: DataView,
  table: Header,
  strings: Header,
  nameOf: (n: number) => string,
): string[] {
  return Array.from({ length: table.size / 24 }, (_, n) => {
    const at = table.offset + 24 * n;
    const info = view.getUint8(at + 4);
    const name = textAt(bytes, strings.offset + view.getUint32(at, true));
    return (
      `${name === '' ? '-' : name} ${nameOf(view.getUint16(at + 6, true))}+${view.getBigUint64(at + 8, true).toString(16)} ` +
      `size ${view.getBigUint64(at + 16, true)} bind ${info >> 4} type ${info & 15} other ${view.getUint8(at + 5)}`
    );
  });
}

function relocations(view: DataView, { offset, size }: Header, symbols: readonly string[]): string[] {
  return Array.from({ length: size / 24 }, (_, n) => {
    const at = offset + 24 * n;
    const info = view.getBigUint64(at + 8, true);
    const symbol = symbols[Number(info >> 32n)]?.replace(/\+.*$/, '');
    const addend = view.getBigInt64(at + 16, true);
    return `    ${view.getBigUint64(at, true).toString(16)} type ${info & 0xffffffffn} ${symbol} + ${addend}`;
  });
}
