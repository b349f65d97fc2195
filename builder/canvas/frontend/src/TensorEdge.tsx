/** A tensor on its way from one layer to the next, with its shape where there is room. */

import { BaseEdge, getBezierPath, type EdgeProps } from "@xyflow/react";
import { memo, type ReactElement } from "react";
import { lanePath } from "./route";
import type { TensorEdge as Model } from "./view";

const ROOM_FOR_LABEL = 64;
const LETTER = 6.4;

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
  const path = lane === null ? curve : lanePath(sourceX, sourceY, targetX, targetY, lane);
  const [x, y] = lane === null ? [curveX, curveY] : [lane, (sourceY + targetY) / 2];
  const label = data?.label && targetY - sourceY >= ROOM_FOR_LABEL ? data.label : null;
  const width = (label?.length ?? 0) * LETTER + 12;
  return (
    <g className={data?.bad ? "tensor bad" : "tensor"} data-family={data?.family}>
      <BaseEdge id={id} path={path} interactionWidth={22} />
      {label && (
        <g className="shape-label" transform={`translate(${x} ${y})`}>
          <rect x={-width / 2} y={-9} width={width} height={18} rx={6} />
          <text textAnchor="middle" dominantBaseline="central">
            {label}
          </text>
        </g>
      )}
    </g>
  );
});
