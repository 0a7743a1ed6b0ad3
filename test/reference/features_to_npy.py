"""Turns the feature cache of bench/mtd.ts into the one that patchcore_reference.py reads with --cache, so that both choose and
score among the same features: what differs then is the method's own arithmetic alone.

Versions: Python 3.11, numpy 2.4.
Example:
  python features_to_npy.py <bench cache>/stretch-224-layer2,layer3-official-3-256 --data <mtd> --split <mtd_differnet_train.json> \
      --out <reference cache> --name official_stretch224
"""
import argparse
import json
import pathlib

import numpy as np

from patchcore_reference import mtd_records

parser = argparse.ArgumentParser()
parser.add_argument('features')
parser.add_argument('--data', required=True)
parser.add_argument('--split', required=True)
parser.add_argument('--out', required=True)
parser.add_argument('--name', required=True)
args = parser.parse_args()

index = json.loads(pathlib.Path(f'{args.features}.json').read_text())
entries, dimension = dict(index['entries']), index['dimension']
values = np.memmap(args.features, dtype=np.float32, mode='r')
train, test = mtd_records(args.data, args.split)[:2]
for part, ids in (('train', train), ('test', test)):
    rows = np.stack([values[e['at']:e['at'] + e['length']].reshape(-1, dimension) for e in (entries[i] for i in ids)])
    np.save(pathlib.Path(args.out) / f'{args.name}_{part}.npy', rows)
