/** The item at an index that is known to exist. */
export function at<T>(items: ArrayLike<T>, index: number): T {
  return items[index] as T;
}
