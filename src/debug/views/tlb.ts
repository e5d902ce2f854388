/** `info tlb`: the modelled TLB's entries by PCID, and those that the page tables contradict by now. */
import { hex } from '../../base/hex.ts';
import type { TlbEntry } from '../../cpu/cpu.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { currentPcid } from '../../cpu/state.ts';
import { ASIDS, kernelCr3, nameCr3, userCr3 } from '../../machine/linux.ts';
import type { Machine } from '../../machine/machine.ts';
import { type Style, wrap } from '../style.ts';
import { hex64, hexPhysical, nameSuffix } from './guest.ts';
import { staleText } from './page.ts';
import { usesPcid } from './registers.ts';
import { rightsText, sizeText } from './tab.ts';

/** The PCID in use first; under each the entries by address. */
export function infoTlb(machine: Machine, style: Style): string[] {
  const { cpu } = machine;
  if (!cpu.keepsTlb) return ['The TLB keeps nothing (--tlb none).'];
  const entries = cpuModel.tlbEntries(cpu);
  if (entries.length === 0) return ['The TLB is empty.'];
  const groups = new Map<string, TlbEntry[]>();
  for (const entry of entries) {
    const key = entry.global ? 'global' : String(entry.pcid);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  const current = currentPcid(cpu);
  const order = (key: string): number => (key === 'global' ? -1 : Number(key) === current ? 0 : 1 + Number(key));
  return [...groups]
    .sort(([a], [b]) => order(a) - order(b))
    .flatMap(([key, group]) => groupLines(machine, style, key, group));
}

function groupLines(machine: Machine, style: Style, key: string, group: readonly TlbEntry[]): string[] {
  const cr3 = key === 'global' ? cpuModel.getCr(machine.cpu, 3) : tablesOf(machine, Number(key));
  const name = cr3 === undefined ? undefined : nameCr3(machine.space, cr3);
  const title = key === 'global' ? 'global' : `PCID ${hex(Number(key))}`;
  const loaded = key !== 'global' && Number(key) === currentPcid(machine.cpu) ? 'in use' : '';
  const known = cr3 === undefined ? '(whose tables is not known)' : key === 'global' ? '' : (name ?? '');
  const sorted = [...group].sort((a, b) => (a.linear < b.linear ? -1 : a.linear > b.linear ? 1 : 0));
  return [
    ...wrap(
      [
        [style.bold(title), known, loaded, `${group.length} ${group.length === 1 ? 'entry' : 'entries'}`]
          .filter(Boolean)
          .join(', '),
      ],
      style,
    ),
    ...sorted.flatMap((entry) => entryLines(machine, style, entry, cr3)),
  ];
}

function entryLines(machine: Machine, style: Style, entry: TlbEntry, cr3: bigint | undefined): string[] {
  const stale = cr3 === undefined ? undefined : staleText(entry, cpuModel.walkTables(machine.cpu, entry.linear, cr3));
  return wrap(
    [
      `  ${style.address(hex64(entry.linear))} -> ${hexPhysical(entry.physical)}`,
      rightsText(entry),
      entry.dirty ? 'D' : '',
      sizeText(entry.size),
      nameSuffix(machine, entry.linear).trim(),
      stale === undefined ? '' : style.keyword(`stale: ${stale}`),
    ],
    style,
    6,
  );
}

/** The CR3 whose entries have this PCID, as Linux numbers them; the loaded one first. */
function tablesOf(machine: Machine, pcid: number): bigint | undefined {
  const loaded = cpuModel.getCr(machine.cpu, 3);
  if (currentPcid(machine.cpu) === pcid) return loaded;
  if (!usesPcid(machine)) return undefined;
  for (let asid = 0; asid < ASIDS; asid++)
    for (const cr3 of [kernelCr3(machine.space, asid), userCr3(machine.space, asid)])
      if (Number(cr3 & 0xfffn) === pcid) return cr3;
  return undefined;
}
