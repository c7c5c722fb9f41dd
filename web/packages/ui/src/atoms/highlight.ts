export type Language = "json" | "yaml" | "toml" | "text";
export type Token = { text: string; kind?: "key" | "string" | "number" | "word" | "comment" };

const STRING = `"(?:[^"\\\\\\n]|\\\\.)*"`;
const NUMBER = `-?\\b\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?\\b`;
const WORD = `\\b(?:true|false|null)\\b`;
const GRAMMARS: Record<Exclude<Language, "text">, RegExp> = {
  json: new RegExp(
    `(?<key>${STRING}(?=\\s*:))|(?<string>${STRING})|(?<number>${NUMBER})|(?<word>${WORD})`,
    "g",
  ),
  yaml: new RegExp(
    `(?<comment>(?<=^|\\s)#[^\\n]*)|(?<key>(?<=^|\\n|[-{,] |\\s\\s)(?:${STRING}|[\\w@./$-]+)(?=:(?:\\s|$)))|(?<string>${STRING}|'(?:[^'\\n]|'')*')|(?<number>(?<=[:-] |\\[|, )${NUMBER}(?=\\s|,|\\]|$))|(?<word>${WORD})`,
    "g",
  ),
  toml: new RegExp(
    `(?<comment>(?<=^|\\s)#[^\\n]*)|(?<key>(?<=^|\\n)\\s*\\[\\[?[^\\]\\n]+\\]\\]?|(?<=^|\\n|[{,]\\s?)\\s*(?:${STRING}|[\\w-]+)(?:\\.(?:${STRING}|[\\w-]+))*(?=\\s*=))|(?<string>"""[\\s\\S]*?"""|'''[\\s\\S]*?'''|${STRING}|'[^'\\n]*')|(?<number>${NUMBER})|(?<word>${WORD})`,
    "g",
  ),
};
const MOST = 60_000;

/** Splits a text into coloured parts; joined again they are the text. Very long texts stay plain. */
export function tokens(text: string, language: Language): Token[] {
  if (language === "text" || text.length > MOST) return [{ text }];
  const found: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(GRAMMARS[language])) {
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0];
    found.push({ text: match[0], kind: kind as NonNullable<Token["kind"]> });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}
