/** The list of a notebook's live graphs. */
import type { JSX } from "preact";
import { graphIcon } from "./icons";
import type { ListedGraph } from "./live-graphs";

export interface GraphListProps {
  /** The notebook's name, null where none is open. */
  readonly notebook: string | null;
  readonly graphs: readonly ListedGraph[];
  /** Said where the list is empty. */
  readonly empty: string;
  /** A graph can be added where it is said that there is none. */
  readonly canAdd: boolean;
  readonly open: (modelId: string) => void;
  readonly add: () => void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** Up and down walk the list, Home and End go to its ends. */
function walk(event: KeyboardEvent): void {
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : at + (STEPS[event.key] ?? 0);
  if (to === at || at < 0) return;
  event.preventDefault();
  buttons[Math.max(0, Math.min(to, buttons.length - 1))]?.focus();
}

function drawIcon(element: HTMLElement | null): void {
  if (element?.childElementCount === 0) graphIcon.element({ container: element, stylesheet: "listing" });
}

function Entry({ graph, open }: { readonly graph: ListedGraph; readonly open: (modelId: string) => void }): JSX.Element {
  return (
    <li>
      <button type="button" title={`Open ${graph.label} in its own tab`} onClick={() => open(graph.modelId)}>
        <span class="jp-CausalGraphs-icon" aria-hidden="true" ref={drawIcon} />
        <span class="jp-CausalGraphs-label">{graph.label}</span>
        <span class="jp-CausalGraphs-detail">{graph.detail}</span>
      </button>
    </li>
  );
}

export function GraphList({ notebook, graphs, empty, canAdd, open, add }: GraphListProps): JSX.Element {
  return (
    <>
      <div class="jp-CausalGraphs-heading">
        <h2>Live graphs</h2>
        {notebook !== null && <p title={notebook}>{notebook}</p>}
      </div>
      <ul role="list" aria-label="Live graphs" onKeyDown={walk} hidden={graphs.length === 0}>
        {graphs.map((graph) => (
          <Entry key={graph.modelId} graph={graph} open={open} />
        ))}
      </ul>
      <div class="jp-CausalGraphs-empty" role="status">
        {graphs.length === 0 && <p>{empty}</p>}
      </div>
      {canAdd && (
        <button type="button" class="jp-mod-styled" onClick={add}>
          New graph cell
        </button>
      )}
    </>
  );
}
