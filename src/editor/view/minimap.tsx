/** A small map of a large graph, with the part that is seen. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { boundingBox } from "../../graph/geometry";
import type { Editor } from "../editor";

/** The map appears above this many nodes. */
const FEW = 30;
const [WIDTH, HEIGHT] = [132, 92];

export function Minimap({ editor }: { readonly editor: Editor }): JSX.Element | null {
  return editor.scene.nodeIds.value.length > FEW ? <Map editor={editor} /> : null;
}

function Map({ editor }: { readonly editor: Editor }): JSX.Element {
  const { screen, scene } = editor;
  // Read from the document so that the map follows it, and not again while the view moves.
  const { box, spots } = useComputed(() => ({
    box: scene.document.value && boundingBox(scene.nodeBoxes.values(), [], 40),
    spots: [...scene.nodeBoxes.values()].map(({ x, y }) => `M${x - 24} ${y}h48`).join(""),
  })).value;
  const [left, top, width, height] = box;
  const { zoom, ...view } = screen.viewport.value;
  const [canvasWidth, canvasHeight] = screen.size.value;
  const scale = Math.max(width / WIDTH, height / HEIGHT);
  const centre = (event: PointerEvent): void => {
    const { left: x, top: y } = (event.currentTarget as Element).getBoundingClientRect();
    const [toX, toY] = [left + width / 2 + (event.clientX - x - WIDTH / 2) * scale, top + height / 2 + (event.clientY - y - HEIGHT / 2) * scale];
    editor.panBy(canvasWidth / 2 - (toX * zoom + view.left), canvasHeight / 2 - (toY * zoom + view.top));
  };
  return (
    <svg
      class="cmg-minimap"
      viewBox={box.join(" ")}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
      onPointerDown={centre}
      onPointerMove={(event) => event.buttons === 1 && centre(event)}
    >
      <path class="cmg-spots" d={spots} stroke-width={Math.max(18, 3 * scale)} />
      <rect class="cmg-view" x={-view.left / zoom} y={-view.top / zoom} width={canvasWidth / zoom} height={canvasHeight / zoom} stroke-width={1.5 * scale} />
    </svg>
  );
}
