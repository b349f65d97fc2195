/** A tensor on its way from one layer to the next, with its shape. */

import {
  BaseEdge,
  getBezierPath,
  Position,
  useStore as useFlowStore,
  ViewportPortal,
  type EdgeProps,
} from "@xyflow/react";
import { memo, type ReactElement } from "react";
import { labelPlace, lanePath } from "./route";
import { axesOf, sampleSize } from "./tensor";
import type { TensorEdge as Model } from "./view";

/** A label hides less of its edge than this. */
const ROOM_FOR_LABEL = 30;
const LETTER = 6.1;

export const TensorEdge = memo(function TensorEdge(props: EdgeProps<Model>): ReactElement {
  const { id, data, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = props;
  const lane = data?.lane ?? null;
  const [curve, curveX, curveY] = getBezierPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    curvature: 0.35,
  });
  const right = sourcePosition === Position.Right;
  const path = lane === null ? curve : lanePath(sourceX, sourceY, targetX, targetY, lane, right ? "right" : "down");
  const [x, y] =
    lane === null ? [curveX, curveY] : right ? [(sourceX + targetX) / 2, lane] : [lane, (sourceY + targetY) / 2];
  const width = (data?.label?.length ?? 0) * LETTER + 10;
  const room = right ? targetX - sourceX >= width + 12 : targetY - sourceY >= ROOM_FOR_LABEL;
  const label = data?.label && room ? data.label : null;
  const place =
    label === null
      ? null
      : labelPlace(
          { x: sourceX, y: sourceY },
          { x: targetX, y: targetY },
          lane,
          right ? "right" : "down",
          width,
          data?.headers ?? [],
        );
  return (
    <g className={data?.bad ? "tensor bad" : "tensor"} data-family={data?.family}>
      <BaseEdge id={id} path={path} interactionWidth={22} />
      {place && (
        <g className="shape-label" transform={`translate(${place.x} ${place.y})`}>
          <rect x={-width / 2} y={-8} width={width} height={16} rx={5} />
          <text textAnchor="middle" dominantBaseline="central">
            {label}
          </text>
        </g>
      )}
      {data?.looked && data.shape && <TensorCard data={data} x={x} y={y} />}
    </g>
  );
});

/** The whole truth about the tensor: it keeps its size whatever the zoom, and lies over everything. */
function TensorCard({ data, x, y }: { data: Model["data"]; x: number; y: number }): ReactElement | null {
  const zoom = useFlowStore((state) => state.transform[2]);
  if (!data?.shape) return null;
  const size = sampleSize(data.shape, data.dtype);
  return (
    <ViewportPortal>
      <div
        className="tensor-card"
        data-family={data.family}
        style={{ transform: `translate(${x}px, ${y}px) scale(${1 / zoom}) translate(-50%, -50%)` }}
      >
        <div className="axes">
          {axesOf(data.shape, data.axes).map(({ name, length }, index) => (
            <span key={index} className="axis">
              {index > 0 && <span className="times">×</span>}
              <span className={length ? "name" : "name batch"}>{name}</span>
              {length && <b>{length}</b>}
            </span>
          ))}
        </div>
        <div className="of">{[data.dtype, size].filter(Boolean).join(" · ")}</div>
      </div>
    </ViewportPortal>
  );
}
