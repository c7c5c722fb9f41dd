import { Logo, Page } from "@blok/ui";
import type { FormEvent, ReactNode } from "react";
import css from "./profile.module.css";

type Props = { title: string; about: string; onSubmit: () => void; children: ReactNode; after: ReactNode };

/** The frame of the pages to sign in and to sign up. */
export function AccountForm({ title, about, onSubmit, children, after }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Page title={title} width="form">
      <div className={css.account}>
        <Logo size={40} />
        <h1>{title}</h1>
        <p className={css.muted}>{about}</p>
        <form className={css.form} onSubmit={submit} noValidate>
          {children}
        </form>
        <p className={css.muted}>{after}</p>
      </div>
    </Page>
  );
}

/** Where to go after signing in: the page that was left for it, when that is one of ours. */
export function nextPage(parameters: URLSearchParams): string {
  const next = parameters.get("next") ?? "";
  return /^\/(?![/\\])/.test(next) ? next : "/dashboard";
}
