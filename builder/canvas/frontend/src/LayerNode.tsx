/** One layer on the canvas. */

import { Handle, Position, type NodeProps } from "@xyflow/react";
import { memo, type ReactElement } from "react";
import { useCanvas } from "./context";
import { Icon } from "./icons";
import { count, inAll, paramsText, shapeText } from "./shapes";
import { shareText, tensorSentence } from "./tensor";
import type { LayerNode as Model } from "./view";
import type { Report } from "./wire";
import { sentence, type Remark } from "./words";

export const LayerNode = memo(function LayerNode(props: NodeProps<Model>): ReactElement {
  const { data, sourcePosition = Position.Bottom, targetPosition = Position.Top } = props;
  const { node, owner, layer, report, remarks, share } = data;
  const state = remarks[0]?.severity ?? (report?.blocked || report?.copies === 0 ? "blocked" : "fine");
  const used = (owner ?? node).params;
  const params = paramsText(used);
  const switches = `${node.bypassed ? " bypassed" : ""}`;
  return (
    <div className={`layer ${state}${switches}`} data-family={layer.family}>
      <Inputs names={layer.ports.names} most={layer.ports.most} side={targetPosition} />
      <div className="head">
        <span className="tile">
          <Icon name={layer.icon} />
        </span>
        <span className="kind">{node.kind}</span>
        {(owner ?? node).frozen && (
          <span className="badge frozen" title="Frozen: training leaves its weights as they are (F)">
            <Icon name="ac_unit" />
          </span>
        )}
        {node.bypassed && (
          <span className="badge" title="Bypassed: its input goes through unchanged (B)">
            <Icon name="step_over" />
          </span>
        )}
        <span className="id" title={node.id}>
          {node.id}
        </span>
      </div>
      {params && (
        <div
          className="params"
          title={Object.entries(used)
            .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
            .join("\n")}
        >
          {params}
        </div>
      )}
      {owner && (
        <div className="shared-with" title={`The layer of ${owner.id}, weights and all, is applied here once more`}>
          <Icon name="link" />
          <span>shares {owner.id}</span>
        </div>
      )}
      {report?.shape && (
        <div className="foot">
          <span className="shape" title={`Output: ${tensorSentence(report.shape, report.axes, report.dtype)}`}>
            {shapeText(report.shape)}
          </span>
          {report.parameters > 0 && (
            <span className="weight" title={parametersTitle(report.parameters, report.trainable, share, report)}>
              <span className="count">{count(report.parameters)}</span>
              <span className="percent">{shareText(share)}</span>
            </span>
          )}
        </div>
      )}
      {remarks.slice(0, 2).map((remark) => (
        <Note key={remark.text} remark={remark} />
      ))}
      {share > 0 && (
        <span className="share" style={{ width: `calc((100% - 14px) * ${share / 100})` }} aria-hidden="true" />
      )}
      <Handle type="source" position={sourcePosition} id="out" title="Drag to the layer that takes this output" />
    </div>
  );
});

interface InputsProps {
  names: readonly string[];
  most: number | null;
  side: Position;
}

function Inputs({ names, most, side }: InputsProps): ReactElement | null {
  if (most === 0) return null;
  if (names.length <= 1) {
    return (
      <Handle type="target" position={side} id="in" title={most === null ? "Takes any number of inputs" : "Input"} />
    );
  }
  return (
    <>
      {names.map((name, port) => (
        <Handle
          key={name}
          type="target"
          position={side}
          id={`in${port}`}
          title={`Input: ${name}`}
          className="named"
          style={{ [side === Position.Left ? "top" : "left"]: `${((port + 0.5) / names.length) * 100}%` }}
        >
          <span className="port">{name}</span>
        </Handle>
      ))}
    </>
  );
}

export function Note({ remark }: { remark: Remark }): ReactElement {
  const { actions } = useCanvas();
  const { fix } = remark;
  return (
    <div className={`note ${remark.severity}`}>
      <div className="text" title={sentence(remark)}>
        {remark.text}
      </div>
      {fix && (
        <button
          type="button"
          className="fix nodrag"
          onClick={(event) => {
            event.stopPropagation();
            actions.mend(fix.edits);
          }}
        >
          {fix.label}
        </button>
      )}
    </div>
  );
}

export function parametersTitle(all: number, trainable: number, share?: number, report?: Report): string {
  const copies = report && report.copies > 1 ? `, ${count(inAll(report).parameters)} in its ${report.copies} copies` : "";
  const words = (all === trainable ? "" : `, ${count(trainable)} of them trainable`) + copies;
  const part = share === undefined ? "" : `: ${shareText(share)} of the network's`;
  return `${count(all)} parameters${words}${part}`;
}
