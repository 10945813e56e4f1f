/** Parts of what the kernel tells, read so that no odd message breaks anything. */
import { isObject } from "../graph/wire";

export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
export const texts = (value: unknown): string[] => list(value).filter((item) => typeof item === "string");
export const objects = (value: unknown): Readonly<Record<string, unknown>>[] => list(value).filter(isObject);
