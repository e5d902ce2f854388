/**
 * Runs the system probes under Bochs and keeps what it printed: tests/system/probes/NAME.S to tests/system/expected/NAME.txt.
 * The same images run on our machine, and their output is compared with these files.
 *
 *     npx tsx tools/bochs.ts [NAME…]
 *
 * Needs gcc, binutils, and Debian's packages bochs and bochs-term; a boot takes half a second.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const PROBES = 'tests/system/probes';
const EXPECTED = 'tests/system/expected';
/** A disk of 20 cylinders, 16 heads and 63 sectors. */
const DISK_BYTES = 20 * 16 * 63 * 512;
const TIMEOUT = 20_000;
/** Has PCIDs, INVPCID, SMEP, SMAP, UMIP and FSGSBASE. */
const MODEL = 'corei7_icelake_u';

const configuration = (image: string, log: string): string => `
cpu: model=${MODEL}, count=1, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=0
memory: guest=64, host=64
romimage: file=/usr/share/bochs/BIOS-bochs-legacy
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=disk, path=${image}, mode=flat, cylinders=20, heads=16, spt=63
boot: disk
display_library: term
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
plugin_ctrl: speaker=0
port_e9_hack: enabled=1
log: ${log}
panic: action=fatal
error: action=report
info: action=report
clock: sync=none
`;

/** What a probe's image prints between BEGIN and END. */
function runProbe(source: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'bochs-'));
  const at = (name: string): string => join(directory, name);
  try {
    execFileSync('gcc', ['-c', source, '-o', at('probe.o')]);
    execFileSync('ld', ['-Ttext=0x7c00', '--oformat', 'binary', '-o', at('image'), at('probe.o')]);
    truncateSync(at('image'), DISK_BYTES);
    writeFileSync(at('rc'), configuration(at('image'), at('log')));
    writeFileSync(at('debugger'), 'c\nq\n');
    // Bochs draws on a terminal, so it gets one; port 0xe9 goes there too.
    const bochs = `stty rows 60 cols 132; exec bochs -q -f ${at('rc')} -rc ${at('debugger')}`;
    spawnSync('script', ['-qfec', bochs, at('terminal')], {
      stdio: 'ignore',
      timeout: TIMEOUT,
      env: { ...process.env, TERM: 'vt100' },
    });
    const terminal = readFileSync(at('terminal'), 'latin1').replaceAll('\r', '');
    const [, output] = /^BEGIN\n(.*?)^END$/ms.exec(terminal) ?? [];
    if (output === undefined) throw new Error(`${source}: no END\n${terminal.slice(-500)}`);
    return output;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const all = readdirSync(PROBES)
  .filter((file) => file.endsWith('.S'))
  .map((file) => basename(file, '.S'));
const names = process.argv.length > 2 ? process.argv.slice(2) : all;
for (const name of names) {
  const output = runProbe(join(PROBES, `${name}.S`));
  writeFileSync(join(EXPECTED, `${name}.txt`), output);
  console.log(`${name}: ${output.split('\n').filter((line) => /^\S.*:/.test(line)).length} probes`);
}
