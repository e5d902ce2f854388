/** Little-endian base-128 numbers, DWARF 5, section 7.6. A negative number written as unsigned is taken modulo 2⁶⁴. */
export function lebBytes(value: bigint, isSigned: boolean): number[] {
  let rest = isSigned || value >= 0n ? value : BigInt.asUintN(64, value);
  const bytes: number[] = [];
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = isSigned ? (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40) : rest === 0n;
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}
