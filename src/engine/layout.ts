/**
 * The one file of constants that both sides of the engine read: AssemblyScript compiles it into the loop, TypeScript
 * views the same memory through it. So it holds plain numeric constants and nothing else.
 *
 * The subtle invariant: operands are absolute addresses of 8-byte slots (a register, a temporary, a record's own
 * immediate), so one opcode serves every combination of sources. Lengths and offsets are in bytes.
 */

// ── Memory map ──────────────────────────────────────────────────────────────────────────────────────────────────
/** Scratch: nothing here outlives an instruction, except KEY and the two words below it, which follow from the state. */
export const SCRATCH = 0x1000;
/** Reads as zero: the absent base, index or segment of an address. */
export const ZERO = 0x1000;
/** Swallows the result of CMP and TEST. */
export const SINK = 0x1008;
/** u64, 1 … 0x7ff: what the low bits of a fast tag have to equal now. Stands for paging mode, rights and generation. */
export const KEY = 0x1010;
/** u64: the same for write tags, which are revoked more often. */
export const WRITE_KEY = 0x1038;
/** u64: linear address, the argument of imports. */
export const LINEAR = 0x1018;
/** u64: value about to be stored, for the store log. */
export const VALUE = 0x1020;
/** u32: nonzero when stores have to be reported to the import `stored`. */
export const LOG_STORES = 0x1028;
/** u32: what the loop has to look at on the next boundary, one of ATTEND_*. */
export const ATTENTION = 0x102c;
/** u32: the record that faulted or stopped the run; 0 when it was the fetch. */
export const CULPRIT = 0x1030;
/** u32: the branch whose R_NEXT waits for `fetch` to find its target; whoever frees records clears it. */
export const PENDING = 0x1034;
/** u32: instructions of the budget that the last run did not use. */
export const UNUSED = 0x10ec;
/** u32: of the last run, how many events the engine delivered by itself; each took one off the budget. */
export const EVENTS = 0x10e8;
/** u32, by whoever answers `translate` with a fault: its vector, or NO_FAULT where it isn't a plain one, and its error code, or NO_FAULT. */
export const FAULT_VECTOR = 0x10e0;
export const FAULT_ERROR = 0x10e4;
export const NO_FAULT = 0xffffffff;
/** What a walk found (u32 each): 4 KiB frame, TLB flags, how many entries it went through and their physical addresses, whether all are marked as accessed. */
export const WALK_FRAME = 0x1040;
export const WALK_FLAGS = 0x1044;
export const WALK_DEPTH = 0x1048;
export const WALK_MARKED = 0x104c;
export const WALK_PATH = 0x1050;
/** Answers of `walk`. */
export const WALK_OK = -1;
export const WALK_RESERVED = 8;
/** Of the CPU's model, for walks (u32): bits of an entry's high half that are reserved, whether 1 GiB pages exist; and bytes of RAM. */
export const RESERVED_HIGH = 0x1068;
export const GIGABYTE_PAGES = 0x106c;
export const RAM_BYTES = 0x1070;
/** u32: nonzero while events may be delivered, and IRET done, without a word to TypeScript: nothing watches, and translations are kept. */
export const FAST_EVENTS = 0x10f0;
/** u32: PCID and rights that KEY and WRITE_KEY stand for, or NO_CONTEXT. */
export const CONTEXT = 0x10f4;
export const NO_CONTEXT = 0xffffffff;
/** u32: nonzero while OP_STOP does nothing. */
export const PASSING = 0x10fc;
/** u32: on a boundary, the record that the run ended with, or 0 if it did nothing. */
export const LAST = 0x10f8;
export const TEMPS = 0x1700;
export const TEMP_COUNT = 192;
/** Handles of 32 bytes; number HANDLE_COUNT is the engine's own. */
export const HANDLES = 0x1400;
export const HANDLE_COUNT = 16;
export const HANDLE_BYTES = 32;
export const HANDLE_FIRST = 0;
export const HANDLE_SECOND = 4;
/** Bytes that lie in the first page. */
export const HANDLE_SPLIT = 8;
export const HANDLE_LINEAR = 16;
/** Where a load that crosses a page is put together. */
export const BOUNCE = 0x1e00;
/** Stand-ins for physical addresses without memory behind them: reads give ones, writes vanish. */
export const VOID_READ = 0x2000;
export const VOID_WRITE = 0x3000;

