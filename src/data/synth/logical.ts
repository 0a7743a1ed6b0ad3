// Mistakes of assembly: a component is missing, one too many, out of its place, or the wrong way round.
import type { Random } from '../../runtime/random.js';
import type { Layout, Placement } from './kinds/kind.js';
import { TURN } from './shapes.js';
import type { LogicalDefect } from './types.js';

export interface Alteration {
  readonly placements: readonly Placement[];
  /** The places at fault, for the mask: where a component is that should not be so, and where one ought to be and is not. */
  readonly touched: readonly Placement[];
}

/** Applies one mistake to a layout. */
export function alter(layout: Layout, defect: LogicalDefect, random: Random): Alteration {
  const { placements } = layout;
  const pick = (names: readonly string[]) => {
    const name = names[random.below(names.length)]!;
    return placements.find((part) => part.name === name)!;
  };
  const swap = (old: Placement, next: Placement) => placements.map((part) => (part === old ? next : part));
  switch (defect) {
    case 'missing': {
      const gone = pick(layout.movable);
      return { placements: placements.filter((part) => part !== gone), touched: [gone] };
    }
    case 'extra': {
      const spare = layout.spare[random.below(layout.spare.length)]!;
      return { placements: [...placements, spare], touched: [spare] };
    }
    case 'misplaced': {
      const part = pick(layout.movable);
      const heading = random.uniform() * TURN;
      const way = (0.5 + 0.4 * random.uniform()) * Math.min(part.halfWidth, part.halfHeight) + 3;
      const turn = (random.uniform() < 0.5 ? -1 : 1) * (0.25 + 0.45 * random.uniform());
      const moved = {
        ...part,
        x: part.x + way * Math.cos(heading),
        y: part.y + way * Math.sin(heading),
        angle: part.angle + turn,
      };
      return { placements: swap(part, moved), touched: [part, moved] };
    }
    case 'rotated': {
      const part = pick(layout.turnable);
      const turned = { ...part, angle: part.angle + Math.PI };
      return { placements: swap(part, turned), touched: [turned] };
    }
    default:
      return defect satisfies never;
  }
}
