// One picture of one part, good or defective, with its mask.
import { Random } from '../../runtime/random.js';
import { develop, drawCamera, expose } from './camera.js';
import { board } from './kinds/board.js';
import { cloth } from './kinds/cloth.js';
import { type Draw, groundUnder, type Kind, mount, outlineDistance, type Placement } from './kinds/kind.js';
import { metal } from './kinds/metal.js';
import { tray } from './kinds/tray.js';
import { wood } from './kinds/wood.js';
import { alter } from './logical.js';
import { addOutline, areaOf, changedPixels, close } from './mask.js';
import { drawLight, shade } from './shade.js';
import { damage } from './structural.js';
import { copySurface, createSurface, FRAME, type Surface } from './surface.js';
import {
  checkDefect,
  checkInteger,
  checkKind,
  type DefectName,
  isLogical,
  SYNTH_SIZE,
  type SynthImage,
  type SynthImageOptions,
  type SynthKind,
} from './types.js';

const KINDS: Readonly<Record<SynthKind, Kind>> = { cloth, metal, wood, board, tray };

/** A defect whose mask is smaller or larger than this share of the picture is drawn anew, stronger; the last attempt stands. */
const AREA = { min: 0.0005, max: 0.25 };
const ATTEMPTS = 8;
/** Frame units between a structural defect's middle and the nearest component. */
const CLEARANCE = 7;

/**
 * Renders a part. The same options give the same bytes; a defective part is the good part of the same index, damaged, so that
 * `synthImage({ ...options, defect: null })` is its defect-free twin under the same light and noise.
 * @returns `image` RGB of size x size; `mask` of the same size by the rule of mask.ts, all zero without a defect
 * @throws IadError BAD_ARGUMENT for an unknown kind, a defect the kind cannot show, a size outside 64..2048, or an index or
 * seed that is no integer
 */
export function synthImage(options: SynthImageOptions): SynthImage {
  const { kind: name, seed, index, size } = options;
  const defect = options.defect ?? null;
  checkKind(name);
  if (defect !== null) checkDefect(name, defect);
  checkInteger('size', size, SYNTH_SIZE.min, SYNTH_SIZE.max);
  checkInteger('index', index, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

  const kind = KINDS[name];
  const draw: Draw = (purpose) => Random.forKey(`synth|${name}|${index}|${purpose}`, seed);
  const light = drawLight(draw('light'));
  const camera = drawCamera(draw('camera'));
  const look = (surface: Surface) => expose(shade(surface, light), size, camera);
  const base = createSurface(size);
  kind.paintBase(base, draw);
  const good = look(assemble(kind, base, base, draw, kind.layout?.placements ?? []));
  const picture = (levels: Float32Array, mask: Uint8Array): SynthImage => ({
    image: { width: size, height: size, data: develop(levels, camera) },
    mask: { width: size, height: size, data: mask },
  });
  if (defect === null) return picture(good, new Uint8Array(size * size));

  for (let attempt = 1; ; attempt++) {
    const { damaged, touched } = spoil(kind, base, draw, defect, attempt);
    const bad = look(damaged);
    const mask = close(changedPixels(good, bad, size), size, Math.max(1, Math.round(1.5 / base.unit)));
    for (const part of touched) addOutline(mask, base, part, kind.lie(part, draw));
    const area = areaOf(mask);
    if ((area >= AREA.min && area <= AREA.max) || attempt === ATTEMPTS) return picture(bad, mask);
  }
}

/** Puts the components on a copy of the base. `under` is the surface they rest on: damage to the base does not lift them. */
function assemble(kind: Kind, base: Surface, under: Surface, draw: Draw, placements: readonly Placement[]): Surface {
  const surface = copySurface(base);
  const rest = base === under ? surface : under;
  for (const part of placements) {
    const pose = kind.lie(part, draw);
    mount(surface, pose, part, kind.component(part, draw, base.unit), groundUnder(rest, pose, part));
  }
  return surface;
}

/** The same part with the defect. Damage is to the base: components lie on top of it. */
function spoil(
  kind: Kind,
  base: Surface,
  draw: Draw,
  defect: DefectName,
  attempt: number,
): { damaged: Surface; touched: readonly Placement[] } {
  const random = draw(`${defect} ${attempt}`);
  if (isLogical(defect)) {
    const { placements, touched } = alter(kind.layout!, defect, random);
    return { damaged: assemble(kind, base, base, draw, placements), touched };
  }
  const placements = kind.layout?.placements ?? [];
  const strength = Math.min(1, 0.2 + 0.8 * random.uniform() + 0.1 * (attempt - 1));
  const worn = copySurface(base);
  damage(worn, defect, kind.look, random, strength, freeSpot(kind, placements, draw, random));
  return { damaged: assemble(kind, worn, base, draw, placements), touched: [] };
}

/** A point away from the frame's edges and, where thirty tries find room, clear of the part's components. */
function freeSpot(kind: Kind, placements: readonly Placement[], draw: Draw, random: Random): { x: number; y: number } {
  const poses = placements.map((part) => ({ part, pose: kind.lie(part, draw) }));
  const along = () => kind.look.margin + (FRAME - 2 * kind.look.margin) * random.uniform();
  let spot = { x: along(), y: along() };
  const covered = () => poses.some(({ part, pose }) => outlineDistance(part, pose, spot.x, spot.y) < CLEARANCE);
  for (let tries = 0; tries < 30 && covered(); tries++) spot = { x: along(), y: along() };
  return spot;
}
