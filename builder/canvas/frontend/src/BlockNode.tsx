/** A block on the canvas: a card where it is folded, a titled frame behind its members where it is open. */

import { Handle, Position, useStoreApi, type NodeProps } from "@xyflow/react";
import { memo, useRef, useState, type FocusEvent, type KeyboardEvent, type ReactElement } from "react";
import type { BlockNode as Model } from "./blockview";
import { useCanvas } from "./context";
import type { Block } from "./graph";
import { Icon } from "./icons";
import { Note, parametersTitle } from "./LayerNode";
import { count, shapeText } from "./shapes";

export const FoldedBlock = memo(function FoldedBlock({ data }: NodeProps<Model>): ReactElement {
  const { actions } = useCanvas();
  const { block, sum, naming } = data;
  const state = [
    sum.remarks[0]?.severity ?? "fine",
    block.repeat > 1 ? "repeated" : "",
    sum.bypassed ? "bypassed" : "",
  ].join(" ");
  return (
    <div
      className={`layer block-card ${state}`}
      data-family="block"
      onDoubleClick={() => actions.blocks.toggle(block.id)}
    >
      <Handle type="target" position={Position.Top} id="in" title="What comes in" />
      <div className="head">
        <span className="tile">
          <Icon name="stacks" />
        </span>
        <Name block={block} naming={naming} />
        {sum.frozen && <Frozen />}
        <Repeat block={block} />
        <Fold block={block} folded />
      </div>
      <div className="foot">
        {sum.shape && (
          <span className="shape" title="Output, without the batch axis">
            {shapeText(sum.shape)}
          </span>
        )}
        <span className="count">
          {sum.layers} {sum.layers === 1 ? "layer" : "layers"}
          {sum.parameters > 0 && (
            <span title={`${parametersTitle(sum.parameters, sum.trainable)}, all repetitions`}>
              {" "}
              · {count(sum.parameters)}
            </span>
          )}
        </span>
      </div>
      {sum.remarks.slice(0, 1).map((remark) => (
        <Note key={remark.text} remark={remark} />
      ))}
      {sum.remarks.length > 1 && <p className="more">and {sum.remarks.length - 1} more inside</p>}
      <Handle type="source" position={Position.Bottom} id="out" title="Drag to the layer that takes this output" />
    </div>
  );
});

export const OpenBlock = memo(function OpenBlock({ data }: NodeProps<Model>): ReactElement {
  const { store, actions } = useCanvas();
  const flow = useStoreApi();
  const { block, sum, naming } = data;
  return (
    <div className={`frame ${block.repeat > 1 ? "repeated" : ""}`}>
      <div
        className="block-title"
        title="Drag to move the block, double-click to fold it"
        onClick={() => {
          const { nodes, edges } = store.snapshot().selection;
          if (!flow.getState().multiSelectionActive) store.select([block.id]);
          else if (nodes.includes(block.id)) store.select(nodes.filter((id) => id !== block.id), edges);
          else store.select([...nodes, block.id], edges);
        }}
        onDoubleClick={() => actions.blocks.toggle(block.id)}
      >
        <Name block={block} naming={naming} />
        {sum.frozen && <Frozen />}
        <span className="space" />
        <Repeat block={block} />
        <Fold block={block} folded={false} />
      </div>
    </div>
  );
});

const Frozen = (): ReactElement => (
  <span className="badge" title="Frozen: training leaves its weights as they are">
    <Icon name="ac_unit" />
  </span>
);

function Name({ block, naming }: { block: Block; naming: boolean }): ReactElement {
  return naming ? (
    <NameField block={block} />
  ) : (
    <span className="kind" title={block.name}>
      {block.name}
    </span>
  );
}

function NameField({ block }: { block: Block }): ReactElement {
  const { actions } = useCanvas();
  const [name, setName] = useState(block.name);
  const ended = useRef(false);
  const end = (taken: string | null): void => {
    if (ended.current) return; // losing the focus, which comes after Enter and Escape too
    ended.current = true;
    actions.blocks.endNaming(block.id, taken);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    end(event.key === "Enter" ? name : null);
    event.currentTarget.closest<HTMLElement>(".react-flow__node")?.focus({ preventScroll: true });
  };
  // Streamlit may take the canvas out of the page for a moment; that ends nothing, and the focus is given back.
  const onBlur = ({ currentTarget: field }: FocusEvent<HTMLInputElement>): void => {
    setTimeout(() => {
      if (field.isConnected && (field.getRootNode() as Document | ShadowRoot).activeElement !== field) end(name);
    });
  };
  return (
    <input
      className="block-name nodrag"
      aria-label="Name of the block"
      value={name}
      maxLength={80}
      ref={focusOnce}
      onChange={(event) => setName(event.target.value)}
      onKeyDown={onKeyDown}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onBlur={onBlur}
    />
  );
}

/** The field takes the focus as soon as it appears, with its text selected, so that typing replaces it. */
function focusOnce(field: HTMLInputElement | null): void {
  if (!field) return;
  const take = (): void => {
    if ((field.getRootNode() as Document | ShadowRoot).activeElement === field) return;
    field.focus({ preventScroll: true });
    field.select();
  };
  take();
  requestAnimationFrame(take); // where it could not be focused yet
}

function Repeat({ block }: { block: Block }): ReactElement {
  const { actions } = useCanvas();
  const step = (by: number, word: string, icon: string): ReactElement => (
    <button
      type="button"
      className="step nodrag"
      tabIndex={-1}
      disabled={by < 0 && block.repeat === 1}
      title={word}
      aria-label={word.replace(/ \(.*\)$/, "")}
      onClick={(event) => {
        event.stopPropagation();
        actions.blocks.repeat(block.id, by);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <Icon name={icon} />
    </button>
  );
  return (
    <span className="repeat">
      {step(-1, "Repeat once less (−)", "remove")}
      <span className="times" title={`Stands ${block.repeat === 1 ? "once" : `${block.repeat} times in a row`}`}>
        × {block.repeat}
      </span>
      {step(1, "Repeat once more (+)", "add")}
    </span>
  );
}

function Fold({ block, folded }: { block: Block; folded: boolean }): ReactElement {
  const { actions } = useCanvas();
  const word = folded ? "Open the block" : "Fold the block";
  return (
    <button
      type="button"
      className="step nodrag"
      tabIndex={-1}
      title={`${word} (Enter)`}
      aria-label={word}
      onClick={(event) => {
        event.stopPropagation();
        actions.blocks.toggle(block.id);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <Icon name={folded ? "unfold_more" : "unfold_less"} />
    </button>
  );
}
