import { describe, expect, test } from "vitest";
import { GRAPH_MIME, WIDGET_MIME, readEdited, readStored, withEdited } from "../../../src/lab/stored-graph";
import type { GraphDocument } from "../../../src/graph/model";

const document: GraphDocument = {
  version: 1,
  rev: 3,
  nodes: [{ id: "n1", name: "<b>Tar</b>", roles: [], x: 0, y: 0 }],
  edges: [],
  tiers: [],
};
const edited = { ...document, rev: 4, nodes: [] };
const bundle = {
  [GRAPH_MIME]: { version: 1, document, name: "g", model_id: "m", comparison: null },
  [WIDGET_MIME]: { version_major: 2, version_minor: 0, model_id: "m" },
  "image/svg+xml": "<svg>old</svg>",
  "text/plain": "old",
};

describe("the graph that an output holds", () => {
  test("is read whole", () => {
    expect(readStored(bundle)).toEqual({ document, drawn: document, name: "g", modelId: "m", comparison: null, experiments: null });
  });

  test("finds the model beside it where it does not name one", () => {
    const stored = readStored({ ...bundle, [GRAPH_MIME]: { version: 1, document, name: null, model_id: null } });
    expect(stored?.modelId).toBe("m");
    expect(stored?.name).toBeNull();
  });

  test.each([
    ["nothing", {}],
    ["text", { [GRAPH_MIME]: "graph" }],
    ["a later version", { [GRAPH_MIME]: { version: 2, document } }],
    ["no document", { [GRAPH_MIME]: { version: 1 } }],
    ["a broken document", { [GRAPH_MIME]: { version: 1, document: { ...document, nodes: [{ id: 1 }] } } }],
  ])("is null for %s", (_label, data) => {
    expect(readStored(data)).toBeNull();
  });
});

describe("an edit of the live graph", () => {
  test("replaces the document, the picture and the text, and leaves the rest", () => {
    const data = withEdited(bundle, { document: edited, svg: "<svg>new</svg>", text: "new" });
    expect(data).toEqual({
      ...bundle,
      [GRAPH_MIME]: { ...bundle[GRAPH_MIME], document: edited },
      "image/svg+xml": "<svg>new</svg>",
      "text/plain": "new",
    });
    expect(readStored(data ?? {})?.document).toEqual(edited);
  });

  test("brings what a policy found on it, and leaves what there was where it brings none", () => {
    const data = withEdited(bundle, readEdited({ document: edited, experiments: { rev: 4 } }) ?? { document });
    expect(readStored(data ?? {})?.experiments).toEqual({ rev: 4 });
    expect(readStored(withEdited(data ?? {}, { document }) ?? {})?.experiments).toEqual({ rev: 4 });
  });

  test("that changes nothing touches nothing, so that the notebook stays saved", () => {
    expect(withEdited(bundle, { document })).toBeNull();
  });

  test("keeps what hands drew beside what Python made of it, while they differ", () => {
    const data = withEdited(bundle, { document: edited, drawn: document });
    expect(readStored(data ?? {})).toMatchObject({ document: edited, drawn: document });
    expect(withEdited(data ?? {}, { document: edited })?.[GRAPH_MIME]).not.toHaveProperty("drawn");
  });

  test("of an output without a graph is ignored", () => {
    expect(withEdited({ "text/plain": "1" }, { document })).toBeNull();
  });

  test("is read only where it is well formed", () => {
    expect(readEdited({ document, name: "h", svg: "", text: 3 })).toEqual({ document, name: "h" });
    expect(readEdited({ document, drawn: null })).toEqual({ document, drawn: document });
    expect(readEdited({ document: edited, drawn: document })).toEqual({ document: edited, drawn: document });
    expect(readEdited({ document: null })).toBeNull();
    expect(readEdited(undefined)).toBeNull();
  });
});
