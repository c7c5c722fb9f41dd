import type { Lineage, PackageView } from "@blok/api";
import { Avatar, EmptyState, icons } from "@blok/ui";
import { Link } from "wouter";
import css from "./LineageTab.module.css";
import page from "./PackagePage.module.css";

/** Where a package comes from, and what others made of it. */
export function LineageTab({ about, lineage }: { about: PackageView; lineage: Lineage | null }) {
  if (!lineage || (lineage.ancestors.length === 0 && lineage.forks.length === 0)) {
    return (
      <div className={page.tab}>
        <EmptyState icon={icons.GitFork} title="No relatives yet">
          It was not made from another package, and nobody has forked it so far.
        </EmptyState>
      </div>
    );
  }
  return (
    <div className={page.tab}>
      <ol className={css.line}>
        {[...lineage.ancestors].reverse().map(each => (
          <Relative key={`${each.owner}/${each.name}`} about={each} />
        ))}
        <Relative
          about={{ owner: about.owner, name: about.name, title: about.title, version: about.latest }}
          current
        />
      </ol>
      {lineage.forks.length > 0 && (
        <>
          <h2 className={css.heading}>
            {lineage.forks.length} {lineage.forks.length === 1 ? "fork" : "forks"}
          </h2>
          <ul className={css.forks}>
            {lineage.forks.map(each => (
              <Relative key={`${each.owner}/${each.name}`} about={each} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

type About = { owner: string; name: string; title?: string | null; version?: string | null };

function Relative({ about, current = false }: { about: About; current?: boolean }) {
  return (
    <li className={current ? css.current : css.relative}>
      <Avatar handle={about.owner} size={32} />
      <div>
        <Link href={`/workflows/${about.owner}/${about.name}`} aria-current={current ? "page" : undefined}>
          {about.owner}/{about.name}
        </Link>
        <p>
          {about.title}
          {about.version && <code> {about.version}</code>}
        </p>
      </div>
    </li>
  );
}
