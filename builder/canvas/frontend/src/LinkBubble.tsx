/** While one pulls a connection: a few words at the pointer on what it points at, where that will not fit or leads to something. */

import { useEffect, useState, useSyncExternalStore, type ReactElement, type RefObject } from "react";
import { useCanvas } from "./context";
import { Icon } from "./icons";
import { nodeAt } from "./useConnecting";
import { portOf } from "./view";

interface Aim {
  node: string;
  port: number | null;
}

const BESIDE = 16;
const WIDTH = 300;
/** Nearer to the lower edge the words stand above the pointer. */
const HEIGHT = 140;

export function LinkBubble({ flow }: { flow: RefObject<HTMLElement | null> }): ReactElement | null {
  const { actions } = useCanvas();
  const drawing = useSyncExternalStore(actions.linking.subscribe, actions.linking.snapshot);
  const [aim, setAim] = useState<Aim | null>(null);
  // With the keyboard, the line at the lower edge says it all.
  const active = drawing !== null && !actions.isLinking;

  useEffect(() => {
    if (!active) return undefined;
    setAim(null);
    let frame = 0;
    const follow = (event: PointerEvent | TouchEvent): void => {
      const point = "touches" in event ? event.touches[0] : event;
      const area = flow.current;
      if (!point || !area) return;
      const { clientX: x, clientY: y } = point;
      actions.linking.pointer = { x, y };
      const { left, top, width, height } = area.getBoundingClientRect();
      const at = Math.min(x - left + BESIDE, Math.max(8, width - WIDTH - 8));
      area.style.setProperty("--pointer-x", `${at}px`);
      area.style.setProperty("--pointer-y", `${y - top + BESIDE}px`);
      area.classList.toggle("low", y - top > height - HEIGHT);
      // React Flow has not yet taken in this move: it chooses the handle later.
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => aimAt(area, x, y));
    };
    const aimAt = (area: HTMLElement, x: number, y: number): void => {
      const handle = area.querySelector(".react-flow__handle.connectingto");
      const node = handle?.closest(".react-flow__node")?.getAttribute("data-id") ?? nodeAt(area, x, y);
      const port = portOf(handle?.getAttribute("data-handleid"));
      setAim((now) => (now?.node === node && now?.port === port ? now : node === null ? null : { node, port }));
    };
    window.addEventListener("pointermove", follow, true);
    window.addEventListener("touchmove", follow, true);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("pointermove", follow, true);
      window.removeEventListener("touchmove", follow, true);
    };
  }, [active, actions, flow]);

  useEffect(() => {
    if (active && aim !== null) actions.linking.look(aim.node, aim.port);
  }, [active, actions, aim, drawing]);

  if (!active || aim === null || aim.node === drawing.node) return null;
  const { fits, reason, bridge, fixes } = actions.linking.verdict(aim.node, aim.port);
  if (reason === null) return null;
  return (
    <div className={fits === false ? "link-bubble" : "link-bubble leads"} role="tooltip">
      <Icon name={fits === false ? "block" : "info"} />
      <span>
        {reason}
        {[...(bridge ? [bridge] : []), ...fixes].map(({ label }) => (
          <em key={label}>{label}?</em>
        ))}
      </span>
    </div>
  );
}
