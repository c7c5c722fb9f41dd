import { lazy, Suspense } from "react";
import { Skeleton } from "../atoms/Skeleton.tsx";
import css from "./Markdown.module.css";

const Rendered = lazy(() => import("./RenderedMarkdown.tsx"));

/** A text in Markdown from anyone: shown without scripts, styles, forms or anything that could act. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={css.markdown}>
      <Suspense fallback={<Waiting />}>
        <Rendered text={text} />
      </Suspense>
    </div>
  );
}

function Waiting() {
  return (
    <div className={css.waiting} aria-busy>
      <Skeleton width="40%" height={24} />
      <Skeleton height={14} />
      <Skeleton width="85%" height={14} />
      <Skeleton width="60%" height={14} />
    </div>
  );
}
