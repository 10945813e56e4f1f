/** The phase map that is shown: coarse at once while weights move, in full once they rest. */
import { signal } from "@preact/signals";
import { fullDetail, fullMap, mapAtOnce, mapWithin, samePlane, type Detail, type PhaseMap, type Plane } from "./phase";

/** How long weights rest before the full map is begun. */
const REST = 120;
/** How long a piece of the full map may keep the page, in ms. */
const SLICE = 10;
/** Looks while weights move, each closer than the one before, for as long as there is time, in ms. */
const LOOKS: readonly Detail[] = [{ size: 4, strata: 60 }, { size: 8, strata: 200 }, { size: 16, strata: 400 }];
const TIME = 12;

export class PhaseMaps {
  readonly map = signal<PhaseMap | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(plane: Plane | null): void {
    const shown = this.map.peek();
    if (plane && shown && samePlane(shown.plane, plane)) return;
    this.stop();
    this.map.value = plane && look(plane);
    if (plane) this.#timer = setTimeout(() => this.#refine(fullMap(plane)), REST);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #refine(work: ReturnType<typeof fullMap>): void {
    const done = work.step(SLICE);
    if (done) this.map.value = done;
    else this.#timer = setTimeout(() => this.#refine(work), 0);
  }
}

/** Looks as closely as there is time for; one stratum of two levels takes none. */
function look(plane: Plane): PhaseMap {
  if (plane.stratum !== null && plane.margins.levels === 2) return mapAtOnce(plane, fullDetail(plane));
  const end = performance.now() + TIME;
  const [first = fullDetail(plane), ...closer] = LOOKS;
  let found = mapAtOnce(plane, first);
  for (const detail of closer) {
    const next = mapWithin(plane, detail, end - performance.now());
    if (!next) break;
    found = next;
  }
  return found;
}
