import type { PackageView, VersionView } from "@blok/api";
import { Badge, Button, icons, TimeAgo } from "@blok/ui";
import { useState } from "react";
import { Link } from "wouter";
import { packageHref } from "../addresses.ts";
import { Comparison } from "./Comparison.tsx";
import page from "./PackagePage.module.css";
import css from "./VersionsTab.module.css";

/** Every version, the newest first, and what changed from one to the next. */
export function VersionsTab({ about, versions }: { about: PackageView; versions: VersionView[] | null }) {
  const [compared, setCompared] = useState<string | null>(null);
  if (!versions?.length) return <p className={page.tab}>There is no published version yet.</p>;
  return (
    <div className={page.tab}>
      <ol className={css.versions}>
        {versions.map((each, at) => {
          const before = versions[at + 1]?.version;
          return (
            <li key={each.version} className={css.version}>
              <div className={css.head}>
                <Link
                  href={packageHref(about, each.version === about.latest ? undefined : each.version)}
                  className={css.number}
                >
                  {each.version}
                </Link>
                {each.version === about.latest && <Badge tone="primary">latest</Badge>}
                {each.yanked !== null && <Badge tone="warning">withdrawn</Badge>}
                {!each.published_at && <Badge>{each.state}</Badge>}
                {each.ran_at && (
                  <Badge tone="success" icon={icons.CircleCheck}>
                    {each.examples > 0 ? `${each.examples} examples ran` : "loaded in the sandbox"}
                  </Badge>
                )}
                <span className={css.when}>
                  {each.published_at && <TimeAgo moment={each.published_at} />}
                </span>
                {before && (
                  <Button
                    size="small"
                    icon={icons.GitCompare}
                    aria-expanded={compared === each.version}
                    onClick={() => setCompared(compared === each.version ? null : each.version)}
                  >
                    What changed
                  </Button>
                )}
              </div>
              {each.changelog && <p className={css.changelog}>{each.changelog}</p>}
              <code className={css.digest} title="SHA-256 of the canonical JSON">
                sha256:{each.digest.slice(0, 16)}…
              </code>
              {before && compared === each.version && (
                <Comparison about={about} before={before} after={each.version} />
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
