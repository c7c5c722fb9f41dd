import type { OwnProfile } from "@blok/api";
import { useSession } from "@blok/state";
import { Page, Skeleton } from "@blok/ui";
import type { ReactNode } from "react";
import { Redirect, useLocation } from "wouter";

/** A page for people who are signed in; everyone else is asked to, and comes back. */
export function SignedIn({ title, children }: { title: string; children: (user: OwnProfile) => ReactNode }) {
  const { status, user } = useSession();
  const [path] = useLocation();
  if (user) return children(user);
  if (status === "anonymous") return <Redirect to={`/login?next=${encodeURIComponent(path)}`} replace />;
  return (
    <Page title={title} width="narrow">
      <Skeleton height={240} />
    </Page>
  );
}
