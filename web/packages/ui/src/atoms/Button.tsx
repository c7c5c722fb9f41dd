import type { LucideIcon } from "lucide-react";
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode } from "react";
import { Link } from "wouter";
import { classes } from "../css.ts";
import css from "./Button.module.css";
import { Spinner } from "./Spinner.tsx";

type Look = {
  variant?: "primary" | "secondary" | "quiet" | "danger";
  size?: "small" | "medium" | "large";
  icon?: LucideIcon;
};

type ButtonProps = Look & ButtonHTMLAttributes<HTMLButtonElement> & { busy?: boolean };

function className({ variant = "secondary", size = "medium" }: Look, extra?: string): string {
  return classes(css.button, css[variant], css[size], extra);
}

function Content({ icon: Icon, children }: { icon?: LucideIcon | undefined; children?: ReactNode }) {
  return (
    <>
      {Icon && <Icon size={16} aria-hidden />}
      {children}
    </>
  );
}

/** A button. While `busy` it shows a spinner and takes no clicks, and keeps its place in the order of focus. */
export function Button({ variant, size, icon, busy, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest["aria-disabled"]}
      className={className({ variant, size }, rest.className)}
      onClick={busy ? event => event.preventDefault() : onClick}
    >
      {busy ? <Spinner /> : <Content icon={icon} />}
      {children}
    </button>
  );
}

type ButtonLinkProps = Look & AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** A link to another page that looks like a button. */
export function ButtonLink({ variant, size, icon, children, href, ...rest }: ButtonLinkProps) {
  return (
    <Link href={href} {...rest} className={className({ variant, size }, rest.className)}>
      <Content icon={icon}>{children}</Content>
    </Link>
  );
}

type IconButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  icon: LucideIcon;
  label: string;
  pressed?: boolean;
};

/** A button that shows an icon only; `label` is its name for everyone who does not see it. */
export function IconButton({ icon: Icon, label, pressed, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      aria-pressed={pressed}
      className={classes(css.button, css.icon, pressed && css.pressed, rest.className)}
    >
      <Icon size={18} aria-hidden />
    </button>
  );
}
