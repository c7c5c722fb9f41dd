import type { VersionView } from "@blok/api";
import { inc, rcompare, valid } from "semver";

/** The version that most likely comes next: the smallest step after the highest one. */
export function nextVersion(versions: readonly Pick<VersionView, "version">[]): string {
  const known = versions.map(each => each.version).filter(each => valid(each));
  const [highest] = known.sort(rcompare);
  return (highest && inc(highest, "patch")) ?? "1.0.0";
}
