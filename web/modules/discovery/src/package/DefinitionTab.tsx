import { type Encoding, type PackageView, queries } from "@blok/api";
import { Button, Code, CopyButton, ErrorState, icons, Skeleton, Tabs } from "@blok/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import css from "./DefinitionTab.module.css";
import page from "./PackagePage.module.css";

const FORMATS: { name: Encoding; label: string }[] = [
  { name: "json", label: "JSON" },
  { name: "yaml", label: "YAML" },
  { name: "toml", label: "TOML" },
];

/** The definition as a file, in each of its notations. */
export function DefinitionTab({ about, version }: { about: PackageView; version: string | undefined }) {
  const [format, setFormat] = useState<Encoding>("json");
  const { data, error, refetch } = useQuery({
    ...queries.definitionText(about.owner, about.name, version ?? "latest", format),
    enabled: version !== undefined,
  });
  if (!version) return <p className={page.tab}>There is no published version yet.</p>;
  return (
    <div className={page.tab}>
      <div className={css.bar}>
        <Tabs label="Notation" size="small" tabs={FORMATS} active={format} onChange={setFormat} />
        {data && (
          <div className={css.actions}>
            <CopyButton text={data} />
            <Button
              size="small"
              icon={icons.Download}
              onClick={() => download(`${about.name}.${format}`, data)}
            >
              Download
            </Button>
          </div>
        )}
      </div>
      {error ? (
        <ErrorState
          title={`It cannot be written as ${format.toUpperCase()}`}
          detail={error.message}
          onRetry={() => void refetch()}
        />
      ) : data === undefined ? (
        <Skeleton height={400} />
      ) : (
        <Code text={data} language={format} label={`Definition as ${format.toUpperCase()}`} />
      )}
    </div>
  );
}

function download(name: string, text: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
