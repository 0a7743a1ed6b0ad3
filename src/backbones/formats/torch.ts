// Reads state dicts saved by torch.save: zipped since torch 1.6, a row of pickles and raw storages before (torchvision's
// wide_resnet50_2-95faca4d.pth is one of those).
import { IadError } from '../../runtime/errors.js';
import { PickleGlobal, PickleObject, type PickleReader, type PickleValue, unpickle } from './pickle.js';
import { DTYPE_BYTES, type Dtype, elementCount, type RawTensor, type TensorMap } from './tensor.js';
import { readStoredZip } from './zip.js';

interface Storage {
  readonly kind: 'storage';
  readonly key: string;
  readonly dtype: Dtype;
  readonly count: number;
}

interface StridedTensor {
  readonly kind: 'tensor';
  readonly storage: Storage;
  /** In elements, as the shape and the strides are. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

type TorchObject = Storage | StridedTensor;
type Value = PickleValue<TorchObject>;

const STORAGES: Readonly<Record<string, Dtype>> = {
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.DoubleStorage': 'F64',
  'torch.LongStorage': 'I64',
};

/** The pickle of torch.save's magic number, with which every file of the old format begins. */
const LEGACY_MAGIC = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** Whether the bytes begin like a file of torch.save, zipped or old. */
export function isTorchFile(bytes: Uint8Array): boolean {
  return isZip(bytes) || isLegacy(bytes);
}

/**
 * The tensors of a state dict. No code in the file is run: of Python's names only OrderedDict, the storages and torch's own
 * rebuild functions are understood, any other is refused by name.
 * @throws WEIGHTS_FORMAT also for tensors that are not contiguous, reach outside their storage, or are big-endian
 */
export function readTorch(bytes: Uint8Array, path: string): TensorMap {
  const { state, storages } = isZip(bytes) ? readZipped(bytes, path) : readLegacy(bytes, path);
  if (!(state instanceof Map)) throw refuse(path, 'the file holds no state dict');
  const tensors = new Map<string, RawTensor>();
  for (const [name, entry] of state) {
    if (entry instanceof PickleObject && entry.value.kind === 'tensor') {
      tensors.set(String(name), view(String(name), entry.value, storages, path));
    }
  }
  if (tensors.size === 0) throw refuse(path, 'the file holds no tensors by name');
  return tensors;
}

interface TorchContent {
  readonly state: Value;
  readonly storages: ReadonlyMap<string, Uint8Array>;
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;
const isLegacy = (bytes: Uint8Array): boolean => LEGACY_MAGIC.every((byte, i) => bytes[i] === byte);

function readZipped(bytes: Uint8Array, path: string): TorchContent {
  const entries = readStoredZip(bytes, path);
  const pickleName = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  const pickle = pickleName === undefined ? undefined : entries.get(pickleName);
  if (pickleName === undefined || !pickle) throw refuse(path, 'a zip without data.pkl is no file of torch.save');
  const root = pickleName.slice(0, -'data.pkl'.length);
  const order = entries.get(`${root}byteorder`);
  if (order && new TextDecoder().decode(order).trim() !== 'little') throw refuse(path, 'big-endian tensors');
  const prefix = `${root}data/`;
  const storages = new Map<string, Uint8Array>();
  for (const [name, data] of entries) if (name.startsWith(prefix)) storages.set(name.slice(prefix.length), data);
  return { state: unpickle(pickle, 0, READER, path).value, storages };
}

/** Magic, protocol, system info, state and storage keys as pickles; then per key an int64 count and its elements. */
function readLegacy(bytes: Uint8Array, path: string): TorchContent {
  const protocol = unpickle(bytes, LEGACY_MAGIC.length, READER, path);
  const system = unpickle(bytes, protocol.end, READER, path);
  if (!(system.value instanceof Map) || system.value.get('little_endian') !== true)
    throw refuse(path, 'big-endian tensors');
  const dtypes = new Map<string, Dtype>();
  const persistent = (id: Value): PickleObject<TorchObject> | undefined => {
    const found = READER.persistent(id);
    if (!(found instanceof PickleObject) || found.value.kind !== 'storage') return undefined;
    dtypes.set(found.value.key, found.value.dtype);
    return found;
  };
  const state = unpickle(bytes, system.end, { ...READER, persistent }, path);
  const keys = unpickle(bytes, state.end, READER, path);
  if (!Array.isArray(keys.value)) throw refuse(path, 'the list of storages is missing');
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storages = new Map<string, Uint8Array>();
  let at = keys.end;
  for (const key of keys.value) {
    const dtype = typeof key === 'string' ? dtypes.get(key) : undefined;
    if (typeof key !== 'string' || dtype === undefined) throw refuse(path, 'a storage that no tensor uses');
    if (at + 8 > bytes.byteLength) throw refuse(path, `storage ${key} is missing; the file is cut short`);
    const size = Number(data.getBigInt64(at, true)) * DTYPE_BYTES[dtype];
    at += 8;
    if (!(size >= 0 && size <= bytes.byteLength - at)) throw refuse(path, `storage ${key} is cut short`);
    storages.set(key, bytes.subarray(at, at + size));
    at += size;
  }
  return { state: state.value, storages };
}

const READER: PickleReader<TorchObject> = {
  globals: new Set([
    'collections.OrderedDict',
    'torch._utils._rebuild_tensor',
    'torch._utils._rebuild_tensor_v2',
    'torch._utils._rebuild_parameter',
    ...Object.keys(STORAGES),
  ]),

  reduce(global, args) {
    switch (global) {
      case 'collections.OrderedDict':
        return args.length === 0 ? new Map() : undefined;
      case 'torch._utils._rebuild_parameter':
        return args[0];
      case 'torch._utils._rebuild_tensor':
      case 'torch._utils._rebuild_tensor_v2':
        return rebuildTensor(args);
      default:
        return undefined;
    }
  },

  /** ('storage', storage type, key, device, count), and in old files a view, which is None in all but very old ones. */
  persistent(id) {
    if (!Array.isArray(id)) return undefined;
    const [tag, type, key, , count, part] = id;
    const dtype = type instanceof PickleGlobal ? STORAGES[type.name] : undefined;
    if (tag !== 'storage' || dtype === undefined || typeof key !== 'string' || typeof count !== 'number')
      return undefined;
    if (part !== undefined && part !== null) return undefined;
    return new PickleObject({ kind: 'storage', key, dtype, count });
  },
};

function rebuildTensor([storage, offset, shape, strides]: readonly Value[]): Value | undefined {
  if (!(storage instanceof PickleObject) || storage.value.kind !== 'storage') return undefined;
  if (typeof offset !== 'number' || !isNumbers(shape) || !isNumbers(strides)) return undefined;
  return new PickleObject({ kind: 'tensor', storage: storage.value, offset, shape, strides });
}

function isNumbers(value: Value | undefined): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function view(
  name: string,
  { storage, offset, shape, strides }: StridedTensor,
  storages: ReadonlyMap<string, Uint8Array>,
  path: string,
): RawTensor {
  const bytes = storages.get(storage.key);
  const count = elementCount(shape);
  const size = DTYPE_BYTES[storage.dtype];
  if (!bytes || bytes.byteLength !== storage.count * size) {
    throw refuse(
      path,
      `tensor ${name}: its storage should hold ${storage.count * size} bytes, not ${bytes?.byteLength ?? 0}`,
    );
  }
  if (count === undefined || !Number.isSafeInteger(offset) || offset < 0 || offset + count > storage.count) {
    throw refuse(path, `tensor ${name}: [${shape.join(', ')}] from element ${offset} reaches outside its storage`);
  }
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== stride) throw refuse(path, `tensor ${name} is not contiguous`);
    stride *= shape[axis] ?? 1;
  }
  return { dtype: storage.dtype, shape, data: bytes.subarray(offset * size, (offset + count) * size) };
}

const refuse = (path: string, what: string): IadError =>
  new IadError('WEIGHTS_FORMAT', what, { path, hint: 'Save a state dict of float tensors, or use safetensors.' });
