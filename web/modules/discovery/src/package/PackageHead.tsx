import type { VersionView } from "@blok/api";
import { useSession } from "@blok/state";
import { Avatar, ago, Badge, Button, ButtonLink, categoryLook, icons, Menu, Notice } from "@blok/ui";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { packageHref } from "../addresses.ts";
import { ForkButton } from "./ForkButton.tsx";
import css from "./PackageHead.module.css";
import type { LoadedPackage } from "./PackagePage.tsx";
import { StarButton } from "./StarButton.tsx";
import { UseDialog } from "./UseDialog.tsx";

/** Who made it, what it is called, what is known of it, and what can be done with it. */
export function PackageHead({ data, version }: { data: LoadedPackage; version: string | undefined }) {
  const about = data.package;
  const look = categoryLook(about.category);
  const [, go] = useLocation();
  const [using, setUsing] = useState(false);
  const own = useSession(state => state.user?.handle === about.owner);
  const shown = data.versions?.find(each => each.version === version);
  const published = data.versions?.filter(each => each.published_at) ?? [];
  return (
    <>
      <nav className={css.trail} aria-label="Breadcrumb">
        <Link href="/workflows">Discover</Link>
        <icons.ChevronRight size={14} aria-hidden />
        <Link href={`/workflows?category=${about.category}`}>{look.name}</Link>
      </nav>
      <div className={css.row}>
        <div className={css.name}>
          <Avatar handle={about.owner} size={32} />
          <h1>
            <Link href={`/profile/${about.owner}`}>{about.owner}</Link>
            <span aria-hidden> / </span>
            {about.name}
          </h1>
          {version && (
            <Menu
              label={`Version ${version}, choose another`}
              className={css.version}
              trigger={
                <>
                  {version}
                  <icons.ChevronDown size={14} aria-hidden />
                </>
              }
              items={published.map(each => ({
                label: each.version,
                checked: each.version === version,
                onSelect: () =>
                  go(packageHref(about, each.version === about.latest ? undefined : each.version)),
              }))}
            />
          )}
        </div>
        <div className={css.actions}>
          {data.community && <StarButton about={about} community={data.community} />}
          {own && (
            <ButtonLink href={`/workflows/${about.owner}/${about.name}/edit`} icon={icons.Pencil}>
              Edit
            </ButtonLink>
          )}
          {about.latest && <ForkButton about={about} version={version} own={own} />}
          {about.latest && (
            <Button variant="primary" icon={icons.Terminal} onClick={() => setUsing(true)}>
              Use it
            </Button>
          )}
        </div>
      </div>
      <p className={css.summary}>
        <strong>{about.title}</strong>
        {about.summary && <> — {about.summary}</>}
      </p>
      <ul className={css.badges}>
        {shown && <Proof version={shown} />}
        <li>
          <Contacts hosts={about.outline?.hosts ?? []} />
        </li>
        <li>
          <Badge icon={icons.Scale}>{about.license}</Badge>
        </li>
        <li>
          <Link href={`/workflows?category=${about.category}`}>
            <Badge tone={look.tone} icon={look.icon}>
              {look.name}
            </Badge>
          </Link>
        </li>
        {about.forked_from && (
          <li>
            <Link href={`/workflows/${about.forked_from.owner}/${about.forked_from.name}`}>
              <Badge icon={icons.GitFork}>
                forked from {about.forked_from.owner}/{about.forked_from.name}
              </Badge>
            </Link>
          </li>
        )}
        {about.visibility !== "public" && (
          <li>
            <Badge>{about.visibility}</Badge>
          </li>
        )}
      </ul>
      {about.deprecated && (
        <Notice tone="warning">
          <strong>Deprecated.</strong> {about.deprecated}
        </Notice>
      )}
      {shown?.yanked && (
        <Notice tone="warning">
          <strong>This version was withdrawn.</strong> {shown.yanked}
        </Notice>
      )}
      {version && about.latest && version !== about.latest && (
        <Notice>
          You are looking at {version}. <Link href={packageHref(about)}>Show the latest, {about.latest}</Link>
        </Notice>
      )}
      <UseDialog about={about} version={version} open={using} onClose={() => setUsing(false)} />
    </>
  );
}

function Proof({ version }: { version: VersionView }) {
  if (!version.ran_at) return null;
  const count = version.examples;
  const text =
    count === 0
      ? `loaded in the sandbox ${ago(version.ran_at)}`
      : `${count === 1 ? "its example" : `all ${count} examples`} ran ${ago(version.ran_at)}`;
  return (
    <li>
      <Badge
        tone="success"
        icon={icons.CircleCheck}
        title="Before it was published, the hub ran it and compared every answer with the record."
      >
        {text}
      </Badge>
    </li>
  );
}

function Contacts({ hosts }: { hosts: string[] }) {
  if (hosts.length === 0) return <Badge icon={icons.ShieldCheck}>contacts nobody</Badge>;
  const more = hosts.length > 1 ? ` and ${hosts.length - 1} more` : "";
  return (
    <Badge tone="warning" icon={icons.Globe} title={`It names these hosts: ${hosts.join(", ")}`}>
      contacts {hosts[0]}
      {more}
    </Badge>
  );
}