/** Fast TLB: direct-mapped, entries of 16 bytes: tag u64 (page | key), addend u32 (linear + addend = engine address). */
export const READ_TLB = 0x4000;
export const WRITE_TLB = 0x8000;
export const FAST_ENTRIES = 1024;
/** In a write tag: the page holds code, so the line has to be looked up. */
export const TAG_CODE = 0x800;
/** Fast fetch: 16 bytes: tag u64, address of the code page's table u32. */
export const FETCH_TLB = 0xc000;
export const FETCH_ENTRIES = 256;

/**
 * The same for what the CPU reads and writes by itself, by the page's number and whether CPL is 3: descriptor tables and the TSS, and
 * stacks that events are delivered on. Supervisors' pages only.
 */
export const OWN_READ_TLB = 0xd000;
export const OWN_WRITE_TLB = 0xd400;
export const OWN_PAGES = 32;

/** The state block: everything architectural. */
export const STATE = 0x10000;
export const STATE_MAX = 0x10000;

export const RECORDS = 0x20000;
export const RECORDS_END = 0x220000;
/** One table for each code page: a u32 for each of its bytes, the record that starts there or 0. */
export const CODE_TABLES = 0x220000;
export const CODE_TABLE_BYTES = 0x4000;
export const CODE_TABLE_COUNT = 128;
/** One byte for each physical page, PAGE_* bits. */
export const PAGE_FLAGS = 0x420000;
/** One u64 for each physical page: which of its 64-byte lines hold cached code. */
export const CODE_LINES = 0x4a0000;
/**
 * The keys in use, for tags that allow reading or fetching and for those that allow writing: u32 count, then the PCID and rights (u32) that
 * each stands for, then the keys (u16).
 */
export const READ_KEYS = 0x8a0000;
export const WRITE_KEYS = 0x8a8000;
export const KEYS_CONTEXTS = 0x10;
export const KEYS_NUMBERS = 0x4000;
/** Of a context, below the PCID. */
export const CONTEXT_MODE_BITS = 10;
/** Guest physical address 0. */
export const RAM = 0x900000;
export const MAX_RAM_BYTES = 0x80000000;

/** The page holds cached code. */
export const PAGE_CODE = 1;
/** Written since the last checkpoint. */
export const PAGE_DIRTY = 2;
/** Holds lines that CLFLUSH evicted. */
export const PAGE_COLD = 4;

// ── State block, offsets from STATE ─────────────────────────────────────────────────────────────────────────────
/** Sixteen general registers of 8 bytes. */
export const S_GPR = 0x00;
export const S_RSP = 0x20;
export const S_RIP = 0x80;
/** All of RFLAGS; while the loop runs its six arithmetic bits are kept elsewhere, imports that read flags see them. */
export const S_RFLAGS = 0x88;
/** CR0 … CR8, 8 bytes each. */
export const S_CR = 0x90;
export const S_DR = 0xd8;
export const S_EFER = 0x118;
/** XCR0. */
export const S_XCR0 = 0x120;
/** State of the pseudo-random numbers of RDRAND and RDSEED. */
export const S_RANDOM = 0x128;
export const S_KERNEL_GS_BASE = 0x130;
/** Other MSRs, 8 bytes each, by position in cpu/msr.ts's table. */
export const S_MSR = 0x138;
export const MSR_SLOTS = 24;
/** u32 */
export const S_CPL = 0x1f8;
/** Sum of costs, instructions retired, then the counters: u64 each. */
export const S_CYCLES = 0x200;
export const S_INSTRUCTIONS = 0x208;
export const S_CR3_WRITES = 0x210;
export const S_CR3_FLUSHING = 0x218;
export const S_TLB_FILLED = 0x220;
export const S_TLB_DROPPED = 0x228;
/** u32 count, then physical addresses (u32) of lines that CLFLUSH evicted. */
export const S_COLD_COUNT = 0x230;
export const S_COLD = 0x234;
export const COLD_LINES = 115;
/**
 * ES, CS, SS, DS, FS, GS, LDTR, TR, 16 bytes each: base u64, limit u32 (in bytes, scaled), selector u16, and u16 attributes as the
 * descriptor has them (SDM vol. 3, 3.4.5): 3:0 type, 4 S, 6:5 DPL, 7 P, 12 AVL, 13 L, 14 D/B, 15 G, and here 8 for unusable.
 */
