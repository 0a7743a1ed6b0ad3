// Where outputs of backbones are kept unless told: with the library's other files, where nobody else may write.
import { join } from 'node:path';
import { cacheHome } from '../../backbones/cache.node.js';

export const CACHE_FOLDER = join(cacheHome(), 'features');
