// A pickle machine that cannot run code: it knows only the opcodes that torch's state dicts use, and calls nothing but
// what the reader hands in by name. Any other global stops it. Opcodes: Python's Lib/pickletools.py.
import { IadError } from '../../runtime/errors.js';

/** `T` is what the reader's own objects are. Tuples and lists are both arrays: state dicts never need the difference. */
export type PickleValue<T> =
  | null
  | boolean
  | number
  | string
  | PickleValue<T>[]
  | Map<string | number, PickleValue<T>>
  | PickleGlobal
  | PickleObject<T>;

/** A name such as `torch.FloatStorage` that the reader allows. */
export class PickleGlobal {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class PickleObject<T> {
  readonly value: T;
  constructor(value: T) {
    this.value = value;
  }
}

export interface PickleReader<T> {
  readonly globals: ReadonlySet<string>;
  /** What `global(...args)` gives; undefined if these arguments make no sense. */
  reduce(global: string, args: readonly PickleValue<T>[]): PickleValue<T> | undefined;
  /** What a persistent id stands for; undefined if it makes no sense. */
  persistent(id: PickleValue<T>): PickleValue<T> | undefined;
}

/**
 * @param start where the pickle begins in `bytes`
 * @returns the value, and where the pickle ended
 * @throws WEIGHTS_FORMAT naming the opcode or the global that is not allowed, or for a pickle cut short
 */
export function unpickle<T>(
  bytes: Uint8Array,
  start: number,
  reader: PickleReader<T>,
  path: string,
): { value: PickleValue<T>; end: number } {
  return new Machine(bytes, start, reader, path).run();
}

class Machine<T> {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #reader: PickleReader<T>;
  readonly #path: string;
  readonly #stack: PickleValue<T>[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue<T>>();
  #at: number;

  constructor(bytes: Uint8Array, start: number, reader: PickleReader<T>, path: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#reader = reader;
    this.#path = path;
    this.#at = start;
  }

