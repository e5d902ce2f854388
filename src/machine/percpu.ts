/**
 * The per-CPU area that GS points to: which variables it has, where, and the names that scenario headers use.
 *
 * Per-CPU symbols are small numbers, offsets from the area's start, as in a 64-bit SMP kernel: `%gs:cpu_tlbstate`
 * works because the GS base is added. The linker binds external symbols by this table.
 */

export const PERCPU_SIZE = 0x8000;

export interface PercpuVariable {
  readonly name: string;
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** Variables of Linux's entry code. Offsets are ours, sizes at least the kernel's. */
const LINUX_VARIABLES: readonly (readonly [name: string, size: number])[] = [
  ['fixed_percpu_data', 48],
  ['cpu_tss_rw', 0x1000],
  ['cpu_tlbstate', 256],
  ['cpu_tlbstate_shared', 64],
  ['cpu_current_top_of_stack', 8],
  ['current_task', 8],
  ['hardirq_stack_ptr', 8],
  ['pcpu_hot', 64],
  ['this_cpu_off', 8],
  ['cpu_number', 4],
  ['__preempt_count', 4],
  ['cpu_dr7', 8],
  ['x86_spec_ctrl_current', 8],
  ['xen_vcpu', 8],
  ['xen_vcpu_info', 64],
];

/** Fields of the variables above that scenarios read and write by name, with Linux 6.1's offsets. */
const LINUX_FIELDS: readonly (readonly [name: string, variable: string, offset: number, size: number])[] = [
  ['loaded_mm_asid', 'cpu_tlbstate', 16, 2],
  ['user_pcid_flush_mask', 'cpu_tlbstate', 22, 2],
];

const LINE = 64;

/** The area's layout with `extra` variables behind the kernel's; undefined when they do not fit. */
export function percpuLayout(
  extra: readonly { readonly name: string; readonly size: number }[] = [],
): PercpuVariable[] | undefined {
  const variables: PercpuVariable[] = [];
  let next = 0;
  for (const [name, size] of [...LINUX_VARIABLES, ...extra.map((v) => [v.name, v.size] as const)]) {
    if (variables.some((v) => v.name === name)) continue;
    variables.push({ name, offset: next, size });
    next = Math.ceil((next + size) / LINE) * LINE;
  }
  return next <= PERCPU_SIZE ? variables : undefined;
}

/** The variable or field that a scenario means by `name`. */
export function percpuField(layout: readonly PercpuVariable[], name: string): PercpuVariable | undefined {
  const field = LINUX_FIELDS.find(([field]) => field === name);
  if (!field) return layout.find((v) => v.name === name);
  const [, variable, offset, size] = field;
  const home = layout.find((v) => v.name === variable);
  return home && { name, offset: home.offset + offset, size };
}
