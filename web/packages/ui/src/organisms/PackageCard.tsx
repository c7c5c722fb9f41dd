import { FlowSketch, type SketchStep } from "@blok/canvas/sketch";
import { CircleCheck, GitFork, Play, Star, TriangleAlert } from "lucide-react";
import { Link } from "wouter";
import { Avatar } from "../atoms/Avatar.tsx";
import { Badge } from "../atoms/Badge.tsx";
import { Skeleton } from "../atoms/Skeleton.tsx";
import { count, TimeAgo } from "../atoms/TimeAgo.tsx";
import { classes } from "../css.ts";
import { categoryLook } from "../molecules/categories.ts";
import css from "./PackageCard.module.css";

/** What a card tells of a package; a figure that is not known is not shown. */
export type CardPackage = {
  owner: string;
  name: string;
  kind: string;
  title: string;
  summary: string;
  category: string;
  version?: string | null;
  updated_at: string;
  deprecated?: string;
  sketch?: SketchStep[];
  runs?: number;
  stars?: number;
  forks?: number;
  highlights?: Record<string, string>;
  visibility?: string;
};

type Props = { about: CardPackage; href: string; layout?: "grid" | "list" };

/** A package among others. The whole card is one link; its author is a second one. */
export function PackageCard({ about, href, layout = "grid" }: Props) {
  const look = categoryLook(about.category);
  return (
    <article className={classes(css.card, css[layout])}>
      {about.sketch && about.sketch.length > 0 && (
        <div className={css.sketch}>
          <FlowSketch sketch={about.sketch} />
        </div>
      )}
      <div className={css.body}>
        <div className={css.badges}>
          <Badge tone={look.tone}>{look.name}</Badge>
          {about.deprecated ? (
            <Badge tone="warning" icon={TriangleAlert}>
              deprecated
            </Badge>
          ) : (
            <State about={about} />
          )}
        </div>
        <h3 className={css.title}>
          <Link href={href}>
            <Marked plain={about.title} marked={about.highlights?.title} />
          </Link>
        </h3>
        <p className={css.author}>
          <Avatar handle={about.owner} />
          <Link href={`/profile/${about.owner}`}>{about.owner}</Link>
        </p>
        <p className={css.summary}>
          <Marked plain={about.summary} marked={about.highlights?.summary} />
        </p>
        <Figures about={about} />
      </div>
    </article>
  );
}

function State({ about }: { about: CardPackage }) {
  if (about.visibility && about.visibility !== "public") return <Badge>{about.visibility}</Badge>;
  if (about.version === null) return <Badge tone="warning">no version yet</Badge>;
  return about.version ? (
    <Badge
      tone="success"
      icon={CircleCheck}
      title="Its definition passed the checks and its examples answered as recorded."
    >
      checked · {about.version}
    </Badge>
  ) : null;
}

/** A text of the index: its <mark>s are kept, everything else in it is text. */
function Marked({ plain, marked }: { plain: string; marked?: string | undefined }) {
  if (!marked) return plain;
  const parts = marked.split(/<mark>(.*?)<\/mark>/g);
  // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
  return parts.map((part, at) => (at % 2 ? <mark key={at}>{unescaped(part)}</mark> : unescaped(part)));
}

const ENTITIES: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#x27;": "'",
  "&#39;": "'",
  "&amp;": "&",
};

function unescaped(html: string): string {
  return html.replace(/&(?:lt|gt|quot|#x27|#39|amp);/g, entity => ENTITIES[entity] ?? entity);
}

function Figures({ about }: { about: CardPackage }) {
  return (
    <ul className={css.figures}>
      {about.stars !== undefined && about.stars > 0 && (
        <li>
          <Star size={14} aria-hidden />
          {count(about.stars)}
          <span className="visually-hidden"> stars</span>
        </li>
      )}
      {about.runs !== undefined && about.runs > 0 && (
        <li title="Runs on this hub in the last 30 days">
          <Play size={14} aria-hidden />
          {count(about.runs)} {about.runs === 1 ? "run" : "runs"}
        </li>
      )}
      {about.forks !== undefined && about.forks > 0 && (
        <li>
          <GitFork size={14} aria-hidden />
          {count(about.forks)}
          <span className="visually-hidden"> forks</span>
        </li>
      )}
      <li className={css.age}>
        <TimeAgo moment={about.updated_at} />
      </li>
    </ul>
  );
}

/** The shape of a card that is on its way. */
export function CardSkeleton() {
  return (
    <div className={classes(css.card, css.grid)} aria-hidden>
      <div className={css.sketch}>
        <Skeleton height={96} />
      </div>
      <div className={css.body}>
        <Skeleton width={96} height={22} round />
        <Skeleton width="70%" height={20} />
        <Skeleton width={80} height={16} />
        <Skeleton height={14} />
        <Skeleton width="80%" height={14} />
      </div>
    </div>
  );
}
