import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readSettings } from "../../../src/lab/settings";
import { DEFAULT_SETTINGS } from "../../../src/lab/tokens";

interface Schema {
  readonly properties: Readonly<Record<string, { readonly default: unknown }>>;
}

test("the defaults are those that the settings editor shows", () => {
  const { properties } = JSON.parse(readFileSync("schema/settings.json", "utf8")) as Schema;
  const shown = Object.fromEntries(Object.entries(properties).map(([key, entry]) => [key, entry.default]));
  expect(shown).toEqual(DEFAULT_SETTINGS);
  expect(readSettings(shown)).toEqual(DEFAULT_SETTINGS);
});

test("what is well formed is taken, the rest is as by default", () => {
  const written = { highlighting: false, sidePanel: "no", writePositions: "always", runInsertedCells: 0 };
  expect(readSettings(written)).toEqual({ ...DEFAULT_SETTINGS, highlighting: false, writePositions: "always" });
  expect(readSettings({ writePositions: "sometimes" })).toEqual(DEFAULT_SETTINGS);
});
