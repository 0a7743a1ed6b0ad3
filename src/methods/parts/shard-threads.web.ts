// In a browser a training runs on the page's own backend, which is where its GPU is.
import type { ShardInit } from './training/shard.js';
import type { ShardThreads } from './training/sharded.js';

export function shardThreads(_method: string, _init: Omit<ShardInit, 'model'>, _size: number): ShardThreads | null {
  return null;
}
