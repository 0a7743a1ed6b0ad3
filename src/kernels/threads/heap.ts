// A first-fit allocator over a memory that grows: where blocks lie, as plain numbers.
import { IadError } from '../../runtime/errors.js';

/** Blocks start and end at multiples of this: a cache line, so that two threads never write into the same one. */
const LINE = 64;

interface Span {
  readonly at: number;
  readonly bytes: number;
}

export class Heap {
  readonly #limit: number;
  readonly #reserve: (end: number) => boolean;
  /** Free spans below #end by rising address; no two touch. */
  #free: Span[] = [];
  readonly #used = new Map<number, number>();
  /** Address 0 is nobody's, so that it can mean none. */
  #end = LINE;

  /**
   * @param limit bytes that it may hand out
   * @param reserve makes addresses below `end` usable; false if that cannot be
   */
  constructor(limit: number, reserve: (end: number) => boolean) {
    // Address 2^32 is 0 to a kernel: none of its loops may end there.
    this.#limit = Math.min(limit, 2 ** 32 - LINE);
    this.#reserve = reserve;
  }

  /** Bytes handed out now. */
  get used(): number {
    return [...this.#used.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** @throws IadError MEMORY_BUDGET where the limit, or the machine, has no room for it */
  allocate(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new IadError('BAD_ARGUMENT', `a size in bytes must be an integer from 0 up, not ${bytes}`, {
        path: 'bytes',
      });
    }
    const size = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
    const place = this.#free.findIndex((span) => span.bytes >= size);
    const at = place < 0 ? this.#append(size) : this.#take(place, size);
    this.#used.set(at, size);
    return at;
  }

  #take(place: number, size: number): number {
    const { at, bytes } = this.#free[place]!;
    this.#free.splice(place, 1, ...(bytes > size ? [{ at: at + size, bytes: bytes - size }] : []));
    return at;
  }

  /** Past the last block in use. */
  #append(size: number): number {
    const last = this.#free.at(-1);
    const open = last && last.at + last.bytes === this.#end ? last : undefined;
    const at = open?.at ?? this.#end;
    if (at + size > this.#limit || !this.#reserve(at + size)) {
      throw new IadError('MEMORY_BUDGET', `no room for ${size} bytes: ${this.used} of ${this.#limit} are in use`, {
        hint: 'Use fewer rows at a time, or open the threads with more memory.',
      });
    }
    if (open) this.#free.pop();
    this.#end = at + size;
    return at;
  }

  /** @throws IadError BAD_ARGUMENT for an address that `allocate` did not give, or that was freed before */
  free(at: number): void {
    const bytes = this.#used.get(at);
    if (bytes === undefined) {
      throw new IadError('BAD_ARGUMENT', `${at} is no address of a block in use`, { path: 'address' });
    }
    this.#used.delete(at);
    const place = this.#free.findIndex((span) => span.at > at);
    this.#free.splice(place < 0 ? this.#free.length : place, 0, { at, bytes });
    this.#free = this.#free.reduce<Span[]>((merged, span) => {
      const before = merged.at(-1);
      if (before && before.at + before.bytes === span.at) {
        merged[merged.length - 1] = { at: before.at, bytes: before.bytes + span.bytes };
      } else merged.push(span);
      return merged;
    }, []);
  }
}
