/**
 * `info tab` in the manner of Bochs: what the page tables map, as ranges. Pages that adjoin in both spaces with the same rights
 * and the same size are one range. Tables may refer to each other, so the work is bounded and an end before the end is said.
 */
import { hex } from '../../base/hex.ts';
import type { MappedPage, PageRights } from '../../cpu/cpu.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { ASIDS, kernelCr3, nameCr3, userCr3 } from '../../machine/linux.ts';
import type { Machine } from '../../machine/machine.ts';
import { type Style, wrap } from '../style.ts';
import { hex64, hexPhysical } from './guest.ts';

const MOST_TABLES = 2048;
const MOST_RANGES = 2048;
const MOST_PAGES = 0x40000;

/** The loaded tables, the other half of the loaded address space, or those of a CR3. */
export type Tables = 'user' | 'kernel' | bigint | undefined;

export function infoTab(machine: Machine, style: Style, which?: Tables): string[] {
  const cr3 = cr3Of(machine, which);
  const name = nameCr3(machine.space, cr3);
  const { ranges, complete } = rangesOf(machine, cr3);
  return [
    ...wrap([`cr3: ${hexPhysical(cr3 & ADDRESS)}`, name ?? ''], style),
    ...ranges.flatMap((range) => rangeLines(style, range)),
    ...(ranges.length === 0 ? ['nothing is mapped'] : []),
    ...(complete ? [] : wrap(['(stopped here: more tables or ranges than are shown)'], style)),
  ];
}

const ADDRESS = 0x000f_ffff_ffff_f000n;

/** `user` and `kernel`: of the address space that is loaded, or of the first one if none of Linux's is. */
export function cr3Of({ cpu, space }: Machine, which: Tables): bigint {
  const loaded = cpuModel.getCr(cpu, 3);
  if (which === undefined) return loaded;
  if (typeof which === 'bigint') return which;
  const asids = Array.from({ length: ASIDS }, (_, asid) => asid);
  const asid = asids.find((n) => loaded === kernelCr3(space, n) || loaded === userCr3(space, n)) ?? 0;
  return which === 'user' ? userCr3(space, asid) : kernelCr3(space, asid);
}

interface Range extends PageRights {
  readonly linear: bigint;
  readonly physical: bigint;
  readonly pageSize: number;
  bytes: bigint;
}

function rangesOf({ cpu }: Machine, cr3: bigint): { readonly ranges: Range[]; readonly complete: boolean } {
  const ranges: Range[] = [];
  const pages = cpuModel.mappings(cpu, cr3, { tables: MOST_TABLES });
  for (let count = 0; ; count++) {
    const next = pages.next();
    if (next.done) return { ranges, complete: next.value };
    const last = ranges.at(-1);
    if (last && adjoins(last, next.value)) last.bytes += BigInt(next.value.size);
    else if (ranges.length === MOST_RANGES || count > MOST_PAGES) return { ranges, complete: false };
    else ranges.push({ ...next.value, pageSize: next.value.size, bytes: BigInt(next.value.size) });
  }
}

const adjoins = (range: Range, page: MappedPage): boolean =>
  range.linear + range.bytes === page.linear &&
  range.physical + range.bytes === page.physical &&
  range.pageSize === page.size &&
  rightsText(range) === rightsText(page);

/** Columns of a range with all its digits and rights. */
const FULL_LINE = 88;

function rangeLines(style: Style, range: Range): string[] {
  const { linear, physical, bytes, pageSize } = range;
  const from = `${style.address(hex64(linear))}-${style.address(hex64(linear + bytes - 1n))}`;
  // Twelve digits as Bochs has them, unless that would make two lines of each range.
  const digits = style.width < FULL_LINE ? 8 : 12;
  const to = `-> ${hexPhysical(physical, digits)}-${hexPhysical(physical + bytes - 1n, digits)}`;
  return wrap([from, to, rightsText(range), sizeText(pageSize)], style);
}

/** `RW U NX G`, `R S`: what the entries say, dirty or not. A key other than 0 is named. */
export const rightsText = ({ writable, user, noExecute, global, key }: PageRights): string =>
  [writable ? 'RW' : 'R', user ? 'U' : 'S', noExecute ? 'NX' : '', global ? 'G' : '', key > 0 ? `key ${key}` : '']
    .filter(Boolean)
    .join(' ');

export const sizeText = (bytes: number): string =>
  bytes >= 1 << 30
    ? `${bytes >> 30}G`
    : bytes >= 1 << 20
      ? `${bytes >> 20}M`
      : bytes >= 1024
        ? `${bytes >> 10}K`
        : hex(bytes);