export const S_SEGMENTS = 0x400;
export const SEGMENT_BYTES = 16;
export const SEG_LIMIT = 8;
export const SEG_SELECTOR = 12;
export const SEG_ATTRIBUTES = 14;
/** The hidden bases of FS and GS, which MSRs and instructions of their own write too. */
export const S_FS_BASE = 0x440;
export const S_GS_BASE = 0x450;
/** u32: NMI_* bits. */
export const S_NMI = 0x4a0;
/** From the delivery of an NMI to the next IRET. */
export const NMI_BLOCKED = 1;
export const NMI_PENDING = 2;
/** u32: what holds events off until the next boundary, SHADOW_* bits. */
export const S_SHADOW = 0x4a4;
/** After STI: interrupts. After MOV SS: interrupts, NMIs and debug traps (SDM vol. 3, 6.8.3). */
export const SHADOW_STI = 1;
export const SHADOW_SS = 2;
/** u32: bits for DR6 of breakpoints that have been hit and not reported. */
export const S_PENDING_DEBUG = 0x4a8;
/** u32: the external interrupt's vector and 0x100, or 0. */
export const S_INTERRUPT = 0x4ac;
/** u32: ACTIVITY_*. */
export const S_ACTIVITY = 0x4b0;
export const ACTIVITY_RUNNING = 0;
export const ACTIVITY_HALTED = 1;
export const ACTIVITY_SHUTDOWN = 2;
/** u32: PKRU. */
export const S_PKRU = 0x4f0;
/** u32: a machine check is pending. */
export const S_MACHINE_CHECK = 0x4b4;
/** u32: RIP is at a repeated string instruction that has done some of its iterations. */
export const S_REPEATING = 0x4b8;
/** Base u64, limit u32. */
export const S_GDTR = 0x480;
export const S_IDTR = 0x490;
/** u32 count, then the entries of the modelled TLB: last, so that a copy of the state can end behind the used ones. */
export const S_TLB_COUNT = 0x600;
export const S_TLB = 0x604;
export const TLB_ENTRY_BYTES = 12;
export const TLB_CAPACITY = 2048;

// ── Records: 64 bytes, a cache line ─────────────────────────────────────────────────────────────────────────────
export const RECORD_BYTES = 64;
/** u16 opcode */
export const R_OP = 0;
/** u8 1, 2, 4, 8 */
export const R_WIDTH = 2;
/** u8: 1 in the last record of an instruction. */
export const R_END = 3;
/** u8: a narrow result is zero-extended into its slot (a temporary), not merged (a register). */
export const R_EXTEND = 4;
/** u8, of jumps and links: the target lies in the same page, so R_NEXT may remember its record. */
export const R_CHAIN = 4;
/** u8: shift of the index. */
export const R_SCALE = 5;
/** u16 cycles, in the end record. */
export const R_COST = 6;
/** u32 slots */
export const R_DST = 8;
export const R_A = 12;
export const R_B = 16;
/** u32: record to continue at when the branch is taken; 0 while unknown. */
export const R_NEXT = 20;
/** u64, what an immediate operand's slot is */
export const R_IMM = 24;
/** u64 */
export const R_DISP = 32;
/** u32 slots */
export const R_BASE = 40;
export const R_INDEX = 44;
export const R_SEGMENT = 48;
/** u32: condition, mask, handle, SYS_* … by opcode. */
export const R_AUX = 52;
/** u64: address of the instruction. */
export const R_IP = 56;

/** R_AUX of memory records, above the low byte: a non-canonical address is #SS. */
export const AUX_STACK = 0x100;
/**
 * R_AUX of arithmetic records that are told what becomes of the flags: in 11:0, by RFLAGS bit, those that take the value
 * computed; in 23:12, by AUX_FORCED higher, those that are forced to the bit that they have in 11:0. The others stay.
 */
export const AUX_FORCED = 12;
/** Above these: OF of a shift is that of its first step; what follows the source of a double shift is the destination. */
export const AUX_FIRST_STEP = 0x1000000;
export const AUX_WRAP = 0x2000000;

/** R_AUX of OP_LOGICAL: how many bytes are accessed, and how; 16-bit addressing. */
export const LOGICAL_WIDTH = 8;
export const LOGICAL_READ = 0x10000;
export const LOGICAL_WRITE = 0x20000;
export const LOGICAL_NARROW = 0x40000;

