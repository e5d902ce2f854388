/** The kernel's assembly, unmodified, preprocessed and assembled by us: the same objects as `gcc -c` makes of it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { diffFile, gasOptions, REJECTED } from '../../tools/gasdiff.ts';
import { kernelSources } from '../kernel.ts';

const test = suite('objects of Linux 6.1');
const sources = kernelSources();

/** What a 64-bit kernel's entry code consists of; these have to be among the files that are compared. */
const NEEDED = [
  'entry/entry_64.S',
  'entry/entry_64_compat.S',
  'entry/entry.S',
  'entry/thunk_64.S',
  'entry/vdso/vsgx.S',
  'kernel/ftrace_64.S',
  'kernel/irqflags.S',
  'kernel/relocate_kernel_64.S',
  'kernel/head_64.S',
  'kernel/acpi/wakeup_64.S',
  'power/hibernate_asm_64.S',
  'platform/efi/efi_stub_64.S',
  'platform/efi/efi_thunk_64.S',
  'mm/mem_encrypt_boot.S',
  'realmode/rm/trampoline_64.S',
  'boot/compressed/head_64.S',
  'xen/xen-asm.S',
  ...['clear_page_64', 'cmpxchg16b_emu', 'copy_mc_64', 'copy_page_64', 'copy_user_64', 'csum-copy_64'].map(inLib),
  ...['getuser', 'hweight', 'iomap_copy_64', 'memcpy_64', 'memmove_64', 'memset_64', 'msr-reg', 'putuser'].map(inLib),
  ...['retpoline'].map(inLib),
];

function inLib(name: string): string {
  return `lib/${name}.S`;
}

if (typeof sources === 'string') console.log(`# SKIP the kernel's assembly: ${sources}`);
else {
  const { options } = gasOptions(sources.flags);
  const compared = new Set<string>();
  test('every source below arch/x86 that gcc assembles comes out as gcc has it', () => {
    const differing: string[] = [];
    for (const path of sources.files) {
      const differences = diffFile(path, options);
      if (differences[0]?.startsWith(REJECTED)) continue;
      compared.add(path);
      if (differences.length > 0) differing.push(`${path}: ${differences[0]}`);
    }
    assert.equal(differing, []);
  });
  test('those of the entry code are among them', () => {
    const missing = NEEDED.filter((name) => ![...compared].some((path) => path.endsWith(`/arch/x86/${name}`)));
    assert.equal(missing, []);
    assert.ok(compared.size > 90, `${compared.size}`);
  });
  test.after(sources.dispose);
}

test.run();
