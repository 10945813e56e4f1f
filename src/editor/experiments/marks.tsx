/** On the canvas at one step: what is set and to what, what each node is, and the goal. */
import type { JSX } from "preact";
import type { Editor } from "../editor";
import { signed } from "../wording";
import type { Measured } from "./told";

interface Props {
  readonly editor: Editor;
}

/** How high a plate is, and how far its middle lies outside of the node. */
const [TALL, OUT] = [15, 3];
/** A deviation of so many standard deviations fills half the bar. */
const MOST = 4;
const HALF = 14;

export function ExperimentMarks({ editor }: Props): JSX.Element | null {
  const { experiments, scene, screen } = editor;
  const [found, step] = [experiments.found.value, experiments.step.value];
  if (!found || !step || screen.isFar.value) return null;
  return (
    <g class="cmg-marks">
      {scene.nodeIds.value.map((id) => {
        const measured = step.measured.get(id);
        const setting = step.set?.node === id ? step.set.setting : null;
        return measured && <NodeMark key={id} editor={editor} id={id} measured={measured} setting={setting} isGoal={id === found.goal} />;
      })}
    </g>
  );
}

interface MarkProps extends Props {
  readonly id: string;
  readonly measured: Measured;
  /** What it is set to; null where it is not. */
  readonly setting: number | null;
  readonly isGoal: boolean;
}

function NodeMark({ editor, id, measured, setting, isGoal }: MarkProps): JSX.Element | null {
  const scene = editor.scene.node(id)?.value;
  if (!scene) return null;
  const { node, shape, x, y } = scene;
  const [right, bottom] = [shape.width / 2 + shape.ring, shape.height / 2 + shape.ring];
  const words = setting === null ? `is ${signed(measured.value)}, ${signed(measured.deviation)} sd from its natural mean` : `is set to ${signed(setting)}`;
  return (
    <g class="cmg-mark" data-mark={node.name} role="img" aria-label={`${node.name}${isGoal ? ", the goal," : ""} ${words}`} transform={`translate(${x} ${y})`}>
      {isGoal && (
        <g class="cmg-target" transform={`translate(${right + 2 * OUT} 0)`}>
          <circle r={8} />
          <circle r={3} />
        </g>
      )}
      {setting === null ? (
        <Gauge measured={measured} y={bottom + OUT} />
      ) : (
        <>
          <rect class="cmg-do-ring" x={-right} y={-bottom} width={2 * right} height={2 * bottom} rx={shape.radius + shape.ring} />
          <g class="cmg-price cmg-do" transform={`translate(0 ${-bottom - OUT})`}>
            <rect x={-37} y={-TALL / 2} width={74} height={TALL} rx={TALL / 2} />
            <text>{`set to ${signed(setting)}`}</text>
          </g>
        </>
      )}
    </g>
  );
}

/** The value, and on a scale how far it is from where it is by nature; what has moved has a sign too. */
function Gauge({ measured, y }: { readonly measured: Measured; readonly y: number }): JSX.Element {
  const { value, deviation, moved } = measured;
  const reach = (HALF * Math.max(-MOST, Math.min(MOST, deviation))) / MOST;
  return (
    <g class={`cmg-price cmg-gauge${moved ? " has-moved" : ""}`} transform={`translate(0 ${y})`}>
      <rect x={-41} y={-TALL / 2} width={82} height={TALL} rx={TALL / 2} />
      {moved && <path class="cmg-way" d={deviation > 0 ? "M-36 3.5H-28L-32 -3.5z" : "M-36 -3.5H-28L-32 3.5z"} />}
      <text x={-11}>{signed(value)}</text>
      <path class="cmg-scale" d="M8 0H36M22 -5V5" />
      <rect class="cmg-fill" x={22 + Math.min(0, reach)} y={-2.5} width={Math.abs(reach)} height={5} />
    </g>
  );
}
