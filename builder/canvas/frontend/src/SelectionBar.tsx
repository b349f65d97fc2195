/**
 * What can be done with what is selected, at the edge of the canvas while something is: networks stand in the
 * middle.
 */

import { Panel } from "@xyflow/react";
import type { ReactElement, ReactNode } from "react";
import { blockOf, isBlock, isOn, nodesIn } from "./blocks";
import { useCanvas, useShown } from "./context";
import { put } from "./pasteboard";
import { Tool } from "./Toolbar";

export function SelectionBar(): ReactElement | null {
  const { store, actions } = useCanvas();
  const { doc, selection } = useShown(store);
  const selected = selection.nodes;
  const remove = <Tool icon="delete" title="Remove the selection (Delete)" onClick={() => actions.remove()} />;
  if (selected.length + selection.edges.length === 0) return null;
  if (selected.length === 0) return <Bar name={things(selection.edges.length, "connection")}>{remove}</Bar>;
  const nodes = nodesIn(doc, selected);
  const blocks = selected.filter((id) => isBlock(doc, id));
  const [only] = selected.length === 1 ? blocks : [];
  const block = only === undefined ? null : blockOf(doc, only);
  const all = (name: "frozen" | "bypassed"): boolean => nodes.length > 0 && nodes.every((id) => isOn(doc, id, name));
  const sharing = doc.nodes.some((node) => node.shares && nodes.includes(node.id));
  const copy = (): void => {
    const text = actions.copy();
    if (text !== null) put(text);
  };
  return (
    <Bar name={block ? block.name : things(nodes.length, "layer")}>
      <Tool icon="content_copy" title="Copy (Ctrl C)" onClick={copy} />
      <Tool
        icon="content_cut"
        title="Cut (Ctrl X)"
        onClick={() => {
          copy();
          actions.remove();
        }}
      />
      <Tool icon="control_point_duplicate" title="Duplicate (Ctrl D)" onClick={() => actions.duplicate()} />
      <Tool
        icon="add_link"
        title="Duplicate with shared weights (Ctrl Shift D)"
        onClick={() => actions.duplicate(true)}
      />
      {sharing && (
        <Tool icon="link_off" title="Give it weights of its own" onClick={() => actions.blocks.unshare()} />
      )}
      <span className="gap" />
      <Tool icon="stacks" title="Group in a block (Ctrl G)" onClick={() => actions.blocks.group()} />
      {blocks.length > 0 && (
        <Tool icon="deselect" title="Ungroup (Ctrl Shift G)" onClick={() => actions.blocks.ungroup()} />
      )}
      {block && (
        <>
          <Tool icon="edit" title="Rename (F2)" onClick={() => actions.blocks.startNaming(block.id)} />
          {block.repeat > 1 && (
            <Tool icon="format_list_bulleted" title="Write the repetition out" onClick={() => actions.blocks.unroll(block.id)} />
          )}
          <Tool icon="bookmark_add" title="Save as my block" onClick={() => actions.blocks.keep(block.id)} />
        </>
      )}
      <span className="gap" />
      <Tool
        icon="ac_unit"
        title="Freeze: training leaves the weights as they are (F)"
        onClick={() => actions.blocks.toggleSwitch("frozen")}
        pressed={all("frozen")}
      />
      <Tool
        icon="step_over"
        title="Bypass: let the input through unchanged (B)"
        onClick={() => actions.blocks.toggleSwitch("bypassed")}
        pressed={all("bypassed")}
      />
      <span className="gap" />
      {remove}
    </Bar>
  );
}

function Bar({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <Panel position="center-left" className="bar selection">
      <div role="toolbar" aria-label={`Selection: ${name}`} aria-orientation="vertical">
        {children}
      </div>
    </Panel>
  );
}

const things = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;
