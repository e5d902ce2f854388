/**
 * The keys of the fast TLB: one for each PCID and set of rights in use. TypeScript deals them and takes them back; here is what follows from
 * the state, whenever CPL, AC or the kind of code has changed.
 */
import {
  CONTEXT,
  CONTEXT_MODE_BITS,
  KEY,
  KEYS_CONTEXTS,
  KEYS_NUMBERS,
  READ_KEYS,
  S_CPL,
  S_CR,
  S_EFER,
  S_RFLAGS,
  S_SEGMENTS,
  SEG_ATTRIBUTES,
  SEG_LIMIT,
  SEGMENT_BYTES,
  STATE,
  WRITE_KEY,
  WRITE_KEYS,
} from "../layout";

const CR0_WP: u32 = 1 << 16;
const CR0_AM: u32 = 1 << 18;
const CR4_PCIDE: u32 = 1 << 17;
const CR4_SMEP: u32 = 1 << 20;
const CR4_SMAP: u32 = 1 << 21;
const EFER_NXE: u32 = 1 << 11;
const RFLAGS_AC: u32 = 1 << 18;

const CS: usize = STATE + S_SEGMENTS + SEGMENT_BYTES;
const SS: usize = CS + SEGMENT_BYTES;
const ATTRIBUTE_L: u32 = 1 << 13;
const ATTRIBUTE_B: u32 = 1 << 14;

/** As `codeMode` of cpu/state.ts. */
@inline
function codeMode(): u32 {
  const attributes = <u32>load<u16>(CS, SEG_ATTRIBUTES);
  const mode = (attributes >> 13) & 3;
  if (attributes & ATTRIBUTE_L) return mode;
  const flat = !load<u64>(CS) && load<u32>(CS, SEG_LIMIT) == 0xffffffff;
  return mode | (flat ? 0 : 4) | (load<u16>(SS, SEG_ATTRIBUTES) & ATTRIBUTE_B ? 0 : 8);
}

/** Everything that a permission check reads, apart from the entry, one bit each; and how code is read. */
function mode(): u32 {
  const cr0 = load<u32>(STATE + S_CR);
  const cr4 = load<u32>(STATE + S_CR + 32);
  const isUser = load<u32>(STATE + S_CPL) == 3;
  const ac = (load<u32>(STATE + S_RFLAGS) & RFLAGS_AC) != 0;
  return (
    (isUser ? 1 : 0) |
    (cr0 & CR0_WP ? 2 : 0) |
    (cr4 & CR4_SMAP && !ac ? 4 : 0) |
    (cr4 & CR4_SMEP ? 8 : 0) |
    (load<u32>(STATE + S_EFER) & EFER_NXE ? 16 : 0) |
    (isUser && ac && cr0 & CR0_AM ? 32 : 0) |
    (codeMode() << 6)
  );
}

/** The key of a context, or 0. There are few live ones: address spaces in use times rights in use. */
function keyOf(space: usize, context: u32): u32 {
  for (let i = load<i32>(space) - 1; i >= 0; i--) {
    if (load<u32>(space + (<usize>i << 2), KEYS_CONTEXTS) == context) return load<u16>(space + (<usize>i << 1), KEYS_NUMBERS);
  }
  return 0;
}

/** Sets the keys to those of the present PCID and rights; false where one of them has not been dealt yet (and is 0 now). */
export function rekey(): bool {
  const pcid = load<u32>(STATE + S_CR + 32) & CR4_PCIDE ? load<u32>(STATE + S_CR + 24) & 0xfff : 0;
  const context = (pcid << CONTEXT_MODE_BITS) | mode();
  if (context == load<u32>(CONTEXT)) return true;
  store<u32>(CONTEXT, context);
  const reads = keyOf(READ_KEYS, context);
  const writes = keyOf(WRITE_KEYS, context);
  // In full, as they are read: a narrower store would hold the next load up.
  store<u64>(KEY, reads);
  store<u64>(WRITE_KEY, writes);
  return reads != 0 && writes != 0;
}