  run(): { value: PickleValue<T>; end: number } {
    for (;;) {
      const opcode = this.#bytes[this.#take(1)] ?? 0;
      if (opcode === 0x2e) return { value: this.#pop(), end: this.#at };
      this.#step(opcode);
    }
  }

  #step(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        this.#take(1);
        break;
      case 0x28: // MARK
        this.#marks.push(this.#stack.length);
        break;
      case 0x4e: // NONE
        this.#push(null);
        break;
      case 0x88: // NEWTRUE
        this.#push(true);
        break;
      case 0x89: // NEWFALSE
        this.#push(false);
        break;
      case 0x4a: // BININT
        this.#push(this.#view.getInt32(this.#take(4), true));
        break;
      case 0x4b: // BININT1
        this.#push(this.#view.getUint8(this.#take(1)));
        break;
      case 0x4d: // BININT2
        this.#push(this.#view.getUint16(this.#take(2), true));
        break;
      case 0x47: // BINFLOAT
        this.#push(this.#view.getFloat64(this.#take(8)));
        break;
      case 0x8a: // LONG1
        this.#push(this.#long(this.#view.getUint8(this.#take(1))));
        break;
      case 0x58: // BINUNICODE
        this.#push(this.#text(this.#view.getUint32(this.#take(4), true)));
        break;
      case 0x7d: // EMPTY_DICT
        this.#push(new Map());
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        this.#push([]);
        break;
      case 0x74: // TUPLE
        this.#push(this.#popToMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        this.#push(this.#popMany(opcode - 0x84));
        break;
      case 0x61: // APPEND
        this.#append(this.#popMany(1));
        break;
      case 0x65: // APPENDS
        this.#append(this.#popToMark());
        break;
      case 0x73: // SETITEM
        this.#setItems(this.#popMany(2));
        break;
      case 0x75: // SETITEMS
        this.#setItems(this.#popToMark());
        break;
      case 0x71: // BINPUT
        this.#put(this.#view.getUint8(this.#take(1)));
        break;
      case 0x72: // LONG_BINPUT
        this.#put(this.#view.getUint32(this.#take(4), true));
        break;
      case 0x68: // BINGET
        this.#get(this.#view.getUint8(this.#take(1)));
        break;
      case 0x6a: // LONG_BINGET
        this.#get(this.#view.getUint32(this.#take(4), true));
        break;
      case 0x63: // GLOBAL
        this.#global(`${this.#line()}.${this.#line()}`);
        break;
      case 0x52: // REDUCE
        this.#reduce();
        break;
      case 0x51: // BINPERSID
        this.#persistent();
        break;
      case 0x62: // BUILD
        this.#build();
        break;
      default:
        throw this.#refuse(`pickle opcode 0x${opcode.toString(16)} is not one that state dicts use`);
    }
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.byteLength - at) throw this.#refuse('the pickle is cut short');
    this.#at += count;
    return at;
  }

  #push(value: PickleValue<T>): void {
    this.#stack.push(value);
  }

  #pop(): PickleValue<T> {
    const value = this.#popMany(1)[0];
    if (value === undefined) throw this.#refuse('the pickle takes from an empty stack');
    return value;
  }

  #popMany(count: number): PickleValue<T>[] {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#stack.length - count < floor) throw this.#refuse('the pickle takes from an empty stack');
    return this.#stack.splice(this.#stack.length - count);
  }

  #popToMark(): PickleValue<T>[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#refuse('the pickle has no mark where it needs one');
    return this.#stack.splice(mark);
  }

  #top(): PickleValue<T> {
    const value = this.#stack.at(-1);
    if (value === undefined) throw this.#refuse('the pickle takes from an empty stack');
    return value;
  }

  #long(count: number): number {
    const at = this.#take(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i]!);
    return Number(BigInt.asIntN(8 * count, value));
  }

  #text(count: number): string {
    const at = this.#take(count);
    return new TextDecoder().decode(this.#bytes.subarray(at, at + count));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#refuse('the pickle is cut short');
    const text = this.#text(end - this.#at);
    this.#take(1);
    return text;
  }

  #append(items: PickleValue<T>[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#refuse('the pickle appends to what is no list');
    for (const item of items) list.push(item);
  }

  #setItems(items: PickleValue<T>[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map) || items.length % 2 === 1) throw this.#refuse('the pickle fills what is no dict');
    for (let i = 0; i < items.length; i += 2) {
      const [key, value] = items.slice(i, i + 2);
      if ((typeof key !== 'string' && typeof key !== 'number') || value === undefined) {
        throw this.#refuse('a dict key in the pickle is neither text nor a number');
      }
      dict.set(key, value);
    }
  }

  #put(index: number): void {
    this.#memo.set(index, this.#top());
  }

  #get(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#refuse(`the pickle has no memo ${index}`);
    this.#push(value);
  }

  #global(name: string): void {
    if (!this.#reader.globals.has(name)) {
      throw this.#refuse(`the pickle asks for ${name}, which plain weights do not need; it was not run`);
    }
    this.#push(new PickleGlobal(name));
  }

  #reduce(): void {
    const [callee, args] = this.#popMany(2);
    if (!(callee instanceof PickleGlobal) || !Array.isArray(args))
      throw this.#refuse('the pickle calls what is no global');
    const value = this.#reader.reduce(callee.name, args);
    if (value === undefined) throw this.#refuse(`the pickle calls ${callee.name} with arguments that make no sense`);
    this.#push(value);
  }

  #persistent(): void {
    const value = this.#reader.persistent(this.#pop());
    if (value === undefined) throw this.#refuse('the pickle refers to a storage of an unknown kind');
    this.#push(value);
  }

  /** Attributes of an OrderedDict, such as a state dict's `_metadata`: not needed, dropped. */
  #build(): void {
    this.#pop();
    if (!(this.#top() instanceof Map)) throw this.#refuse('the pickle sets attributes of what is no dict');
  }

  #refuse(what: string): IadError {
    return new IadError('WEIGHTS_FORMAT', what, {
      path: this.#path,
      hint: 'Save plain weights with torch.save(model.state_dict(), path), or use safetensors.',
    });
  }
}
