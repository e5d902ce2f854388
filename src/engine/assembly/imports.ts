/**
 * What the loop calls out for: all of it cold, none of it runs the engine again. Arguments that are 64 bits wide
 * travel through scratch memory, since passing an i64 to JavaScript makes a BigInt.
 */

/** A privileged micro-op: everything is in its record. STATUS_*. */
@external("cpu", "system")
export declare function system(record: usize): i32;

/** Translates [LINEAR] for `width` bytes into the handle at `handle`; false when it faults. */
@external("cpu", "translate")
export declare function translate(access: i32, width: i32, handle: usize): bool;

/** The record for the instruction at RIP, decoding it when needed; 0 when fetching faults. */
@external("cpu", "fetch")
export declare function fetch(): usize;

/** [VALUE] is about to be stored through the handle. */
@external("cpu", "stored")
export declare function stored(handle: usize, width: i32): void;

/** Bytes that cached code was decoded from have been overwritten. */
@external("cpu", "codeWritten")
export declare function codeWritten(address: usize): void;

/** Deals the keys of the present PCID and rights. */
@external("cpu", "rekey")
export declare function rekey(): void;