// ── Opcodes ─────────────────────────────────────────────────────────────────────────────────────────────────────
// Families of four widths: + 0 byte, 1 word, 2 doubleword, 3 quadword.
export const OP_MOV = 0;
export const OP_LOAD = 4;
export const OP_STORE = 8;
/** dst = a op b, all six flags. */
export const OP_ADD = 12;
export const OP_SUB = 16;
export const OP_ADC = 20;
export const OP_SBB = 24;
export const OP_AND = 28;
export const OP_OR = 32;
export const OP_XOR = 36;
/** dst = a op [memory] */
export const OP_ADD_LOAD = 40;
export const OP_SUB_LOAD = 44;
export const OP_ADC_LOAD = 48;
export const OP_SBB_LOAD = 52;
export const OP_AND_LOAD = 56;
export const OP_OR_LOAD = 60;
export const OP_XOR_LOAD = 64;
/** [memory] op b, flags only */
export const OP_CMP_MEM = 68;
export const OP_TEST_MEM = 72;
/** [memory] = [memory] op b */
export const OP_ADD_RMW = 76;
export const OP_SUB_RMW = 80;
export const OP_ADC_RMW = 84;
export const OP_SBB_RMW = 88;
export const OP_AND_RMW = 92;
export const OP_OR_RMW = 96;
export const OP_XOR_RMW = 100;
export const OP_INC = 104;
export const OP_DEC = 108;
/** Sign extension from that width; the record's width is the result's. */
export const OP_SEXT = 112;
/** No flags. */
export const OP_PLUS = 116;
export const OP_MINUS = 120;
/** Sixteen conditions. */
export const OP_JCC = 124;
// Single opcodes; the width, where it matters, is in the record.
export const OP_NOP = 140;
export const OP_PUSH = 141;
export const OP_POP = 142;
export const OP_JUMP = 143;
export const OP_JUMP_TO = 144;
export const OP_LINK = 145;
export const OP_BRANCH_ZERO = 146;
export const OP_BRANCH_NONZERO = 147;
export const OP_EXIT_ZERO = 148;
export const OP_LEA = 149;
export const OP_LEA32 = 150;
export const OP_PROBE = 151;
export const OP_LOAD_HANDLE = 152;
export const OP_STORE_HANDLE = 153;
export const OP_BT = 154;
export const OP_BTS = 155;
export const OP_BTR = 156;
export const OP_BTC = 157;
export const OP_SHL = 158;
export const OP_SHR = 159;
export const OP_SAR = 160;
export const OP_ROL = 161;
export const OP_ROR = 162;
export const OP_RCL = 163;
export const OP_RCR = 164;
export const OP_SHLD = 165;
export const OP_SHRD = 166;
export const OP_IMUL = 167;
export const OP_MULU = 168;
export const OP_MULS = 169;
export const OP_DIVU = 170;
export const OP_DIVS = 171;
export const OP_BSWAP = 172;
export const OP_NOT = 173;
export const OP_NEG = 174;
export const OP_BSF = 175;
export const OP_BSR = 176;
export const OP_POPCNT = 177;
export const OP_TZCNT = 178;
export const OP_LZCNT = 179;
export const OP_SELECT = 180;
export const OP_SETCC = 181;
export const OP_GETFLAGS = 182;
export const OP_SETFLAGS = 183;
export const OP_STEP = 184;
export const OP_SAVE_FLAGS = 185;
export const OP_MERGE_FLAGS = 186;
export const OP_CANONICAL = 187;
export const OP_CPL0 = 188;
/** The import `system`, R_AUX tells what. */
export const OP_SYSTEM = 189;
/** The same, with the address in LINEAR. */
export const OP_SYSTEM_AT = 190;
/** No micro-ops for this instruction: the run stops before it. */
export const OP_UNMODELLED = 191;
export const OP_BEXTR = 192;
export const OP_PDEP = 193;
export const OP_PEXT = 194;
export const OP_CRC32 = 195;
export const OP_LINEAR = 196;
/** The linear address of a logical one, in compatibility mode: R_SEGMENT is the segment's number, R_AUX SYS_LOGICAL and LOGICAL_*. */
export const OP_LOGICAL = 197;
/** A target against the limit of CS, in compatibility mode. */
export const OP_CODE_LIMIT = 198;
/** A debugger's breakpoint, the first record of its instruction: the run stops before it. */
export const OP_STOP = 199;

