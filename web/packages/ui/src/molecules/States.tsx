import { CloudOff, type LucideIcon, RotateCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../atoms/Button.tsx";
import css from "./States.module.css";

type Props = { icon: LucideIcon; title: string; children?: ReactNode; actions?: ReactNode; rank?: 1 | 2 };

/** Nothing to show: says why, and what to do next. With `rank` 1 its title is the headline of the page. */
export function EmptyState({ icon: Icon, title, children, actions, rank = 2 }: Props) {
  const Title = rank === 1 ? "h1" : "h2";
  return (
    <div className={css.state}>
      <span className={css.icon}>
        <Icon size={24} aria-hidden />
      </span>
      <Title className={css.title}>{title}</Title>
      {children && <div className={css.text}>{children}</div>}
      {actions && <div className={css.actions}>{actions}</div>}
    </div>
  );
}

/** Something went wrong: says what happened, and how to go on. */
export function ErrorState({
  title = "This did not work",
  detail,
  onRetry,
  rank,
}: {
  title?: string;
  detail: string;
  onRetry?: () => void;
  rank?: 1 | 2;
}) {
  return (
    <div role="alert">
      <EmptyState
        rank={rank}
        icon={TriangleAlert}
        title={title}
        actions={
          onRetry && (
            <Button icon={RotateCw} onClick={onRetry}>
              Try again
            </Button>
          )
        }
      >
        {detail}
      </EmptyState>
    </div>
  );
}

/** A part of the platform does not answer at the moment; the rest of the page is there. */
export function Degraded({ services }: { services: string[] }) {
  if (services.length === 0) return null;
  return (
    <p className={css.degraded} role="status">
      <CloudOff size={16} aria-hidden />
      <span>
        <strong>Part of this page is missing.</strong> {sentence(services)} not answering right now;
        everything else works.
      </span>
    </p>
  );
}

function sentence(services: string[]): string {
  const list = new Intl.ListFormat("en").format(services);
  return `The ${list} service${services.length > 1 ? "s are" : " is"}`;
}

/** A message in a page: `tone` says how serious it is. */
export function Notice({
  tone = "info",
  children,
}: {
  tone?: "info" | "warning" | "error" | "success";
  children: ReactNode;
}) {
  return (
    <div className={`${css.notice} ${css[tone]}`} role={tone === "error" ? "alert" : undefined}>
      {children}
    </div>
  );
}
