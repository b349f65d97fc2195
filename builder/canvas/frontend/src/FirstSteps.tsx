/** Three small cards for somebody who is here for the first time; they never cover what they speak of. */

import { useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type ReactElement } from "react";
import { useCanvas, useShown } from "./context";
import { Icon } from "./icons";

const STEPS = [
  {
    icon: "layers",
    title: "Stack layers",
    text: "Click or drag a layer from this list. It continues the selected one, and the wires come along.",
    side: "left",
  },
  {
    icon: "straighten",
    title: "Watch the shapes",
    text: "Every wire says what flows through it. What does not fit turns red, with a button that mends it.",
    side: "left",
  },
  {
    icon: "play_arrow",
    title: "Press Train",
    text: "The button at the top right starts a run, and you see it learn from the first second.",
    side: "top",
  },
] as const;

/** The first step where the list of layers is shut. */
const SHUT = "This button opens the list of layers: click or drag one. It continues the selected one, wires included.";

const WIDTH = 240;
const HEIGHT = 150;

interface Props {
  /** Whether the list of layers is open. */
  palette: boolean;
  /** The element of the whole canvas, palette included. */
  stage: () => HTMLElement | null;
  onDone: () => void;
}

export function FirstSteps({ palette, stage, onDone }: Props): ReactElement {
  const { store } = useCanvas();
  const layers = useShown(store).doc.nodes.length;
  const [step, setStep] = useState(0);
  const [place, setPlace] = useState<CSSProperties>({});
  const began = useRef(layers);
  const last = step === STEPS.length - 1;
  const { icon, title, text, side } = STEPS[step] as (typeof STEPS)[number];

  // Whoever has just added a layer knows the first step.
  useEffect(() => {
    if (layers > began.current) setStep((now) => Math.max(now, 1));
    began.current = layers;
  }, [layers]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === "Escape") onDone();
    };
    window.addEventListener("keydown", onKeyDown, true);
    return () => window.removeEventListener("keydown", onKeyDown, true);
  }, [onDone]);

  useLayoutEffect(() => {
    const measure = (): void => setPlace(placeOf(stage(), step, palette));
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, [stage, step, layers, palette]);

  return (
    <section className={`first-steps ${side}`} style={place} aria-label="First steps">
      <h4>
        <Icon name={icon} />
        {title}
        <span className="of">
          {step + 1} of {STEPS.length}
        </span>
      </h4>
      <p aria-live="polite">{step === 0 && !palette ? SHUT : text}</p>
      <div className="foot-row">
        <button type="button" className="skip" onClick={onDone} title="Do not show this again (Esc)">
          {last ? "Close" : "Skip"}
        </button>
        <button type="button" className="next" onClick={() => (last ? onDone() : setStep(step + 1))}>
          {last ? "Got it" : "Next"}
        </button>
      </div>
    </section>
  );
}

/** Beside the palette; beside the first wire; below the buttons at the top right. */
function placeOf(stage: HTMLElement | null, step: number, open: boolean): CSSProperties {
  const area = stage?.getBoundingClientRect();
  if (!stage || !area) return {};
  const palette = stage.querySelector(".palette")?.getBoundingClientRect();
  const left = (palette?.right ?? area.left) - area.left + 14;
  if (step === 0) return { left, top: open ? 64 : 3 };
  if (step === 2) return { right: 14, top: 62 };
  const wire = stage.querySelector(".shape-label, .react-flow__node")?.getBoundingClientRect();
  if (!wire) return { left, top: 120 };
  const node = stage.querySelector(".react-flow__node")?.getBoundingClientRect();
  const x = Math.max(wire.right, node?.right ?? 0) - area.left + 16;
  return {
    left: Math.max(left, Math.min(x, area.width - WIDTH - 12)),
    top: Math.max(62, Math.min(wire.top - area.top - 24, area.height - HEIGHT - 60)),
  };
}
