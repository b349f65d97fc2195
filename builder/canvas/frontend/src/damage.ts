/**
 * Where a text stops being JSON. Browsers word it differently and some leave the place out, so it is looked up
 * here.
 */

/** One token: a string, a mark, or a run of anything else. */
const TOKEN = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|[{}[\]:,]|[^\s{}[\]:,"]+|"/y;
const SPACE = /[ \t\r\n]*/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const NO_NUMBERS = ["NaN", "Infinity", "-Infinity"];
const LONGEST = 24;

/**
 * What is wrong with a text that is no JSON, as the end of a sentence: "line 2, column 9: …". Null where it is
 * JSON.
 */
export function damage(text: string): string | null {
  const open: ("{" | "[")[] = [];
  let wants: "value" | "first value" | "name" | "first name" | "colon" | "next" = "value";
  let at = 0;
  for (;;) {
    at = skip(text, at);
    const token = tokenAt(text, at);
    const within = open.at(-1);
    if (token === null) {
      if (wants === "next" && !within) return null;
      return text[at] === undefined
        ? `${place(text, at)}: it ends too early${within ? `, before a "${within === "{" ? "}" : "]"}"` : ""}`
        : `${place(text, at)}: ${shown(text.slice(at, at + 1))} does not belong there`;
    }
    const closes = token === "}" ? "{" : token === "]" ? "[" : null;
    if (token === '"')
      return `${place(text, at)}: a text in quotation marks that is not closed or holds a wrong character`;
    if (
      closes &&
      closes === within &&
      (wants === "next" || wants === (closes === "{" ? "first name" : "first value"))
    ) {
      open.pop();
      wants = "next";
    } else if (wants === "value" || wants === "first value") {
      if (token === "{" || token === "[") {
        open.push(token);
        wants = token === "{" ? "first name" : "first value";
      } else if (isPlain(token)) wants = "next";
      else if (NO_NUMBERS.includes(token)) return `${place(text, at)}: ${token} is not a number that JSON allows`;
      else return expected(text, at, "a value", token);
    } else if (wants === "name" || wants === "first name") {
      if (!token.startsWith('"')) return expected(text, at, "a name in quotation marks", token);
      wants = "colon";
    } else if (wants === "colon") {
      if (token !== ":") return expected(text, at, 'a ":"', token);
      wants = "value";
    } else if (token === "," && within) wants = within === "{" ? "name" : "value";
    else return expected(text, at, within ? `a "," or "${within === "{" ? "}" : "]"}"` : "the end", token);
    at += token.length;
  }
}

function skip(text: string, from: number): number {
  SPACE.lastIndex = from;
  SPACE.test(text);
  return SPACE.lastIndex;
}

function tokenAt(text: string, at: number): string | null {
  TOKEN.lastIndex = at;
  return TOKEN.exec(text)?.[0] ?? null;
}

const isPlain = (token: string): boolean =>
  token.startsWith('"') || ["true", "false", "null"].includes(token) || NUMBER.test(token);

const expected = (text: string, at: number, wanted: string, token: string): string =>
  `${place(text, at)}: expected ${wanted}, found ${shown(token)}`;

function shown(token: string): string {
  const short = token.length > LONGEST ? `${token.slice(0, LONGEST)}…` : token;
  return short.startsWith('"') ? short : `"${short}"`;
}

function place(text: string, at: number): string {
  const lines = text.slice(0, at).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}