// ── What OP_SYSTEM asks for, in R_AUX ───────────────────────────────────────────────────────────────────────────
export const SYS_WRCR = 1;
export const SYS_RDDR = 2;
export const SYS_WRDR = 3;
export const SYS_RDMSR = 4;
export const SYS_WRMSR = 5;
export const SYS_RDTSC = 6;
export const SYS_CPUID = 7;
export const SYS_SWAPGS = 8;
export const SYS_RDBASE = 9;
export const SYS_WRBASE = 10;
export const SYS_INVLPG = 11;
export const SYS_INVPCID = 12;
export const SYS_CLFLUSH = 13;
export const SYS_POPF = 14;
export const SYS_CLI = 15;
export const SYS_STI = 16;
export const SYS_CLAC = 17;
export const SYS_STAC = 18;
export const SYS_HLT = 19;
export const SYS_FAULT = 20;
export const SYS_INTERRUPT = 21;
export const SYS_ALIGNED = 22;
export const SYS_IN = 23;
export const SYS_OUT = 24;
export const SYS_RDCR = 25;
export const SYS_SETFLAGS = 26;
export const SYS_UMIP = 27;
/** The parameter: a segment register's number, 6 LDTR, 7 TR; WRSEG's 0x100 above it holds events off. */
export const SYS_RDSEG = 28;
export const SYS_WRSEG = 29;
/** The parameter: 0 GDT, 2 IDT, and 1 for the limit instead of the base. */
export const SYS_RDTABLE = 30;
export const SYS_WRTABLE = 31;
/** The parameter: 0 LAR, 1 LSL, 2 VERR, 3 VERW. */
export const SYS_INSPECT = 32;
/** The parameter: 0 JMP, 1 CALL, 2 RET, and the bytes to release above. */
export const SYS_TRANSFER = 33;
export const SYS_RDXCR = 34;
export const SYS_WRXCR = 35;
export const SYS_RDPMC = 36;
export const SYS_RANDOM = 37;
export const SYS_SUPERVISOR = 38;
export const SYS_ZERO = 39;
export const SYS_PORTS = 40;
export const SYS_RDPRU = 41;
/** The parameter: 0 IRET, 1 SYSCALL, 2 SYSRET, 3 SYSENTER, 4 SYSEXIT. */
export const SYS_SWITCH = 42;
export const SYS_WAIT = 43;
export const SYS_RDPKRU = 44;
export const SYS_WRPKRU = 45;
/** The rest of OP_LOGICAL, with the offset in LINEAR, where the segment isn't writable data without a limit. */
export const SYS_LOGICAL = 50;
/** The parameter: 0 AAA, 1 AAS, 2 DAA, 3 DAS. */
export const SYS_BCD = 51;
export const SYS_BOUND = 52;

// ── Answers of micro-ops and imports, reasons to return ─────────────────────────────────────────────────────────
export const STATUS_OK = 0;
/** The instruction faults; nothing of it may commit. TypeScript knows the fault already. */
export const STATUS_FAULT = 1;
/** Done, and the loop has to look at ATTENTION on the next boundary. */
export const STATUS_ATTEND = 2;
/** Faults that the loop finds by itself; the vector and the words for it are TypeScript's. */
export const STATUS_DIVIDE = 3;
export const STATUS_CANONICAL = 4;
export const STATUS_CPL0 = 5;
/** No micro-ops for this instruction. */
export const STATUS_UNMODELLED = 6;
/** `run` ended on a boundary: the budget is used up, HLT ran. */
export const STATUS_BUDGET = 7;
export const STATUS_HALT = 8;
/** On a boundary, with an event to look for. */
export const STATUS_EVENT = 9;
/** A jump beyond the limit of CS. */
export const STATUS_CODE_LIMIT = 10;
/** Before an instruction that a debugger stops at. */
export const STATUS_STOP = 11;

/** ATTENTION: translate the fetch anew. */
export const ATTEND_FETCH = 1;
/** ATTENTION: stop, HLT ran. */
export const ATTEND_HALT = 2;
/** ATTENTION: leave, so that TypeScript can look for events. */
export const ATTEND_EVENT = 4;
/** ATTENTION: an IRET may have set RF, and there are no breakpoints. */
export const ATTEND_RESUME = 8;

/** What `translate` is asked for. */
export const ACCESS_READ = 0;
export const ACCESS_WRITE = 1;
export const ACCESS_STACK = 2;
