/**
 * The named bits of registers, highest first as QEMU describes them to gdb: what `$cr3.pcid` means and what `[ ZF PF ]` shows.
 * Bits of CR0, CR4, RFLAGS: SDM vol. 3, 2.3 and 2.5; DR6 and DR7: 17.2; EFER: 2.2.1.
 */

export interface Field {
  /** As gdb prints it; expressions may have it in either case. */
  readonly name: string;
  /** Number of the lowest bit. */
  readonly low: number;
  /** Bits. */
  readonly width: number;
}

/** `'CF 0'`, `'IOPL 12:13'` */
function fields(text: string): Field[] {
  return text.split(', ').map((part) => {
    const [name, bits] = part.split(' ') as [string, string];
    const [low, high = low] = bits.split(':').map(Number) as [number, number?];
    return { name, low, width: high - low + 1 };
  });
}

const RFLAGS_FIELDS = fields(
  'ID 21, VIP 20, VIF 19, AC 18, VM 17, RF 16, NT 14, IOPL 12:13, OF 11, DF 10, IF 9, TF 8, SF 7, ZF 6, AF 4, PF 2, CF 0',
);

const SELECTOR_FIELDS = fields('INDEX 3:15, TI 2, RPL 0:1');

export const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  rflags: RFLAGS_FIELDS,
  eflags: RFLAGS_FIELDS,
  cr0: fields('PG 31, CD 30, NW 29, AM 18, WP 16, NE 5, ET 4, TS 3, EM 2, MP 1, PE 0'),
  cr3: fields('PDBR 12:63, PCID 0:11'),
  cr4: fields(
    'PKE 22, SMAP 21, SMEP 20, OSXSAVE 18, PCIDE 17, FSGSBASE 16, SMXE 14, VMXE 13, LA57 12, UMIP 11, OSXMMEXCPT 10, OSFXSR 9, PCE 8, PGE 7, MCE 6, PAE 5, PSE 4, DE 3, TSD 2, PVI 1, VME 0',
  ),
  efer: fields('TCE 15, FFXSR 14, LMSLE 13, SVME 12, NXE 11, LMA 10, LME 8, SCE 0'),
  dr6: fields('RTM 16, BT 15, BS 14, BD 13, BLD 11, B3 3, B2 2, B1 1, B0 0'),
  dr7: fields(
    'LEN3 30:31, RW3 28:29, LEN2 26:27, RW2 24:25, LEN1 22:23, RW1 20:21, LEN0 18:19, RW0 16:17, GD 13, RTM 11, GE 9, LE 8, G3 7, L3 6, G2 5, L2 4, G1 3, L1 2, G0 1, L0 0',
  ),
  spec_ctrl: fields('SSBD 2, STIBP 1, IBRS 0'),
  debugctl: fields('BTF 1, LBR 0'),
  ...Object.fromEntries(
    ['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'ldtr', 'tr'].map((name) => [name, SELECTOR_FIELDS] as const),
  ),
};

const mask = ({ width }: Field): bigint => (1n << BigInt(width)) - 1n;

export const fieldValue = (field: Field, bits: bigint): bigint => (bits >> BigInt(field.low)) & mask(field);

/** The register's bits with the field replaced; undefined when the value doesn't fit. */
export function withField(field: Field, bits: bigint, value: bigint): bigint | undefined {
  if (value & ~mask(field)) return undefined;
  return (bits & ~(mask(field) << BigInt(field.low))) | (value << BigInt(field.low));
}

/** Always shown with their value: the whole of CR3 is two numbers. Others that are wider than a bit show where they aren't 0. */
const ALWAYS: ReadonlySet<string> = new Set(['PDBR', 'PCID']);

/** `[ ZF PF ]`, `[ PDBR=3 PCID=2050 ]`, `[ IOPL=3 IF ]`, `[ ]`. */
export function textOfFields(fields: readonly Field[], bits: bigint): string {
  const shown = fields.flatMap((field) => {
    const value = fieldValue(field, bits);
    if (value === 0n && !ALWAYS.has(field.name)) return [];
    return field.width === 1 ? [field.name] : [`${field.name}=${value}`];
  });
  return `[ ${shown.map((text) => `${text} `).join('')}]`;
}
