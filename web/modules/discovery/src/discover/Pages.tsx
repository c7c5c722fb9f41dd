import { Button, icons } from "@blok/ui";
import css from "./DiscoverPage.module.css";

/** To the page before and the page after. */
export function Pages({
  page,
  last,
  onPage,
}: {
  page: number;
  last: number;
  onPage: (page: number) => void;
}) {
  if (last < 2) return null;
  const go = (next: number) => {
    onPage(next);
    window.scrollTo({ top: 0 });
  };
  return (
    <nav className={css.pages} aria-label="Pages">
      <Button icon={icons.ArrowLeft} disabled={page <= 1} onClick={() => go(page - 1)}>
        Previous
      </Button>
      <span>
        Page {page} of {last}
      </span>
      <Button disabled={page >= last} onClick={() => go(page + 1)}>
        Next
        <icons.ArrowRight size={16} aria-hidden />
      </Button>
    </nav>
  );
}
