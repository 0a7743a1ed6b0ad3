// What is wrong with a dataset, collected so that the reader sees it together.
import { IadError, type IadErrorCode } from '../../runtime/errors.js';

export interface DatasetProblem {
  readonly code: IadErrorCode;
  /** The file or folder at fault, relative to the root. */
  readonly path: string;
}

/** Problems of one kind, which share their words. */
interface Kind {
  readonly code: IadErrorCode;
  readonly what: string;
  readonly hint: string;
  readonly paths: string[];
}

/** An error of a loader: everything that it found, of which the message shows the first 20. `code` is the first one's. */
export class DatasetError extends IadError {
  /** `<dataset>/<category>`, or the folder's name. */
  readonly dataset: string;
  readonly problems: readonly DatasetProblem[];

  constructor(dataset: string, root: string, kinds: readonly [Kind, ...Kind[]]) {
    let left = SHOWN;
    const texts = kinds.map(({ what, paths }) => {
      const shown = paths.slice(0, left);
      left -= shown.length;
      const more = paths.length - shown.length;
      return `${what}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    });
    const others = kinds.slice(1).map(({ code, hint }, i) => `\n[${code}] ${texts[i + 1]}. ${hint}`);
    super(kinds[0].code, texts[0]!, { path: root, hint: kinds[0].hint + others.join('') });
    this.dataset = dataset;
    this.problems = kinds.flatMap(({ code, paths }) => paths.map((path) => ({ code, path })));
  }
}

const SHOWN = 20;

/** Collects problems and throws them together. */
export class Problems {
  readonly #dataset: string;
  readonly #root: string;
  readonly #kinds: Kind[] = [];

  constructor(dataset: string, root: string) {
    this.#dataset = dataset;
    this.#root = root;
  }

  /** @param what a noun phrase for many: `images without mask` */
  add(code: IadErrorCode, what: string, paths: readonly string[], hint: string): void {
    if (paths.length === 0) return;
    const kind = this.#kinds.find((other) => other.code === code && other.what === what);
    if (kind) kind.paths.push(...paths);
    else this.#kinds.push({ code, what, hint, paths: [...paths] });
  }

  /** @throws DatasetError if anything was added */
  throwIfAny(): void {
    const [first, ...rest] = this.#kinds;
    if (first) throw new DatasetError(this.#dataset, this.#root, [first, ...rest]);
  }
}
