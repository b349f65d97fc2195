import { describe, expect, it } from "vitest";
import { ancestors, chainEnd, closesCycle, descendants, EMPTY, freePort, order, type Doc } from "./graph";

const doc = (arrows: string, lonely = ""): Doc => {
  const edges = arrows
    .split(" ")
    .filter(Boolean)
    .map((arrow) => {
      const [source = "", target = ""] = arrow.split(">");
      return { source, target, port: 0 };
    });
  const ids = new Set([
    ...edges.flatMap(({ source, target }) => [source, target]),
    ...lonely.split(" ").filter(Boolean),
  ]);
  return { ...EMPTY, nodes: [...ids].map((id) => ({ id, kind: "Dense", params: {} })), edges };
};

describe("graph", () => {
  const diamond = doc("a>b a>c b>d c>d");

  it("finds what feeds a node and what it feeds", () => {
    expect(ancestors(diamond, "d")).toEqual(new Set(["a", "b", "c"]));
    expect(descendants(diamond, "a")).toEqual(new Set(["b", "c", "d"]));
    expect(descendants(doc("a>b b>a"), "a")).toEqual(new Set(["a", "b"]));
  });

  it("sees a circle before it is closed", () => {
    expect(closesCycle(diamond, "d", "a")).toBe(true);
    expect(closesCycle(diamond, "b", "c")).toBe(false);
    expect(closesCycle(diamond, "b", "b")).toBe(true);
  });

  it("orders sources before targets, and what is in a circle last", () => {
    expect(order(diamond)).toEqual(["a", "b", "c", "d"]);
    expect(order(doc("x>y y>x a>b"))).toEqual(["a", "b", "x", "y"]);
  });

  it("ends the main chain at the end of the longest path", () => {
    expect(chainEnd(doc("a>b b>c c>d a>e", "z"))).toBe("d");
    expect(chainEnd(doc("", "a b"))).toBe("b");
    expect(chainEnd(doc(""))).toBeNull();
  });

  it("gives the lowest free input", () => {
    const edges = [0, 1, 3].map((port) => ({ source: "a", target: "b", port }));
    expect(freePort({ ...diamond, edges }, "b")).toBe(2);
    expect(freePort(diamond, "a")).toBe(0);
  });
});
