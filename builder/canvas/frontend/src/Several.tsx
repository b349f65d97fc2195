/** Selecting several without a keyboard: a drag draws a box, and each click adds to the selection or takes away. */

import { useStore as useFlowStore, useStoreApi } from "@xyflow/react";
import { useEffect } from "react";

/** What React Flow is told of drags on the empty canvas. */
export const dragging = (several: boolean): { selectionOnDrag: boolean; panOnDrag: boolean } => ({
  selectionOnDrag: several,
  panOnDrag: !several,
});

/** Makes every click one with Shift held; draws nothing. */
export function Several({ on }: { on: boolean }): null {
  const flow = useStoreApi();
  const adding = useFlowStore((state) => state.multiSelectionActive);
  useEffect(() => {
    if (on && !adding) flow.setState({ multiSelectionActive: true }); // a key that was let go has ended it
  }, [on, adding, flow]);
  useEffect(() => (on ? () => flow.setState({ multiSelectionActive: false }) : undefined), [on, flow]);
  return null;
}
